/* websocket.test.mjs -- the WebSocket over a real socket: handshakes, frames in any pieces, and peers that vanish.
 *
 * The tables of frames are unit tests; here is what only a connection shows.
 * SPDX-License-Identifier: MIT */
import assert from "node:assert/strict";
import net from "node:net";
import { after, before, describe, it } from "node:test";
import { ask } from "../support/raw.mjs";
import { Server, unlimited } from "../support/server.mjs";
import { Client, frame } from "../support/ws.mjs";

const server = new Server({ environment: unlimited });
let room;
let cookie;

before(async () => {
    await server.start();
    server.addUser("ada");
    room = server.addRoom("Kitchen");
    cookie = server.addSession("ada");
});
after(() => server.remove());

const open = (options = {}) => Client.open(server, { cookie, room, ...options });
const post = (nonce, body = "Hello") => frame(JSON.stringify({ type: "post", room, nonce, body }));
/* One that is not the last of its message. */
const begin = (text, opcode) => {
    const part = frame(text, opcode);
    part[0] &= 0x7f;
    return part;
};
const isAcked = (client, nonce) => () => client.acks.some((ack) => ack.nonce === nonce);
/* Ends with this code, and then TCP ends too. */
const assertCloses = async (client, code) => {
    await client.until(() => client.ended);
    assert.equal(client.closed, code);
};

describe("the handshake", () => {
    const good = () => ({
        Connection: "keep-alive, Upgrade", Upgrade: "WebSocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", Origin: server.origin, Cookie: cookie,
    });
    const status = async (fields, { method = "GET", ...request } = {}) =>
        (await ask(server, method, `/live?room=${room}`, { fields: { ...good(), ...fields }, ...request })).status;

    it("W01 W02 W03 W04 is judged by its form", async () => {
        assert.equal(await status({}), 101);
        assert.equal(await status({ "Sec-WebSocket-Key": "short" }), 400);
        assert.equal(await status({ "Sec-WebSocket-Key": null }), 400);
        assert.equal(await status({ Connection: "close" }), 400);
        assert.equal(await status({}, { body: "x" }), 400);
        assert.equal(await status({}, { version: "1.0" }), 400);
        assert.equal(await status({}, { method: "POST" }), 405);
        const old = await ask(server, "GET", `/live?room=${room}`, { fields: { ...good(), "Sec-WebSocket-Version": "8" } });
        assert.equal(old.status, 426);
        assert.equal(old.field("sec-websocket-version"), "13");
    });
    it("W06 W07 nothing of what is offered beside is taken", async () => {
        const names = Array.from({ length: 1000 }, (_, i) => `p${i}`).join(",");
        const offers = { "Sec-WebSocket-Protocol": names, "Sec-WebSocket-Extensions": "permessage-deflate; server_max_window_bits=99" };
        const answer = await ask(server, "GET", `/live?room=${room}`, { fields: { ...good(), ...offers } });
        assert.equal(answer.status, 101);
        assert.equal(answer.field("sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assert.doesNotMatch(answer.head, /protocol:|extensions:/i);
    });
    it("W34 is for one address, and that address for it alone", async () => {
        assert.equal((await ask(server, "GET", "/rooms", { fields: good() })).status, 200);
        const plain = await ask(server, "GET", `/live?room=${room}`, { fields: { Cookie: cookie } });
        assert.equal(plain.status, 426);
        assert.equal(plain.field("upgrade"), "websocket");
    });
    it("A23 P10 needs an origin of our own", async () => {
        for (const Origin of [null, "null", "", "https://evil.example", `${server.origin}.evil.example`, server.origin.replace("http", "https") + "1"]) {
            assert.equal(await status({ Origin }), 403, Origin);
        }
        assert.equal(await status({ Origin: null, "Sec-Fetch-Site": "same-origin" }), 403);
    });
    it("a malformed place is a bad request; who may not be there learns it by a code", async () => {
        for (const query of ["", "room=0", "room=x", "room=1&room=1", `room=${room}&after=`, `room=${room}&after=x:1`]) {
            assert.equal((await ask(server, "GET", `/live?${query}`, { fields: good() })).status, 400, query);
        }
        await assertCloses(await open({ cookie: "" }), 4401);
        await assertCloses(await open({ cookie: `sid=${"A".repeat(43)}` }), 4401);
        await assertCloses(await open({ room: 999 }), 4403);
    });
});

describe("frames", () => {
    it("W05 one that came with the handshake counts", async () => {
        const client = await open({ early: Buffer.concat([post("early-1"), post("early-2").subarray(0, 9)]) });
        assert.equal(client.status, 101);
        await client.until(isAcked(client, "early-1"));
        client.cut();
    });
    it("W28 one byte at a time is a message like any other", async () => {
        const client = await open();
        client.socket.setNoDelay(true);
        for (const byte of post("slow")) await new Promise((done) => client.socket.write(Buffer.from([byte]), done));
        await client.until(isAcked(client, "slow"));
        client.cut();
    });
    it("W18 W20 a ping between fragments is answered exactly, and the message comes whole", async () => {
        const client = await open();
        const text = JSON.stringify({ type: "post", room, nonce: "pieces", body: "in pieces \u00e9" });
        const bytes = Buffer.from(text);
        const at = bytes.indexOf(0xc3) + 1; // inside a character
        client.socket.write(Buffer.concat([begin(bytes.subarray(0, at), 1), frame("\0ping\xff", 9), frame("unasked", 10),
            begin("", 0), frame(bytes.subarray(at), 0)]));
        await client.until(isAcked(client, "pieces"));
        const pongs = client.others.filter((other) => other.opcode === 10);
        assert.deepEqual(pongs.map((pong) => pong.payload.toString()), ["\0ping\xff"]);
        await client.until(() => client.texts.some((markup) => markup.includes("in pieces \u00e9")));
        client.cut();
    });
    it("W08 to W17, W26, W27 a broken rule ends it with its code", async () => {
        const big = Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0, 1, 0, 1]); // 65,537 bytes
        const fragments = Buffer.concat([begin("x", 1), ...Array.from({ length: 131 }, () => begin("x", 0))]);
        const cases = [
            [Buffer.from("8101787a", "hex"), 1002], [Buffer.from([0xc1, 0x80, 0, 0, 0, 0]), 1002], [frame("x", 3), 1002],
            [frame("x", 0), 1002], [begin("x", 9), 1002], [frame("x", 2), 1003], [frame(Buffer.from([0xed, 0xa0, 0x80])), 1007],
            [big, 1009], [fragments, 1008], [frame("{}"), 1008], [frame("[]"), 1008], [frame("{} {}"), 1008],
            [frame('{"type":"post","type":"post"}'), 1008], [frame("[".repeat(10_000)), 1008], [frame(""), 1008],
            [frame('{"type":"post","room":1,"nonce":"a b","body":"x"}'), 1008],
        ];
        for (const [bytes, code] of cases) {
            const client = await open();
            client.socket.write(bytes);
            await assertCloses(client, code);
        }
    });
    it("W21 W23 W24 a close is answered with its code, and what follows it does not count", async () => {
        for (const [payload, code] of [[[3, 232], 1000], [[3, 233], 1001], [[15, 160], 4000], [[], 1000], [[3, 237], 1002], [[3], 1002]]) {
            const client = await open();
            client.socket.write(Buffer.concat([frame(Buffer.from(payload), 8), post("after-close")]));
            await assertCloses(client, code);
        }
        assert.deepEqual(server.sql("SELECT seq FROM message WHERE nonce = 'after-close'"), []);
    });
});

