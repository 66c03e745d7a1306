/* delivery.test.mjs -- one post, whatever happens between the sender and the house: sent twice, cut at the worst
 * moment, by form and by socket in turn.
 *
 * SPDX-License-Identifier: MIT */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { checkDatabase, checkLogs } from "../support/load.mjs";
import { Member } from "../support/member.mjs";
import { Server, unlimited } from "../support/server.mjs";
import { Client } from "../support/ws.mjs";

const house = async () => {
    const server = new Server({ environment: { ...unlimited, PARLOR_LOOPS: "2" } });
    server.addUser("ada");
    server.addUser("bob");
    server.room = server.addRoom("Kitchen");
    await server.start();
    server.ada = new Member(server, "ada");
    return server;
};
const connect = async (server, cookie = server.ada.cookie) => {
    const client = await Client.open(server, { cookie, room: server.room });
    await client.until(() => client.texts.length > 0);
    return client;
};
const stored = (server) =>
    server.sql(`SELECT seq, nonce, body, deleted FROM message WHERE room_id = ${server.room} ORDER BY seq`);
const form = (server, nonce, body) => server.ada.send(`/rooms/${server.room}/messages`, { nonce, body });

describe("the same nonce", () => {
    let server;
    before(async () => {
        server = await house();
    });
    after(() => server?.remove());

    it("D02 with another text: the answer is the message that is stored, by socket and by form", async () => {
        const client = await connect(server);
        client.post(server.room, "d02", "what was said first");
        await client.until(() => client.acks.length === 1);
        client.post(server.room, "d02", "something else");
        await client.until(() => client.acks.length === 2);
        assert.equal((await form(server, "d02", "something else again")).status, 303);
        assert.equal(client.acks[1].seq, client.acks[0].seq);
        assert.deepEqual(client.refusals, []);
        const [{ body, ...rest }, ...others] = stored(server);
        assert.deepEqual([body, rest.nonce, others], ["what was said first", "d02", []]);
        assert.ok(client.texts.every((text) => !text.includes("something else")), "nobody is shown the other text");
        client.cut();
    });

    it("D01 after its message was deleted: acknowledged, and it stays deleted", async () => {
        const client = await connect(server);
        client.post(server.room, "d01", "to be taken back");
        await client.until(() => client.acks.length === 1);
        const [{ seq }] = client.acks;
        assert.equal((await server.ada.remove(`/rooms/${server.room}/messages/${seq}`)).status, 303);
        const earlier = stored(server);
        client.post(server.room, "d01", "to be taken back");
        await client.until(() => client.acks.length === 2);
        assert.deepEqual(client.acks[1], { nonce: "d01", seq });
        assert.equal((await form(server, "d01", "to be taken back")).status, 303);
        assert.deepEqual(stored(server), earlier);
        assert.doesNotMatch((await server.ada.get(`/rooms/${server.room}`)).text, /to be taken back/);
        checkLogs(server);
        client.cut();
    });
});

describe("by form and by socket in turn", () => {
    let server;
    before(async () => {
        server = await house();
    });
    after(() => server?.remove());

    it("D06 the order of the answers is the order of the numbers, and of what others see", async () => {
        const writer = await connect(server);
        const reader = await connect(server, server.addSession("bob"));
        const answered = [];
        for (let i = 0; i < 30; i++) {
            assert.equal((await form(server, `form-${i}`, `form ${i}`)).status, 303);
            answered.push(`form-${i}`);
            writer.post(server.room, `socket-${i}`, `socket ${i}`);
            await writer.until(() => writer.acks.length === i + 1);
            answered.push(`socket-${i}`);
        }
        assert.deepEqual(stored(server).map(({ nonce }) => nonce), answered);
        for (const client of [reader, writer]) {
            await client.until(() => client.articles.length === answered.length);
            assert.deepEqual(client.articles.map(({ nonce }) => nonce), answered);
        }
        for (const client of [reader, writer]) client.cut();
    });
});

/* A tracer that ends the server when it next enters `call` (on the file `path`, where one is given): before the
 * kernel has done anything of it. Resolves when it watches. */
const dieAt = (server, call, path) => {
    const words = ["-f", "-p", String(server.pid), "-o", "/dev/null", "-e", `trace=${call}`, "-e", `inject=${call}:signal=SIGKILL:when=1`];
    const tracer = spawn("strace", path ? [...words, "-P", path] : words, { stdio: ["ignore", "ignore", "pipe"] });
    return new Promise((done, fail) => {
        let said = "";
        tracer.stderr.on("data", (bytes) => {
            said += bytes;
            if (/attached/.test(said)) done(tracer);
        });
        tracer.on("exit", () => fail(new Error(said)));
    });
};

/* The writing thread stores first and answers then. Its parts, by the call that begins each. */
const moments = {
    "D04 cut before the commit": { call: "pwrite64", file: "parlor.db-wal", isStored: false },
    "D03 cut between the commit and its answer": { call: "sendmsg,sendto", file: null, isStored: true },
};
const ways = {
    "by socket": async (server, nonce) => {
        const client = await connect(server);
        return { client, post: () => client.post(server.room, nonce, "only once") };
    },
    "by form": async (server, nonce) => {
        assert.equal((await server.ada.get(`/rooms/${server.room}`)).status, 200); // whoever asks is known from now on
        return { client: null, post: () => form(server, nonce, "only once").catch(() => null) };
    },
};

for (const [moment, { call, file, isStored }] of Object.entries(moments)) {
    for (const [way, begin] of Object.entries(ways)) {
        it(`${moment}, ${way}: nothing was acknowledged, and sent again it is stored once`, async () => {
            const server = await house();
            try {
                const { client, post } = await begin(server, "cut");
                const tracer = await dieAt(server, call, file && `${server.data}/${file}`);
                const isOver = new Promise((done) => tracer.on("exit", done));
                const answer = post();
                await isOver;
                await assert.rejects(server.kill(), /ended by itself with .*SIGKILL/);
                if (client) {
                    await client.until(() => client.ended);
                    assert.deepEqual([client.acks, client.articles], [[], []]);
                } else {
                    assert.equal(await answer, null);
                }
                await server.start();
                assert.equal(stored(server).length, isStored ? 1 : 0);
                const again = await connect(server);
                for (let i = 0; i < 3; i++) again.post(server.room, "cut", "only once");
                await again.until(() => again.acks.length === 3);
                assert.equal((await form(server, "cut", "only once")).status, 303);
                assert.deepEqual(stored(server).map(({ seq, nonce }) => [seq, nonce]), [[1, "cut"]]);
                assert.deepEqual(new Set(again.acks.map(({ seq }) => seq)), new Set([1]));
                again.cut();
                checkLogs(server);
                checkDatabase(server);
            } finally {
                await server.remove();
            }
        });
    }
}
