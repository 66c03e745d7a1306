/* websocket_table.test.mjs -- RFC 6455 on the wire, rule by rule: what is refused, with which code, and what is not.
 *
 * Each row has a connection of its own and is followed by two neighbours who use connections that were open
 * all the time. The codec by itself is under test in tests/unit/ws.
 * SPDX-License-Identifier: MIT */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { eventually, extent } from "../support/load.mjs";
import { Neighbours } from "../support/neighbours.mjs";
import { ask } from "../support/raw.mjs";
import { Server, unlimited } from "../support/server.mjs";
import { Client, frame, oddFrame } from "../support/ws.mjs";

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const server = new Server({ environment: { ...unlimited, PARLOR_LOOPS: "2" } });
let room;
let cookie;
let neighbours;
let count = 0;

before(async () => {
    room = server.addRoom("Kitchen");
    server.addRoom("Garden");
    server.addUser("ada");
    cookie = server.addSession("ada");
    await server.start();
    neighbours = await Neighbours.enter(server, room);
});
after(() => {
    neighbours?.leave();
    return server.remove();
});
/* The neighbours see every post of the room: those of the case that has ended are none of their business. */
afterEach(async () => {
    await eventually(async () => (await server.metrics()).sockets === 1, "only the neighbour's socket is left");
    await neighbours.forget();
    await neighbours.noticeNothing();
});

const newNonce = () => `t${++count}`;
const json = (fields) => JSON.stringify({ type: "post", room, nonce: newNonce(), body: "Hello", ...fields });
const open = (options = {}) => Client.open(server, { cookie, room, ...options });
/* What became of a connection on which these bytes were sent, when it has ended. */
const outcome = async (bytes, options) => {
    const client = await open(options);
    assert.equal(client.status, 101);
    client.socket.write(bytes);
    await client.until(() => client.ended);
    return client;
};
/* [what, bytes] each end with the code. */
const allClose = async (code, cases) => {
    const clients = await Promise.all(cases.map(([, bytes]) => outcome(bytes)));
    assert.deepEqual(clients.map((client, i) => [cases[i][0], client.closed]), cases.map(([what]) => [what, code]));
    assert.deepEqual(clients.flatMap((client) => client.acks), [], "nothing of it was taken");
};
/* Each of these payloads is taken: a post behind it, on the same connection, is acknowledged. */
const goesOn = async (bytes, check = () => {}) => {
    const client = await open();
    const nonce = newNonce();
    client.socket.write(Buffer.concat([bytes, frame(json({ nonce }))]));
    await client.until(() => client.acks.some((ack) => ack.nonce === nonce) || client.ended);
    assert.equal(client.closed, null);
    await check(client);
    client.cut();
};
const pongs = (client) => (client.others ?? []).filter((other) => other.opcode === 10).map((other) => other.payload.toString("latin1"));