describe("peers that vanish", () => {
    it("W30 a reset at any byte is noticed by nobody else", async () => {
        const neighbour = await open();
        const bytes = post("never-whole");
        const { sockets } = await server.metrics();
        const vanish = async (socket, part) => {
            await new Promise((done) => socket.write(part, done));
            socket.resetAndDestroy();
        };
        const request = Buffer.from(`GET /live?room=${room} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n` +
            `Origin: ${server.origin}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n` +
            `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nCookie: ${cookie}\r\n\r\n`);
        for (let at = 1; at < request.length; at += 4) {
            await vanish(net.connect(server.port, "127.0.0.1"), request.subarray(0, at));
            if (at % 20 === 1) neighbour.post(room, `n-${at}`, "still here");
        }
        for (let at = 1; at < bytes.length; at++) {
            const early = at % 2 ? bytes.subarray(0, at) : "";
            await vanish((await open({ early })).socket, bytes.subarray(early.length, at));
        }
        neighbour.post(room, "last", "still here");
        await neighbour.until(isAcked(neighbour, "last"));
        const posts = neighbour.acks.map((ack) => ack.seq);
        await neighbour.until(() => posts.every((seq) => neighbour.articles.some((article) => article.seq === seq)));
        assert.deepEqual(server.sql("SELECT seq FROM message WHERE nonce = 'never-whole'"), []);
        const deadline = Date.now() + 20_000;
        while ((await server.metrics()).sockets !== sockets) assert.ok(Date.now() < deadline, "all that vanished are gone");
        neighbour.cut();
    });
});
