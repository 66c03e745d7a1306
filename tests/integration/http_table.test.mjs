/* http_table.test.mjs -- what no request may look like: the head and the framing, byte for byte.
 *
 * Each row is sent on a connection of its own with a further request behind it: exactly one answer comes, with
 * one of the row's statuses, then the connection ends in order. So nothing of what was refused was taken for
 * a request. Afterwards two neighbours use connections that were open all the time.
 * SPDX-License-Identifier: MIT */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Neighbours } from "../support/neighbours.mjs";
import { Raw, ask } from "../support/raw.mjs";
import { Server, unlimited } from "../support/server.mjs";

const server = new Server({ environment: unlimited });
let neighbours;
before(async () => {
    const room = server.addRoom("Kitchen");
    await server.start();
    neighbours = await Neighbours.enter(server, room);
});
after(() => {
    neighbours?.leave();
    return server.remove();
});

const SMUGGLED = "GET /session?next=/smuggled HTTP/1.1\r\nHost: h\r\n\r\n";
const LINE = "GET /healthz HTTP/1.1";
/* A request from its lines, which end as they should. */
const head = (...lines) => lines.map((line) => `${line}\r\n`).join("") + "\r\n";
const get = (...fields) => head(LINE, "Host: h", ...fields);
const post = (fields, body) => head("POST /session HTTP/1.1", "Host: h", ...fields) + body;
const chunked = (body) => post(["Transfer-Encoding: chunked"], body);
const bytes = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => String.fromCharCode(from + i));

const send = async (request) => {
    const raw = await Raw.open(server);
    raw.socket.on("error", () => {});
    await raw.write(Buffer.from(request + SMUGGLED, "latin1"));
    const answers = await raw.answers(2);
    return { answers, isClosed: await raw.close(), rest: raw.rest.length };
};

/* Sixteen at once: a row may hold hundreds of requests. */
const isRefused = async (requests, statuses) => {
    const earlier = (await server.metrics()).http_refusals_total;
    for (let i = 0; i < requests.length; i += 16) {
        await Promise.all(requests.slice(i, i + 16).map(async (request) => {
            const what = JSON.stringify(request.slice(0, 120));
            const { answers, isClosed, rest } = await send(request);
            assert.equal(answers.length, 1, `${what} is answered once, not ${answers.map((answer) => answer.status)}`);
            assert.ok(statuses.includes(answers[0].status), `${what}: ${answers[0].status}`);
            assert.equal(answers[0].field("connection"), "close", what);
            assert.equal(rest, 0, what);
            assert.ok(isClosed, `${what}: the end is in order`);
        }));
    }
    assert.equal((await server.metrics()).http_refusals_total, earlier + requests.length, "each is counted");
};

/* id, what, requests, statuses. DESIGN says that Transfer-Encoding is not spoken here: 501, and the end. */
const rows = [
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

describe("requests that are refused", () => {
    for (const [id, what, requests, statuses] of rows) {
        it(`${id} ${what}: ${statuses.join(" or ")}`, async () => {
            await isRefused(requests, statuses);
            await neighbours.noticeNothing();
        });
    }
});

/* id, what, status, request: the same, one step inside each bound: that what is refused above is refused for its fault alone. */
const good = [
    ["H03", "bytes above ASCII in a value", 200, get("X: \x80\xff\t~")],
    ["H08", "a length alone", 415, post(["Content-Length: 5"], "hello")],
    ["H10", "no body by length", 422, post(["Content-Length: 0"], "")],
    ["H17", "a host with a port", 200, head(LINE, "Host: [::1]:8080")],
    ["H20", "a request line of 8,192 bytes", 200, head(`GET /healthz?${"a".repeat(8192 - "GET /healthz? HTTP/1.1".length)} HTTP/1.1`,
        "Host: h")],
    ["H21", "64 fields", 200, get(...Array.from({ length: 63 }, (_, i) => `X${i}: y`))],
    ["H21", "a head of 16,384 bytes", 200, get(`X: ${"y".repeat(16_384 - get("X: ").length)}`)],
    ["H23", "an upgrade to HTTP/2 is not taken up", 200, get("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c",
        "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA")],
];

describe("requests at the edge of what is taken", () => {
    for (const [id, what, status, request] of good) {
        it(`${id} ${what}: answered, and so is the next`, async () => {
            const raw = await Raw.open(server);
            await raw.write(Buffer.from(request + get("Connection: close"), "latin1"));
            const answers = await raw.answers(3);
            assert.deepEqual(answers.map((answer) => answer.status), [status, 200]);
            assert.equal(answers[0].field("upgrade"), undefined);
            assert.ok(await raw.close());
            await neighbours.noticeNothing();
        });
    }
});

describe("paths", () => {
    const bad = ["//evil.example/..", "/%2e%2e/", "/%2E%2e/etc/passwd", "/..", "/../etc/passwd", "/.", "/./session", "/session/", "/a//b",
        "/%00", "/a%00b",
        "/%zz", "/%", "/%4", "/%c0%ae", "/%c0%ae%c0%ae/etc/passwd", "/%ff", "/%2fadmin", "/%2Fetc%2fpasswd", "/%5c..%5c", "/%0d%0aX:%20y",
        "/%7f", "/%ed%a0%80"];
    const missing = ["/..;", "/..;/session", "/;/session", "/%252e%252e", "/%252fadmin", "/.git/config", "/index.html", "/assets/..%3b/x",
        "/session;jsessionid=1", "/SESSION", "/%e2%80%8bsession", "/.../parlor.db", "/data/parlor.db"];
    it("H19 have one spelling: decoded once, led nowhere, and no file beside the assets", async () => {
        for (const [paths, status] of [[bad, 400], [missing, 404], [["/%68ealthz", "/he%61lthz"], 200]]) {
            for (const path of paths) {
                const answer = await ask(server, "GET", path);
                assert.equal(answer.status, status, path);
                assert.equal(answer.field("location"), undefined, path);
                assert.doesNotMatch(answer.body.toString(), /root:|SQLite|jsessionid|passwd/, path);
            }
        }
        assert.equal((await ask(server, "GET", "/back\\slash")).status, 400);
        await neighbours.noticeNothing();
    });
    it("H20 8,000 slashes are refused like two", async () => {
        await isRefused([head(`GET ${"/".repeat(8000)} HTTP/1.1`, "Host: h"), head("GET //healthz HTTP/1.1", "Host: h")], [400]);
        await neighbours.noticeNothing();
    });
});

describe("methods", () => {
    it("H22 what an address does not take is 405, and nothing of a request comes back in a refusal", async () => {
        const mark = "ech0ed";
        for (const [line, status] of [[`PUT /healthz?${mark} HTTP/1.1`, 405], [`DELETE /session/${mark} HTTP/1.1`, 404],
        [`${mark.toUpperCase()} /${mark} HTTP/1.1`, 501],
            [`OPTIONS /healthz?${mark} HTTP/1.1`, 405], [`PATCH /?${mark} HTTP/1.1`, 405]]) {
            const raw = await Raw.open(server);
            await raw.write(head(line, "Host: h", `X-${mark}: ${mark}`, "Connection: close"));
            const [answer] = await raw.answers(2);
            assert.equal(answer.status, status, line);
            assert.ok(!answer.head.toLowerCase().includes(mark) && !answer.body.toString().toLowerCase().includes(mark), line);
            assert.ok(await raw.close());
        }
        await neighbours.noticeNothing();
    });
});