describe("the handshake", () => {
    const good = () => ({ Host: `127.0.0.1:${server.port}`, Connection: "Upgrade", Upgrade: "websocket",
        "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": KEY, Origin: server.origin, Cookie: cookie });
    /* `change` of fields; null: without it; a list: once for each. */
    const shake = (change = {}, { method = "GET", path = `/live?room=${room}`, version, body } = {}) => {
        const [doubled] = Object.entries(change).filter(([, value]) => Array.isArray(value));
        const fields = { ...good(), ...change, Connection: change.Connection === undefined ? "Upgrade" : change.Connection };
        if (doubled) fields[doubled[0]] = doubled[1].join(`\r\n${doubled[0]}: `);
        return ask(server, method, path, { fields, version, body });
    };
    const statuses = async (cases) =>
        Promise.all(cases.map(async ([change, options]) => (await shake(change, options)).status));
    const each = async (status, ...cases) =>
        assert.deepEqual(await statuses(cases), cases.map(() => status), `${status}: ${JSON.stringify(cases)}`);
    const key = (value) => [{ "Sec-WebSocket-Key": value }];
    const ofBytes = (length) => Buffer.alloc(length, 7).toString("base64");

    it("W01 the key is 16 bytes in base64, once", async () => {
        await each(101, key(KEY), key(ofBytes(16)));
        await each(400, key(null), key([KEY, KEY]), key([KEY, ofBytes(16)]), key(""), key(ofBytes(15)), key(ofBytes(17)),
            key("dGhlIHNhbXBsZSBub25jZ==="), key("dGhlIHNhbXBsZSBub25j!Q=="), key(`${KEY}, ${KEY}`), key(KEY.slice(0, 22)),
            key("=".repeat(24)));
    });
    it("W02 the version is 13 alone; else 426 says so", async () => {
        for (const version of ["8", "0", "13, 8", "8, 13", "013", "1 3", "", null, ["13", "13"]]) {
            const answer = await shake({ "Sec-WebSocket-Version": version });
            assert.deepEqual([version, answer.status, answer.field("sec-websocket-version")], [version, 426, "13"]);
        }
    });
    it("W03 Connection and Upgrade name it in any case and place; without either there is none", async () => {
        const by = (Connection, Upgrade = "websocket") => [{ Connection, Upgrade }];
        await each(101, by("keep-alive, Upgrade"), by("UPGRADE"), by("upgrade ,foo"), by("Upgrade", "WebSocket"),
            by("Upgrade", "WEBSOCKET"), by("Upgrade", "foo, websocket"));
        await each(400, by("keep-alive"), by("close"), by("Upgraded"), by(""), by(null));
        // Without the token in Upgrade it is a plain GET, which is told what it should be.
        await each(426, by("Upgrade", null), by("Upgrade", ""), by("Upgrade", "h2c"), by("Upgrade", "websockets"));
    });
    it("W04 no other method, no HTTP/1.0, no body", async () => {
        await each(405, [{}, { method: "POST" }], [{}, { method: "PUT" }]);
        await each(400, [{}, { version: "1.0" }], [{}, { body: "x" }]);
        await each(501, [{ "Transfer-Encoding": "chunked" }]);
    });
    it("W05 frames in one segment with the handshake are heard after 101", async () => {
        const [first, second] = [newNonce(), newNonce()];
        const last = frame(json({ nonce: second }));
        const early = Buffer.concat([frame("early", 9), frame(json({ nonce: first })), last.subarray(0, 7)]);
        const client = await open({ early });
        assert.equal(client.status, 101);
        client.socket.write(last.subarray(7));
        await client.until(() => client.acks.length === 2);
        assert.deepEqual([client.acks.map((ack) => ack.nonce), pongs(client)], [[first, second], ["early"]]);
        client.cut();
    });
    it("W06 long lists of protocols are nobody's: 101, and nothing is echoed", async () => {
        const names = Array.from({ length: 1000 }, (_, i) => `p${i}`).join(", ");
        for (const offered of [" ".repeat(8192) + "x", `a${" ".repeat(8192)}b`, names, ",".repeat(8192), "\t,".repeat(4000)]) {
            const answer = await shake({ "Sec-WebSocket-Protocol": offered });
            assert.equal(answer.status, 101);
            assert.equal(answer.field("sec-websocket-protocol"), undefined);
        }
        // A pattern that backtracks would take years over this.
        assert.equal((await shake({ "Sec-WebSocket-Protocol": `${"x,".repeat(3000)}${" ".repeat(6000)}` })).status, 101);
    });
    it("W07 whatever is offered of permessage-deflate is declined, and frames come as they are", async () => {
        const offers = ["permessage-deflate", "permessage-deflate; server_max_window_bits=99", "permessage-deflate; client_max_window_bits=7",
            "permessage-deflate; client_max_window_bits=\"15", "permessage-deflate;;;", "permessage-deflate; server_no_context_takeover=1",
            ";", ",,,", "permessage-deflate; a; a; a", "x-webkit-deflate-frame"];
        for (const offer of offers) {
            const answer = await shake({ "Sec-WebSocket-Extensions": offer });
            assert.deepEqual([offer, answer.status], [offer, 101]);
            assert.equal(answer.field("sec-websocket-extensions"), undefined);
        }
    });
    it("W34 the socket has one address, which speaks nothing else", async () => {
        await each(404, ...["/livex", "/live/1", "/LIVE", "/nowhere"].map((path) => [{}, { path: `${path}?room=${room}` }]));
        await each(400, [{}, { path: `/live/?room=${room}` }]); // an empty name is nobody's
        await each(200, [{}, { path: "/rooms" }]); // where there is a page it is the page: an upgrade may be passed over
        const plain = await ask(server, "GET", `/live?room=${room}`, { fields: { Cookie: cookie } });
        assert.deepEqual([plain.status, plain.field("upgrade")], [426, "websocket"]);
    });
    it("W31 a socket without a session is told 4401 after 101, and heard no further", async () => {
        for (const name of ["", "sid=", `sid=${"A".repeat(43)}`, `sid=${"A".repeat(44)}`, "other=1"]) {
            const nonce = newNonce();
            const client = await open({ cookie: name, early: frame(json({ nonce })) });
            await client.until(() => client.ended);
            assert.deepEqual([name, client.status, client.closed, client.acks], [name, 101, 4401, []]);
            assert.deepEqual(server.sql(`SELECT seq FROM message WHERE nonce = '${nonce}'`), []);
        }
    });
});

