/* http_streams.test.mjs -- what comes behind a head: pieces, further requests, forms, bodies, verbs.
 *
 * As in http_table.test.mjs two neighbours notice nothing after each. Not here, because there is no such thing
 * yet: ranges of files (H29) and names of uploaded files (H31).
 * SPDX-License-Identifier: MIT */
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { after, before, describe, it as test } from "node:test";
import { Neighbours } from "../support/neighbours.mjs";
import { Raw, ask, submit } from "../support/raw.mjs";
import { Server, unlimited } from "../support/server.mjs";
import { Client } from "../support/ws.mjs";

const server = new Server({ environment: unlimited });
let neighbours;
let room;
let other; // where no neighbour listens
let cookie;
before(async () => {
    room = server.addRoom("Kitchen");
    other = server.addRoom("Attic");
    server.addUser("ada");
    await server.start();
    cookie = server.addSession("ada");
    neighbours = await Neighbours.enter(server, room);
});
after(() => {
    neighbours?.leave();
    return server.remove();
});
const it = (name, body) =>
    test(name, async () => {
        await body();
        await neighbours.noticeNothing();
    });

const get = (path, ...fields) => `GET ${path} HTTP/1.1\r\nHost: h\r\n${fields.map((field) => `${field}\r\n`).join("")}\r\n`;
const post = (body, ...fields) => Buffer.concat([
    Buffer.from(get("/session", `Content-Length: ${body.length}`, ...fields).replace("GET", "POST")), Buffer.from(body)]);
const FORM = "Content-Type: application/x-www-form-urlencoded";
const SMUGGLED = get("/session?next=/smuggled");
/* The statuses of everything that comes back for these bytes until the server ends the connection. */
const statuses = async (pieces) => {
    const raw = await Raw.open(server);
    raw.socket.on("error", () => {});
    for (const piece of pieces) await raw.write(piece);
    await raw.until(() => raw.isOver);
    const answers = raw.responses.map((answer) => answer.status);
    assert.equal(raw.rest.length, 0);
    assert.ok(await raw.close(), "the end is in order");
    return answers.join();
};

describe("H25 pieces", () => {
    const last = get("/healthz", "Connection: close");
    const framed = (fields, body) => Buffer.from(`POST /session HTTP/1.1\r\nHost: h\r\n${fields}\r\n\r\n${body}`);
    const streams = [
        ["a form and two requests behind it",
            Buffer.concat([post("handle=nobody&x=y", FORM, "Origin: null"), Buffer.from(get("/readyz") + last)]), "403,200,200"],
        ["a head with a bare LF", Buffer.from(get("/healthz") + "GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n" + last), "200,400"],
        ["a chunked body", framed("Transfer-Encoding: chunked", `${SMUGGLED.length.toString(16)}\r\n${SMUGGLED}\r\n0\r\n\r\n`), "501"],
        ["two lengths", framed(`Content-Length: 0\r\nContent-Length: ${SMUGGLED.length}`, SMUGGLED), "400"],
        ["a body too long", framed("Content-Length: 65537", SMUGGLED), "413"],
    ];
    for (const [what, bytes, expected] of streams) {
        it(`H25 ${what}: split anywhere, the answers are ${expected}`, async () => {
            const splits = Array.from({ length: bytes.length - 1 }, (_, i) => i + 1);
            for (let i = 0; i < splits.length; i += 16) {
                const some = splits.slice(i, i + 16);
                const answers = await Promise.all(some.map((at) => statuses([bytes.subarray(0, at), bytes.subarray(at)])));
                answers.forEach((answer, k) => assert.equal(answer, expected, `split at ${some[k]}`));
            }
            assert.equal(await statuses([...bytes].map((byte) => Buffer.from([byte]))), expected, "byte by byte");
        });
    }
    it("H25 one byte too many of a line or a head is seen, whichever way they come", async () => {
        for (const [bytes, expected] of [[`GET /${"a".repeat(8179)} HTTP/1.1\r\n`, "414"], [`GET / HTTP/1.1\r\nX: ${"y".repeat(16_384)}`,
        "431"]]) {
            for (const size of [1000, 4096, 8191, 8194]) {
                const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.slice(i * size, (i + 1) * size));
                assert.equal(await statuses(pieces), expected, `${size} bytes a piece`);
            }
        }
    });
});

