/* bad_requests.mjs -- heads and framings that may be read in two ways, or in none.
 *
 * Used against the server itself (http_table.test.mjs) and through proxies (proxies.test.mjs).
 * SPDX-License-Identifier: MIT */

/* What is sent behind each: an answer with this address says that it was taken for a request. */
export const SMUGGLED = "GET /session?next=/smuggled HTTP/1.1\r\nHost: h\r\n\r\n";
export const LINE = "GET /healthz HTTP/1.1";
/* A request from its lines, which end as they should. */
export const head = (...lines) => lines.map((line) => `${line}\r\n`).join("") + "\r\n";
export const get = (...fields) => head(LINE, "Host: h", ...fields);
export const post = (fields, body) => head("POST /session HTTP/1.1", "Host: h", ...fields) + body;
const chunked = (body) => post(["Transfer-Encoding: chunked"], body);
const bytes = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => String.fromCharCode(from + i));

/* id, what, requests, statuses. DESIGN says that Transfer-Encoding is not spoken here: 501, and the end. */
export const rows = [
    ["H01", "a line ends in a bare LF", [
        `${LINE}\nHost: h\r\n\r\n`, `${LINE}\r\nHost: h\n\r\n`, `${LINE}\r\nHost: h\r\nX: y\n\r\n`, `${LINE}\r\nHost: h\r\n\n`,
        `${LINE}\nHost: h\n\n`, `\n${get()}`, `\r\n${get()}`, get("X: a\nY: b"),
    ], [400]],
    ["H02", "a bare CR stands anywhere", [
        get("X\rY: z"), get("X: a\rb"), get("X: a\r"), get("\rX: a"), head("GET /\r HTTP/1.1", "Host: h"), head("GET\r / HTTP/1.1",
        "Host: h"),
        head(`${LINE}\r`, "Host: h"), `${LINE}\r\nHost: h\r\n\rX`, `${LINE}\rHost: h\r\n\r\n`, `${LINE}\r\nHost: h\r\r\n\r\n`,
    ], [400]],
    ["H03", "a byte that no name holds", [...bytes(0, 32), ...bytes(127, 255), ..."\"(),/;<=>?@[\\]{}"].map((byte) => get(`X${byte}Y: z`)),
        [400]],
    ["H03", "a byte that no value holds", [...bytes(0, 8), ...bytes(10, 31), "\x7f"].map((byte) => get(`X: a${byte}b`)), [400]],
    ["H03", "a byte that no target holds", [...bytes(0, 32), ...bytes(127, 255),
        ..."\"#<>\\"].map((byte) => head(`GET /healthz?a${byte}b HTTP/1.1`, "Host: h")), [400]],
    ["H03", "bytes that only some trim from values", ["\x85", "\xa0", "\x0b", "\x0c"].flatMap((byte) => [
        head(LINE, `Host: h${byte}`), head(LINE, `Host:${byte}h`), post([`Content-Length: 5${byte}`], "hello"),
        post([`Content-Length:${byte}5`], "hello"),
    ]), [400]],
    ["H04", "a space stands before a colon", [head(LINE, "Host : h"), get("X : y"), get("X\t: y"), post(["Content-Length : 5"], "hello")],
        [400]],
    ["H05", "a field is folded over two lines", [get("X: a", " b"), get("X: a", "\tb"), get("X:", " b"), head(LINE, "Host:", " h")], [400]],
    ["H06", "the first field begins with a space", [head(LINE, " Host: h"), head(LINE, "\tHost: h"), head(LINE, " X: y", "Host: h")],
        [400]],
    ["H07", "a field has no colon, no name, or a name in two lines", [get("X"), get(": y"), get(":"), get("X", "Y: z"), get("Na", "me: x"),
        get("X\r\n: y")], [400]],
    ["H08", "a length and a coding come together", ["Content-Length: 5, Transfer-Encoding: chunked",
        "Transfer-Encoding: chunked, Content-Length: 0", "Content-Length: 5, Transfer-Encoding: identity"]
        .map((fields) => post(fields.split(", "), "0\r\n\r\n")), [400]],
    ["H09", "there are two lengths", [
        post(["Content-Length: 5", "Content-Length: 5"], "hello"), post(["Content-Length: 5", "Content-Length: 6"], "hello"),
        post(["Content-Length: 5, 5"], "hello"), post(["Content-Length: 0", "content-length: 0"], ""), post(["Content-Length: 5,"],
        "hello"),
    ], [400]],
    ["H10", "a length is no plain number", ["", "+5", "-48", "-0", "0x10", "010", "00", "5_0", "1Z", "5 5", "5.0", "1e1", "five",
        "18446744073709551616", "18446744073709551621", "9".repeat(10_000)]
        .map((length) => post([`Content-Length: ${length}`], "hello")), [400]],
    ["H10", "a length is a number that nobody could send", ["70000", "2147483648", "4294967301",
        "999999999999999999"].map((length) => post([`Content-Length: ${length}`], "hello")), [413]],
    ["H11", "a coding, whichever", ["gzip", "chunked", ",chunked", "chunked, chunked", "xchunked", "identity", "unknown", "",
        "chunked;q=1", "gzip, chunked", "\"chunked\"", "Chunked"]
        .map((coding) => post([`Transfer-Encoding: ${coding}`], "0\r\n\r\n")), [501]],
    ["H11", "a coding twice, or disguised", [
        post(["Transfer-Encoding: chunked", "Transfer-Encoding: identity"], "0\r\n\r\n"), post(["Transfer-Encoding: \x0bchunked"],
        "0\r\n\r\n"),
        post(["Transfer-Encoding: chunked\x0b"], "0\r\n\r\n"), post(["transfer-encoding : chunked"], "0\r\n\r\n"),
        get("Transfer-Encoding: chunked"),
    ], [400, 501]],
    ["H12", "a coding in HTTP/1.0", [head("POST /session HTTP/1.0", "Transfer-Encoding: chunked") + "0\r\n\r\n",
        head("POST /session HTTP/1.0", "Host: h", "Transfer-Encoding: identity")], [400]],
    ["H13", "a chunk's size is no plain number", ["", "0x5", "-1", "+5", "5_0", " 5", "5 ", "11111111111111111", "ffffffffffffffff",
        "G"].map((size) => chunked(`${size}\r\nhello\r\n0\r\n\r\n`)), [501]],
    ["H14", "a chunk's extension is long, or hides an end of line", [chunked("5;a\rb\r\nhello\r\n0\r\n\r\n"),
        chunked(`5;${"x".repeat(65_536)}\r\nhello\r\n0\r\n\r\n`), chunked(`1;${"x".repeat(4096)}\r\na\r\n`.repeat(32))], [501]],
    ["H15", "a chunk does not end as it should", [chunked("5\r\nhelloXX0\r\n\r\n"), chunked("5\r\nhello\r\n0\r\nXX\r\n"),
        chunked("5\nhello\n0\n\n"), chunked("5\r\nhello0\r\n\r\n")], [501]],
    ["H16", "a trailer pretends to be a field of the head", ["Host: evil", "Content-Length: 5", "Cookie: sid=x",
        `X: ${"x".repeat(4097)}`].map((trailer) => chunked(`0\r\n${trailer}\r\n\r\n`)), [501]],
    ["H17", "Host is missing, doubled or no host", [
        head(LINE), head(LINE, "Host: h", "Host: h"), head(LINE, "Host: h", "host: i"),
        ...["", "a@h", "a b", "a,b", "h/", "h/x", "h:", "h:x", "h:123456", "h?x", "h#x", "[", "[]", "[::1", "[::1]x", "[x]", "h:1:2",
        "%68", "h\\x", "<h>", "x".repeat(256)].map((host) => head(LINE, `Host: ${host}`)),
    ], [400]],
    ["H18", "the target names another server", ["http://evil.example/healthz", "https://evil.example/", "HTTP://h/", "http://a@h/",
        "http:///x"].map((target) => head(`GET ${target} HTTP/1.1`, "Host: h")), [421]],
    ["H20", "a request line is too long", [`/${"a".repeat(8193 - "GET / HTTP/1.1".length)}`, "/".repeat(10_000),
        `/?${"%41".repeat(3000)}`].map((target) => head(`GET ${target} HTTP/1.1`, "Host: h")), [414]],
    ["H21", "there are too many fields, or too much of them", [
        get(...Array.from({ length: 64 }, (_, i) => `X${i}: y`)), get(`X: ${"y".repeat(16_385 - get("X: ").length)}`),
        head("GET /live?room=1 HTTP/1.1", "Host: h", "Upgrade: websocket", "Connection: upgrade",
        ...Array.from({ length: 2000 }, () => "a: b")), get(`${"X".repeat(20_000)}: y`),
    ], [431]],
    ["H22", "a method is none of HTTP's, or not for servers like this", ["get / HTTP/1.1", `${"M".repeat(1024)} / HTTP/1.1`,
        "TRACE / HTTP/1.1", "CONNECT a:1 HTTP/1.1", "BREW / HTTP/1.1", "Get / HTTP/1.1"].map((line) => head(line, "Host: h")), [501]],
    ["H22", "a request line is none", ["G=\":<> / HTTP/1.1", "OPTIONS * HTTP/1.1", "GET h:80 HTTP/1.1", "GET healthz HTTP/1.1",
        "GET  / HTTP/1.1", "GET /  HTTP/1.1", " GET / HTTP/1.1", "GET / HTTP/1.1 ", "GET\t/\tHTTP/1.1", "GET", "",
        "GET /a b HTTP/1.1"].map((line) => head(line, "Host: h")), [400]],
    ["H23", "a version is none", ["GET / HTTP/1.32", "GET / HTTP/4294967297.1", "GET / HTTP/1", "GET / HTTP/1.", "GET / HTTP/.1",
        "GET / http/1.1", "GET / HTTP/1.1x", "GET / HTTP/ 1.1", "GET / HTP/1.1", "GET / HTTP/+1.1",
        "GET /"].map((line) => head(line, "Host: h")), [400]],
    ["H23", "a version is not ours", [...["GET / HTTP/2.0", "GET / HTTP/0.9", "GET / HTTP/1.2",
        "GET / HTTP/3.0"].map((line) => head(line, "Host: h")), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"], [505]],
];