describe("frames that break a rule", () => {
    const rest = () => frame(json());
    it("W08 without a mask: 1002", () => allClose(1002, [
        ["text", Buffer.concat([oddFrame({ mask: null, payload: json() }), rest()])],
        ["empty", oddFrame({ mask: null })],
        ["ping", oddFrame({ mask: null, opcode: 9 })],
        ["close", oddFrame({ mask: null, opcode: 8, payload: Buffer.from([3, 232]) })],
        ["continuation", Buffer.concat([oddFrame({ fin: false, payload: "{" }), oddFrame({ mask: null, opcode: 0, payload: "}" })])],
    ]));
    it("W09 each reserved bit, alone and with others, on each kind of frame: 1002", () =>
        allClose(1002, [1, 2, 3, 4, 5, 6, 7].flatMap((rsv) => [1, 2, 8, 9, 10].map((opcode) =>
            [`bits ${rsv} opcode ${opcode}`, Buffer.concat([oddFrame({ rsv, opcode }), rest()])]))));
    it("W10 each reserved opcode: 1002", () =>
        allClose(1002, [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].flatMap((opcode) =>
            [true, false].map((fin) => [`opcode ${opcode} ${fin}`, Buffer.concat([oddFrame({ opcode, fin, payload: "x" }), rest()])]))));
    it("W11 lengths that nobody has: 1002 with the top bit, else 1009, from the header alone", async () => {
        const header = (length, opcode = 1) => oddFrame({ length, bits: 64, opcode }).subarray(0, 10);
        await allClose(1002, [["2^63", header(1n << 63n)], ...Array.from({ length: 17 }, (_, k) =>
            [`2^64-1-${k}`, header((1n << 64n) - 1n - BigInt(k))])]);
        await allClose(1009, [["2^63-1", header((1n << 63n) - 1n)], ["2^32", header(1n << 32n)], ["2^31", header(1n << 31n)]]);
    });
    it("W12 a length in more bytes than it needs: 1002", () => allClose(1002, [
        ...[0, 1, 5, 125].map((length) => [`16 bits for ${length}`, oddFrame({ payload: "x".repeat(length), bits: 16 })]),
        ...[0, 125, 126, 65535].map((length) => [`64 bits for ${length}`, oddFrame({ payload: "x".repeat(length), bits: 64 })]),
    ]));
    it("W13 every length up to 64 KiB is a message; one byte more is 1009", async () => {
        const shortest = json({ nonce: "x".repeat(8), body: "." }).length;
        const sized = (length) => {
            const nonce = newNonce().padStart(8, "x");
            const text = json({ nonce, body: ".", pad: "" });
            return { nonce, text: text.replace('"pad":""', `"pad":"${" ".repeat(length - text.length)}"`) };
        };
        assert.ok(shortest < 118);
        for (const length of [124, 125, 126, 127, 128, 65534, 65535, 65536]) {
            const { nonce, text } = sized(length);
            assert.equal(text.length, length);
            await goesOn(frame(text), (client) => assert.equal(client.acks[0].nonce, nonce));
        }
        for (const length of [0, 1, 125]) {
            await goesOn(frame("p".repeat(length), 9), (client) => assert.deepEqual(pongs(client), ["p".repeat(length)]));
        }
        const over = sized(65537).text;
        await allClose(1009, [["whole", frame(over)], ["in fragments", Buffer.concat([oddFrame({ fin: false, payload: over.slice(0, 40_000) }),
            oddFrame({ opcode: 0, payload: over.slice(40_000) })])]]);
        await allClose(1008, [["a text of no byte is no JSON", frame("")], ["nor is one byte", frame("x")]]);
    });
    it("W14 a continuation of nothing, and a message inside another: 1002", () => allClose(1002, [
        ["continuation first", frame("x", 0)],
        ["unfinished continuation first", oddFrame({ fin: false, opcode: 0 })],
        ["continuation after a whole message", Buffer.concat([frame("p", 9), frame("x", 0)])],
        ["text inside", Buffer.concat([oddFrame({ fin: false, payload: "{" }), rest()])],
        ["beginning inside", Buffer.concat([oddFrame({ fin: false, payload: "{" }), oddFrame({ fin: false, payload: "{" })])],
    ]));
    it("W15 W16 fragments without end, of one byte or of none: 1008 at the 33rd, and 32 are a message", async () => {
        const fragments = (n, payload) => {
            const one = oddFrame({ fin: false, opcode: 0, payload });
            return Buffer.concat([oddFrame({ fin: false, payload }), Buffer.alloc((n - 1) * one.length, one)]);
        };
        await allClose(1008, [["131,000 of a byte", fragments(131_000, " ")], ["131,000 empty", fragments(131_000, "")],
            ["33 of a byte", fragments(33, " ")], ["33 empty", fragments(33, "")]]);
        const nonce = newNonce();
        const pieces = Buffer.concat([fragments(31, " "), oddFrame({ opcode: 0, payload: json({ nonce }) })]);
        await goesOn(pieces, (client) => assert.equal(client.acks[0].nonce, nonce));
    });
    it("W17 a control frame that is long or in fragments: 1002", () => allClose(1002, [8, 9, 10].flatMap((opcode) => [
        [`${opcode} of 126 bytes`, oddFrame({ opcode, payload: "x".repeat(126) })],
        [`${opcode} of 65,536 bytes`, oddFrame({ opcode, length: 65536 }).subarray(0, 10)],
        [`${opcode} not final`, Buffer.concat([oddFrame({ opcode, fin: false, payload: "x" }), oddFrame({ opcode: 0, payload: "y" })])],
    ])));
    it("W27 a binary frame, whole, begun or empty: 1003", () => allClose(1003, [
        ["whole", Buffer.concat([frame(json(), 2), rest()])], ["begun", oddFrame({ fin: false, opcode: 2, payload: "x" })], ["empty", frame("", 2)],
    ]));
});