describe("H24 H37 many requests on a connection", () => {
    it("H24 50 at once are answered in order, also with bodies between them", async () => {
        const pieces = Array.from({ length: 25 }, (_, i) => [post(`%${SMUGGLED}`, FORM), get(`/session?next=/n${i}`,
        `Cookie: ${cookie}`)]).flat();
        const raw = await Raw.open(server);
        await raw.write(Buffer.concat([...pieces.map((piece) => Buffer.from(piece)), Buffer.from(get("/healthz", "Connection: close"))]));
        const answers = await raw.answers(52); // one more than there may be
        const got = answers.map((answer) => answer.field("location") ?? answer.status);
        assert.deepEqual(got, [...Array.from({ length: 25 }, (_, i) => [400, `/n${i}`]).flat(), 200]);
        assert.ok(await raw.close());
    });
    it("H24 what is valid before a bad one is answered, nothing after it", async () => {
        for (const [bad, status] of [["GET / HTTP/1.1\nHost: h\n\n", 400], ["GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", 400],
        ["GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505],
            ["POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501]]) {
            assert.equal(await statuses([get("/healthz") + get("/readyz") + bad + SMUGGLED]), `200,200,${status}`);
        }
    });
    it("H37 after a refusal with its body unread nothing more is read", async () => {
        for (const [fields, status] of [["Content-Length: 65537", 413], ["Content-Length: 5\r\nExpect: tea", 417],
        ["Content-Length: 5\r\nContent-Encoding: gzip", 415],
            ["Transfer-Encoding: chunked", 501], ["Content-Length: 5\r\nContent-Length: 5", 400], ["Content-Length: 05", 400]]) {
            const request = `POST /session HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\n${fields}\r\n\r\n`;
            assert.equal(await statuses([request + SMUGGLED + SMUGGLED]), String(status), fields);
        }
    });
    it("H37 after a refusal with its body read the connection goes on behind the body", async () => {
        const raw = await Raw.open(server);
        for (const [fields, status] of [[["Content-Type: text/plain"], 415], [[FORM, "Origin: https://evil.example"], 403], [[FORM],
        400]]) {
            await raw.write(post(`%${SMUGGLED}`, ...fields));
            assert.equal((await raw.answer()).status, status);
            await raw.write(get("/readyz"));
            assert.equal((await raw.answer()).body.toString(), "ready\n");
        }
        raw.cut();
    });
});

describe("H28 early refusals", () => {
    for (const [what, fields, status] of [["a body too long", "Content-Length: 10000000", 413], ["a coding", "Transfer-Encoding: chunked",
        501], ["a compressed body", "Content-Length: 65536\r\nContent-Encoding: br", 415]]) {
        it(`H28 ${what}: the answer is read by somebody who sends first and reads afterwards`, async () => {
            const raw = await Raw.open(server);
            await raw.write(`POST /session HTTP/1.1\r\nHost: h\r\n${fields}\r\n\r\n`);
            for (let i = 0; i < 20; i++) await raw.write(Buffer.alloc(100_000));
            const answer = await raw.answer();
            assert.equal(answer?.status, status);
            assert.equal(raw.error, null, "no reset");
            raw.finish();
            assert.ok(await raw.close());
        });
    }
});

describe("H30 parameters", () => {
    const many = (count) => Array.from({ length: count }, (_, i) => `p${i}=x`).join("&");
    const bad = { "33 of them": many(33), "10,000": many(10_000 / 2), "one twice": "handle=a&handle=b",
        "one twice, encoded": "handle=a&h%61ndle=b", "no name, twice": "=a&=b",
        "half an escape": "handle=%", "a quarter": "handle=%4", "no escape": "handle=%zz", "no UTF-8": "handle=%ff",
        "a surrogate": "handle=%ed%a0%80", "a NUL": "handle=a%00b", "empty pairs": "&&" };
    const good = { "32 of them": many(32), "brackets": "a[]=1&a[1]=2", "none": "", "no value": "handle",
        "a long value": `handle=${"a".repeat(60_000)}` };
    const isRead = new Set([422, 429]); // the form was read: there is nobody of that name, or too many tries were made
    const sent = async (body) => (await ask(server, "POST", "/session", { body })).status;
    const asked = async (query) => (await ask(server, "GET", `/session?${query.slice(0, 8000)}`)).status;
    it("H30 of a form: at most 32, each once, and text", async () => {
        for (const [what, form] of Object.entries(bad)) assert.equal(await sent(form), 400, what);
        for (const [what, form] of Object.entries(good)) assert.ok(isRead.has(await sent(form)), what);
        assert.equal(await sent(`handle=${"a".repeat(1 << 20)}`), 413);
    });
    it("H30 of a query: the same", async () => {
        for (const [what, query] of Object.entries(bad)) assert.equal(await asked(query), 400, what);
        for (const [what, query] of Object.entries(good)) assert.equal(await asked(query), 200, what);
        const socket = await Client.open(server, { cookie, room: `${room}&room=${room}` });
        assert.equal(socket.status, 400);
        socket.cut();
    });
});

describe("H31 H32 what is led to, and what is said in a head", () => {
    const led = async (next) => (await ask(server, "GET", `/session?next=${next}`, { fields: { Cookie: cookie } })).field("location");
    it("H32 next= leads to paths of the house alone", async () => {
        const foreign = ["//evil", "/\\evil", "/%09/evil", "https:evil", "javascript:alert(1)", "https://evil", "\\\\evil", "evil",
            "%2f%2fevil", "%2F%5Cevil", "/%5c/evil", "%09//evil", "%20//evil", "/%0a/evil", ".", "", "/%7f", "///evil", "@evil", "data:x"];
        for (const next of foreign) assert.equal(await led(next.replaceAll("\\", "%5c")), "/rooms", next);
        for (const next of ["/rooms/1", "/rooms/1?around=2", "/a:b", "/@x"]) assert.equal(await led(encodeURIComponent(next)), next);
        const form = await submit(server, "/session", { handle: "ada", password: "x", next: "//evil" });
        assert.doesNotMatch(form.head, /evil/);
    });
    it("H31 an end of line in what people type stays out of every head", async () => {
        const answers = [
            await ask(server, "GET", "/session?next=/x%0d%0aX-Evil:%20y", { fields: { Cookie: cookie } }),
            await ask(server, "GET", "/rooms?x=%0d%0aX-Evil:%20y"),
            await ask(server, "GET", "/rooms/%0d%0aX-Evil:%20y"),
            await submit(server, "/rooms", { name: "Attic\r\nX-Evil: y" }, { cookie }),
            await submit(server, `/rooms/${room}/messages`, { nonce: "n\r\nX-Evil: y", body: "x" }, { cookie }),
        ];
        for (const answer of answers) {
            assert.equal(answer.fields.get("x-evil"), undefined);
            assert.equal(answer.fields.get("content-type")?.length ?? 1, 1);
        }
        assert.deepEqual(server.sql("SELECT count(*) AS n FROM room WHERE name LIKE '%' || char(10) || '%'"), [{ n: 0 }]);
    });
});

describe("H38 compressed bodies", () => {
    it("H38 are not looked into, whatever their coding is called", async () => {
        for (const coding of ["gzip", "GZIP", "x-gzip", "deflate", "br", "zstd", "identity, gzip", "gzip;q=0"]) {
            const bomb = gzipSync(Buffer.alloc(1 << 20, "handle=a&"));
            assert.equal(await statuses([Buffer.concat([post(bomb, FORM, `Content-Encoding: ${coding}`), Buffer.from(SMUGGLED)])]), "415",
            coding);
        }
        assert.equal((await ask(server, "POST", "/session",
        { fields: { "Content-Encoding": "identity" }, body: "handle=38" })).status, 422);
    });
});

describe("H36 verbs that are no good JSON", () => {
    const good = '{"type":"post","room":ROOM,"nonce":"NONCE","body":"x"}';
    const closing = {
        "10,000 objects deep": `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`, "10,000 lists deep": "[".repeat(10_000),
        "NaN": good.replace("ROOM", "NaN"), "Infinity": good.replace("ROOM", "-Infinity"),
        "a number beyond all": good.replace("ROOM", "1e999"), "an integer beyond 64 bits": good.replace("ROOM", "9".repeat(40)),
        "a key twice": good.replace("{", '{"type":"read",'), "a key twice, escaped": good.replace("{", '{"typ\\u0065":"read",'),
        "half a surrogate pair": good.replace('"x"', '"\\ud800"'), "the other half": good.replace('"x"', '"\\udc00"'),
        "a byte order mark": `\ufeff${good}`, "bytes behind it": `${good}x`, "another one behind it": good + good,
        "a list": `[${good}]`, "a string": '"post"', "null": "null", "nothing": "", "blanks": "  ", "single quotes": "{'type':'post'}",
        "a comment": `/**/${good}`, "a comma too many": good.replace("}", ",}"),
        "an object for the type": '{"type":{"post":1}}',
        "an object for the nonce": '{"type":"post","room":1,"nonce":{},"body":"x"}',
        "a NUL escaped in the type": '{"type":"post\\u0000","room":1}',
        "an unknown verb": '{"type":"sudo"}',
        "a control character in a string": good.replace('"x"', '"a\u0001b"'), "octal": good.replace("ROOM", "01"),
        "hexadecimal": good.replace("ROOM", "0x1"), "a NUL in the body": good.replace('"x"', '"a\\u0000b"'),
        "no escape": good.replace('"x"', '"\\x41"'),
    };
    const refused = {
        "an object for the body": '{"type":"post","room":ROOM,"nonce":"NONCE","body":{}}',
        "a string for the room": '{"type":"post","room":"ROOM","nonce":"NONCE","body":"x"}',
        "a fraction for the room": '{"type":"post","room":ROOM.0,"nonce":"NONCE","body":"x"}',
        "minus one": '{"type":"post","room":-1,"nonce":"NONCE","body":"x"}',
    };
    const verb = (text, nonce) => text.replaceAll("ROOM", other).replaceAll("NONCE", nonce);
    const enter = async () => {
        const client = await Client.open(server, { cookie, room: other });
        await client.until(() => client.heads.length > 0 || client.texts.length > 0);
        return client;
    };
    it("H36 end the socket, and nothing of them is stored", async () => {
        for (const [what, text] of Object.entries(closing)) {
            const client = await enter();
            client.send(verb(text, "h36"));
            await client.until(() => client.closed !== null);
            assert.equal(client.closed, 1008, what);
            client.cut();
        }
        assert.deepEqual(server.sql("SELECT count(*) AS n FROM message WHERE nonce = 'h36'"), [{ n: 0 }]);
    });
    it("H36 of the wrong kind are refused, and the socket goes on", async () => {
        const client = await enter();
        const names = Object.keys(refused);
        names.forEach((what, i) => client.send(verb(refused[what], `h36-${i}`)));
        client.send(verb(good, "h36-good"));
        await client.until(() => client.acks.length > 0);
        assert.deepEqual(client.refusals.map((refusal) => refusal.nonce), names.map((_, i) => `h36-${i}`));
        assert.equal(client.acks[0].nonce, "h36-good");
        client.cut();
    });
});