describe("pings and pongs", () => {
    it("W18 a ping's payload comes back byte for byte", async () => {
        const every = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
        const payloads = [every.subarray(0, 125), every.subarray(131), Buffer.alloc(125), Buffer.alloc(0), Buffer.from("\r\n\r\n")];
        await goesOn(Buffer.concat(payloads.map((payload) => frame(payload, 9))), (client) =>
            assert.deepEqual(pongs(client), payloads.map((payload) => payload.toString("latin1"))));
    });
    it("W18 who sends pings and reads no pong goes; the pongs that were sent are whole and in order", async () => {
        const client = await open();
        await client.until(() => client.texts.length > 0);
        client.socket.pause();
        const { ws_closes_total: closes } = await server.metrics();
        const numbered = (from) => Buffer.concat(Array.from({ length: 10_000 }, (_, i) => frame(String(from + i).padStart(125, "0"), 9)));
        let sent = 0;
        while (!client.ended && (await server.metrics()).ws_closes_total === closes) {
            const taken = new Promise((done) => client.socket.write(numbered(sent), done));
            await Promise.race([taken, eventually(async () => (await server.metrics()).ws_closes_total > closes, "it is given up")]);
            sent += 10_000;
        }
        client.socket.resume();
        await client.until(() => client.ended);
        // 1013, unless what stood before the close frame was not read in time.
        assert.ok([1013, null].includes(client.closed), `${client.closed}`);
        const numbers = pongs(client).map(Number);
        assert.ok(numbers.length > 0 && numbers.length < sent);
        assert.ok(numbers.every((number, i) => number === i), "each pong is the next ping's");
        assert.equal((await server.metrics()).ws_closes_total, closes + 1);
    });
    it("W19 a pong that nobody asked for is passed over", () =>
        goesOn(Buffer.concat([frame("", 10), frame("x".repeat(125), 10), frame(json(), 10)]), (client) => {
            assert.equal(client.acks.length, 1);
            assert.equal(client.others, undefined);
        }));
    it("W20 a ping between fragments: the pong is exact and the message whole", async () => {
        const nonce = newNonce();
        const text = Buffer.from(json({ nonce, body: "in pieces \u{1f600}" }));
        const at = text.indexOf(0xf0) + 2; // inside a character
        await goesOn(Buffer.concat([oddFrame({ fin: false, payload: text.subarray(0, at) }), frame("between", 9), frame("pong", 10),
            oddFrame({ fin: false, opcode: 0 }), frame("again", 9), oddFrame({ opcode: 0, payload: text.subarray(at) })]), (client) => {
            assert.equal(client.acks[0].nonce, nonce);
            assert.deepEqual(pongs(client), ["between", "again"]);
            assert.equal(server.sql(`SELECT body FROM message WHERE nonce = '${nonce}'`)[0].body, "in pieces \u{1f600}");
        });
    });
});

describe("closing", () => {
    const close = (code, reason = "") => frame(Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]), 8);
    const range = (from, to, step = 1) => Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);

    it("W21 codes that may not be sent, and half a code: 1002", async () => {
        const codes = [...range(0, 999, 37), 999, 1004, 1005, 1006, ...range(1015, 2999, 61), 2999, 5000, 5001, 32768, 65535];
        await allClose(1002, [...codes.map((code) => [code, close(code)]), ["half a code", frame(Buffer.from([3]), 8)]]);
    });
    it("W22 a reason that is not UTF-8: 1007", () => allClose(1007, ["ff", "c0af", "eda080", "f4908080", "e282"].map((hex) =>
        [hex, close(1000, Buffer.from(hex, "hex"))])));
    it("W23 codes that may be sent come back, and the server ends TCP", async () => {
        const codes = [1000, 1001, 1002, 1003, ...range(1007, 1014), 3000, 3999, 4000, 4401, 4999];
        const clients = await Promise.all(codes.map((code) => outcome(close(code, "gr\u00fc\u00dfe"))));
        assert.deepEqual(clients.map((client) => client.closed), codes);
        assert.equal((await outcome(frame("", 8))).closed, 1000);
        assert.equal((await outcome(close(1000, "x".repeat(123)))).closed, 1000);
    });
    it("W24 what follows a close is not heard", async () => {
        const nonce = newNonce();
        const client = await outcome(Buffer.concat([close(1000), frame(json({ nonce })), frame("ping", 9), close(4000), Buffer.alloc(9, 255)]));
        assert.deepEqual([client.closed, client.acks, pongs(client)], [1000, [], []]);
        assert.deepEqual(server.sql(`SELECT seq FROM message WHERE nonce = '${nonce}'`), []);
    });
    it("W25 a peer that answers no close, or never ends TCP, is cut all the same", async () => {
        const halfOpen = Object.assign(Object.create(server), {
            connect: () => net.connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true }),
        });
        const silent = await Client.open(halfOpen, { cookie, room });
        silent.answersClose = false;
        silent.socket.write(oddFrame({ rsv: 1 })); // the server closes, the peer says nothing more
        const open_ended = await Client.open(halfOpen, { cookie, room });
        open_ended.socket.write(close(1000)); // both have said it, the peer's half of TCP stays open
        let ends = 0;
        for (const client of [silent, open_ended]) client.socket.on("end", () => ends++);
        await eventually(() => ends === 2, "the server ends both");
        await eventually(async () => (await server.metrics()).sockets === 1, "and keeps neither");
        assert.deepEqual([silent.closed, open_ended.closed], [1002, 1000]);
        for (const client of [silent, open_ended]) client.cut();
    });
});

describe("text", () => {
    const body = (text) => {
        const [head, tail] = json({ body: "\u0001" }).split("\\u0001");
        return Buffer.concat([Buffer.from(head), Buffer.from(text), Buffer.from(tail)]);
    };
    const inFragments = (bytes, at) =>
        Buffer.concat([oddFrame({ fin: false, payload: bytes.subarray(0, at) }), oddFrame({ opcode: 0, payload: bytes.subarray(at) })]);
    const valid = ["\u00e9", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\uffff", "\ufffe", "\u{10000}", "\u{10ffff}", "\u03ba\u1f79\u03c3\u03bc\u03b5",
        "\u{1f469}\u200d\u{1f4bb}", "\u007f"];
    const invalid = ["80", "bf", "8080", "c0", "c1bf", "c080", "c1bf", "c0af", "e080af", "f08080af", "f8808080af", "fc80808080af", "e0", "e09f",
        "e0809f", "e09fbf", "f08fbfbf", "f0808080", "eda080", "edbfbf", "eda080edb080", "edadbfedbfbf", "f4908080", "f7bfbfbf", "f888808080", "fe", "ff", "fefeffff",
        "c3", "e282", "f09f98", "cebae1bdb9cf83cebcceb5eda080656469746564", "e18080c0"];

    it("W26 every character of UTF-8 is taken, wherever its message is cut", async () => {
        for (const text of valid) {
            const whole = body(text);
            const start = whole.indexOf(Buffer.from(text));
            const cuts = Array.from({ length: Buffer.byteLength(text) + 1 }, (_, i) => start + i);
            await goesOn(Buffer.concat([frame(whole), ...cuts.map((at) => inFragments(body(text), at))]), (client) =>
                assert.equal(client.acks.length + client.refusals.length, cuts.length + 2, "each message was understood"));
        }
    });
    it("W26 what is not UTF-8 is 1007, in one frame and in fragments, also cut inside a character", () =>
        allClose(1007, invalid.flatMap((hex) => {
            const whole = body(Buffer.from(hex, "hex"));
            const start = whole.indexOf(Buffer.from(hex, "hex"));
            return [[hex, Buffer.concat([frame(whole), frame(json())])], [`${hex} in two`, inFragments(whole, start + 1)],
                [`${hex} at the end`, frame(Buffer.from(hex, "hex"))]];
        })));
    it("W29 a mask of zeros and a payload that looks like HTTP are plain data", async () => {
        const nonce = newNonce();
        const text = "GET /session?next=/smuggled HTTP/1.1\r\nHost: h\r\n\r\n";
        await goesOn(oddFrame({ mask: Buffer.alloc(4), payload: json({ nonce, body: text }) }), (client) =>
            assert.equal(client.acks[0].nonce, nonce));
        assert.equal(server.sql(`SELECT body FROM message WHERE nonce = '${nonce}'`)[0].body.trim(), text.replaceAll("\r", "").trim());
        const bare = await outcome(Buffer.from(text));
        assert.equal(bare.closed, 1002, "and without a frame around it, it breaks one");
        assert.ok(bare.texts.every((markup) => markup.startsWith("<")), "nothing answered it");
    });
});

describe("pieces", () => {
    /* A text, a ping, a message in three fragments around a ping, a long one, a refusal, another ping. */
    const conversation = (tag) => {
        const text = Buffer.from(json({ nonce: `${tag}b`, body: "\u00e9t\u00e9" }));
        const at = text.indexOf(0xc3) + 1;
        return Buffer.concat([
            frame(json({ nonce: `${tag}a` })), frame("one", 9),
            oddFrame({ fin: false, payload: text.subarray(0, 20) }), frame("two", 9), oddFrame({ fin: false, opcode: 0, payload: text.subarray(20, at) }),
            oddFrame({ opcode: 0, payload: text.subarray(at) }),
            frame(json({ nonce: `${tag}c`, body: "long ".repeat(40) })), frame(json({ nonce: `${tag}d`, room: 999 })),
            frame("three", 9),
        ]);
    };
    const close = frame(Buffer.from([15, 160]), 8);
    const end = async (client, tag) => {
        await client.until(() => (client.acks.length === 3 && client.refusals.length === 1 && pongs(client).length === 3) || client.ended);
        for (let at = 0; at < close.length; at += 3) await push(client, close.subarray(at, at + 3));
        await client.until(() => client.ended);
        assert.deepEqual([client.closed, pongs(client), client.refusals],
            [4000, ["one", "two", "three"], [{ kind: "denied", nonce: `${tag}d` }]], tag);
        assert.deepEqual(client.acks.map((ack) => ack.nonce), ["a", "b", "c"].map((letter) => tag + letter));
        const numbers = client.acks.map((ack) => ack.seq);
        assert.deepEqual([...numbers].sort((a, b) => a - b), numbers, "in the order in which they were sent");
    };
    const push = (client, bytes) => new Promise((done) => client.socket.write(bytes, () => setImmediate(done)));

    it("W28 a conversation cut in two at any byte is the same conversation", async () => {
        const length = conversation("s0000").length;
        const step = extent(7, 1, 1);
        const cuts = Array.from({ length: Math.floor((length - 1) / step) }, (_, i) => 1 + i * step);
        for (let i = 0; i < cuts.length; i += 8) {
            await Promise.all(cuts.slice(i, i + 8).map(async (at) => {
                const tag = `s${String(at).padStart(4, "0")}`;
                const client = await open();
                client.socket.setNoDelay(true);
                const bytes = conversation(tag);
                await push(client, bytes.subarray(0, at));
                await push(client, bytes.subarray(at));
                await end(client, tag);
            }));
        }
    });
    it("W28 a conversation byte by byte is the same conversation", async () => {
        const client = await open();
        client.socket.setNoDelay(true);
        for (const byte of conversation("drip-")) await push(client, Buffer.from([byte]));
        await end(client, "drip-");
    });
    it("W28 what is not finished in its time is 1008, whatever else comes meanwhile", async () => {
        const text = json();
        const begun = [frame(text).subarray(0, 1), frame(text).subarray(0, 5), frame(text).subarray(0, 40), oddFrame({ fin: false, payload: text })];
        const clients = await Promise.all(begun.map(() => open()));
        clients.forEach((client, i) => client.socket.write(begun[i]));
        const fed = clients.at(-1); // pings may come between fragments and give no more time
        for (let n = 0; !fed.ended; n++) {
            fed.socket.write(frame(`p${n}`, 9));
            await fed.until(() => pongs(fed).includes(`p${n}`) || fed.ended);
            await new Promise((done) => setTimeout(done, 50)); // a pace, so as not to send as fast as it goes for so long
        }
        for (const client of clients) await client.until(() => client.ended);
        assert.deepEqual(clients.map((client) => client.closed), [1008, 1008, 1008, 1008]);
        assert.ok(pongs(fed).length > 10);
    });
});

describe("peers that vanish", () => {
    const rounds = extent(1, 1, 12);
    it("W30 by RST or FIN, at each byte of the handshake and of a frame: nothing stays, nothing is stored", async () => {
        const nonce = newNonce();
        const message = frame(json({ nonce, body: "x" }));
        const request = Buffer.from(`GET /live?room=${room} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nOrigin: ${server.origin}\r\n` +
            `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\nCookie: ${cookie}\r\n\r\n`);
        const all = Buffer.concat([request, message]);
        const vanish = (bytes, end) => new Promise((done) => {
            const socket = net.connect({ port: server.port, host: "127.0.0.1", noDelay: true });
            socket.on("error", () => {});
            socket.on("data", () => {});
            socket.on("close", done);
            socket.write(bytes, () => (end === "RST" ? socket.resetAndDestroy() : socket.end()));
        });
        for (let round = 0; round < rounds; round++) {
            for (let at = 1; at < all.length; at += 8) {
                const cuts = Array.from({ length: Math.min(8, all.length - at) }, (_, i) => all.subarray(0, at + i));
                await Promise.all(cuts.flatMap((bytes) => ["RST", "FIN"].map((end) => vanish(bytes, end))));
            }
        }
        await eventually(async () => {
            const { sockets, http_connections } = await server.metrics();
            return sockets === 1 && http_connections === 2; // a neighbour's, and the one that asks
        }, "all that vanished are gone");
        assert.deepEqual(server.sql(`SELECT seq FROM message WHERE nonce = '${nonce}'`), []);
    });
});

describe("messages that say nothing sensible", () => {
    const object = (fields) => frame(JSON.stringify(fields));
    it("W32 what is no verb of ours is 1008", () => allClose(1008, [
        ["a list", frame("[]")], ["a word", frame("null")], ["a number", frame("1")], ["a string", frame('"post"')],
        ["nothing", frame("{}")], ["blank", frame(" ")], ["two values", frame(`${json()}${json()}`)], ["a list of them", frame(`[${json()}]`)],
        ["cut", frame(json().slice(0, -1))], ["no JSON", frame("post")], ["a key twice", frame(json().replace("{", '{"type":"read",'))],
        ["deep", frame(`${"[".repeat(20_000)}`)], ["deep inside", frame(`{"type":${'{"a":'.repeat(9000)}1${"}".repeat(9000)}}`)],
        ["NUL", frame("\0")], ["BOM", frame(`\ufeff${json()}`)], ["infinite", frame('{"type":"post","room":1e999}')],
        ["NaN", frame('{"type":"post","room":NaN}')], ["half a pair", frame('{"type":"\\ud800"}')],
        ["an unknown verb", object({ type: "hello" })], ["another's verb", object({ type: "subscribe", room })], ["in capitals", object({ type: "POST" })],
        ["a verb that is no word", object({ type: 7 })], ["and none", object({ type: null })], ["hello twice", Buffer.concat([object({ type: "hello" }), object({ type: "hello" })])],
        ["open nowhere", object({ type: "open" })], ["open nothing", object({ type: "open", room: 0 })], ["open below", object({ type: "open", room: -1 })],
        ["open too far", frame('{"type":"open","room":9223372036854775808}')], ["open a word", object({ type: "open", room: "x" })],
        ["open a list", object({ type: "open", room: [room] })], ["open after nothing", object({ type: "open", room, after: 7 })],
        ["open after nonsense", object({ type: "open", room, after: "x:1" })], ["no nonce", object({ type: "post", room, body: "x" })],
        ["a nonce of nothing", object({ type: "post", room, body: "x", nonce: "" })], ["a nonce too long", object({ type: "post", room, body: "x", nonce: "n".repeat(65) })],
        ["a nonce of markup", object({ type: "post", room, body: "x", nonce: "<i>" })], ["a nonce that is a number", object({ type: "post", room, body: "x", nonce: 7 })],
    ]));
    it("W32 a room that is not this socket's is refused by name, and the socket goes on", async () => {
        const posts = [{ room: 0 }, { room: -1 }, { room: 999 }, { room: "1" }, { room: 1.5 }, { room: null }, { room: [1] }, { room: 2 ** 53 }, { room: room + 1 },
            { body: 7 }, { body: "" }, { body: null }].map((fields) => ({ type: "post", room, nonce: newNonce(), body: "x", ...fields }));
        await goesOn(Buffer.concat([...posts.map(object), object({ type: "read" }), object({ type: "read", room: -1, post: -1 }),
            object({ type: "read", room, post: "x" })]), (client) => {
            assert.deepEqual(client.refusals.map((refusal) => refusal.nonce), posts.map((post) => post.nonce));
            assert.equal(client.acks.length, 1);
        });
        assert.deepEqual(server.sql(`SELECT nonce FROM message WHERE nonce IN (${posts.map((post) => `'${post.nonce}'`)})`), []);
    });
    it("W32 a post for the room that was left is refused", async () => {
        const client = await open();
        await client.until(() => client.texts.length > 0);
        const nonce = newNonce();
        client.send({ type: "open", room: room + 1 });
        client.post(room + 1, newNonce(), "in the new one");
        await client.until(() => client.acks.length === 1);
        client.post(room, nonce, "in the old one");
        await client.until(() => client.refusals.length === 1);
        assert.deepEqual(client.refusals, [{ kind: "denied", nonce }]);
        client.cut();
    });
});

describe("many sockets, and peers that are gone", () => {
    it("W35 at the 21st socket of a person the oldest goes with 4409, and no other", async () => {
        const usual = new Server({ environment: { PARLOR_NEW_SOCKETS_PER_MINUTE: "0" } });
        try {
            const place = usual.addRoom("Kitchen");
            for (const handle of ["ada", "bo"]) usual.addUser(handle);
            await usual.start();
            const enter = async (session) => {
                const client = await Client.open(usual, { cookie: session, room: place });
                await client.until(() => client.texts.length > 0);
                return client;
            };
            const [own, other] = [usual.addSession("ada"), usual.addSession("ada")]; // it is the person who counts
            const neighbour = await enter(usual.addSession("bo"));
            const clients = [];
            for (let i = 0; i < 20; i++) clients.push(await enter(i % 2 ? own : other));
            assert.deepEqual(clients.filter((client) => client.closed !== null), []);
            clients.push(await enter(own));
            await clients[0].until(() => clients[0].ended);
            neighbour.post(place, "still", "here");
            for (const client of [neighbour, ...clients.slice(1)]) await client.until(() => client.articles.length === 1);
            assert.deepEqual(clients.map((client) => client.closed), [4409, ...Array(20).fill(null)]);
            for (const client of [neighbour, ...clients]) client.cut();
        } finally {
            await usual.remove();
        }
    });
    it("W33 the kernel is told to give up a peer that confirms nothing for 30 s", async () => {
        const trace = join(mkdtempSync(join(tmpdir(), "parlor-trace-")), "trace");
        const traced = new Server({ environment: { ...unlimited, PARLOR_LOOPS: "1" },
            under: ["strace", "-D", "-f", "-qq", "-e", "trace=setsockopt", "-o", trace] });
        try {
            const place = traced.addRoom("Kitchen");
            traced.addUser("ada");
            await traced.start();
            const client = await Client.open(traced, { cookie: traced.addSession("ada"), room: place });
            await client.until(() => client.texts.length > 0);
            client.cut();
            assert.match(readFileSync(trace, "latin1"), /TCP_USER_TIMEOUT, \[30000\], 4\) = 0/);
        } finally {
            await traced.remove();
            rmSync(dirname(trace), { recursive: true });
        }
    });
});
