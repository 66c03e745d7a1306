// shutdown.test.mjs -- SIGTERM: everybody gets their answer, live sockets close with 1012, and nothing is lost.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import http from "node:http";
import net from "node:net";
import { after, before, describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { checkDatabase, checkJournal, checkLogs, eventually, extent, newSeed, people, randomness,
    Writer } from "../support/load.mjs";
import { Server, unlimited } from "../support/server.mjs";
import { Client, frame } from "../support/ws.mjs";

const ROUNDS = extent(5, 10, 50);
const WRITERS = 6;

/* A raw HTTP connection whose request is sent piece by piece. */
const speak = (server) => {
    const socket = net.connect(server.port, "127.0.0.1");
    const http = { socket, answer: "", ended: false, send: (text) => socket.write(text) };
    socket.setEncoding("utf8").on("data", (text) => (http.answer += text)).on("error", () => {});
    socket.on("close", () => (http.ended = true));
    return http;
};
/* Nobody accepts any more: the visible sign that the end has begun. */
const isRefusing = (server) => () => new Promise((done) => {
    const probe = net.connect(server.port, "127.0.0.1", () => done(false) ?? probe.destroy());
    probe.on("error", () => done(true));
});

describe("P28 stopping under load", () => {
    const seed = newSeed();
    const random = randomness(seed);
    const server = new Server({ environment: { ...unlimited, PARLOR_LOOPS: "2" } });
    let writers;
    let room;

    before(() => {
        room = server.addRoom("Kitchen");
        writers = people(server, WRITERS).map(({ cookie }, i) => new Writer(server, { cookie, room, name: `w${i}` }));
    });
    after(() => server.remove());

    /* The status of the answer. Not by fetch, which may never settle when its connection ends under it. */
    const postForm = (writer, fields) =>
        new Promise((done, fail) => {
            const headers = { cookie: writer.cookie, origin: server.origin, "content-type": "application/x-www-form-urlencoded" };
            const options = { method: "POST", agent: false, headers };
            const request = http.request(`${server.origin}/rooms/${room}/messages`, options, (response) => {
                response.on("error", fail).on("end", () => done(response.statusCode)).resume();
            });
            request.on("error", fail).end(new URLSearchParams(fields).toString());
        });

    /* Posts by the form, one after the other, until the server is gone; answered ones were stored. */
    const postForms = async (writer, round) => {
        for (let i = 0; ; i++) {
            const nonce = `form-${round}-${i}`;
            writer.unacked.add(nonce);
            try {
                const status = await postForm(writer, { nonce, body: "by a form" });
                if (status === 303) {
                    formsStored.add(nonce);
                    writer.unacked.delete(nonce);
                } else {
                    assert.equal(status, 503);
                }
            } catch {
                return; // not accepted any more
            }
        }
    };
    const formsStored = new Set();

    it(`P28 ${ROUNDS} times at a random moment: exit 0, what was acknowledged is stored, seed ${seed}`, async () => {
        for (let round = 0; round < ROUNDS; round++) {
            await server.start();
            for (const writer of writers) assert.ok(await writer.connect());
            await Promise.all(writers.map((writer) => writer.retry())); // what was cut exists once, then
            for (const writer of writers) writer.startPosting();
            const forms = postForms(writers[0], round);
            await wait(random() * 300);
            assert.deepEqual(await server.stop(), { code: 0, signal: null });
            await forms;
            for (const { client } of writers) {
                await client.until(() => client.ended);
                assert.equal(client.closed, 1012, "told to come back");
            }
            checkJournal(server, writers);
        }
        await server.start();
        for (const writer of writers) assert.ok(await writer.connect());
        await Promise.all(writers.map((writer) => writer.retry()));
        checkJournal(server, writers);
        checkLogs(server);
        checkDatabase(server);
        assert.ok(formsStored.size > 0);
        const sent = writers.reduce((sum, writer) => sum + writer.acked.size, 0);
        const forms = server.sql("SELECT count(*) AS n FROM message WHERE nonce LIKE 'form-%'")[0].n;
        assert.ok(forms >= formsStored.size);
        for (const nonce of formsStored) {
            assert.equal(server.sql(`SELECT count(*) AS n FROM message WHERE nonce = '${nonce}'`)[0].n, 1, nonce);
        }
        assert.equal(server.sql("SELECT count(*) AS n FROM message WHERE nonce NOT LIKE 'form-%'")[0].n, 
            sent - [...writers[0].acked.keys()].filter((nonce) => nonce.startsWith("form-")).length);
        await server.stop();
    });
});

describe("P28 what is under way when the end comes", () => {
    const server = new Server({ environment: { ...unlimited, PARLOR_LOOPS: "2" } });
    let room;
    let cookie;
    before(() => {
        room = server.addRoom("Kitchen");
        [{ cookie }] = people(server, 1);
    });
    after(() => server.remove());

    it("P28 a request of which a part has come is answered, and /readyz says 503", async () => {
        await server.start();
        const ready = speak(server);
        const post = speak(server);
        const body = new URLSearchParams({ nonce: "in-flight", body: "half sent" }).toString();
        ready.send("GET /readyz HTTP/1.1\r\nHost: x\r\n");
        post.send(`POST /rooms/${room}/messages HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\nCookie: ${cookie}\r\n` +
            "Content-Type: application/x-www-form-urlencoded\r\n" +
            `Content-Length: ${body.length}\r\n\r\n${body.slice(0, 10)}`);
        await eventually(async () => (await server.metrics()).http_exchanges >= 2, "the body is waited for");
        const stopping = server.stop();
        await eventually(isRefusing(server), "the server takes no new connections");
        ready.send("\r\n");
        post.send(body.slice(10));
        assert.deepEqual(await stopping, { code: 0, signal: null });
        await eventually(() => ready.ended && post.ended, "both connections have ended");
        assert.match(ready.answer, /^HTTP\/1\.1 503 [^]*not ready\n$/);
        assert.match(post.answer, /^HTTP\/1\.1 303 /);
        assert.equal(server.sql("SELECT count(*) AS n FROM message WHERE nonce = 'in-flight'")[0].n, 1);
    });

    it("P28 a socket that answers the close frame does not wait for one that does not", async () => {
        await server.start();
        const polite = await Client.open(server, { cookie, room });
        const silent = await Client.open(server, { cookie, room });
        silent.answersClose = polite.answersClose = false;
        for (const client of [polite, silent]) await client.until(() => client.texts.length > 0);
        const stopping = server.stop();
        await polite.until(() => polite.closed);
        polite.socket.write(Buffer.concat([frame("on its way already"), frame(Buffer.from([0x03, 0xf4]), 8)]));
        await polite.until(() => polite.ended);
        await wait(100); // had the deadline ended it, the other would end now too
        assert.equal(silent.ended, false);
        await silent.until(() => silent.ended);
        assert.deepEqual([polite.closed, silent.closed], [1012, 1012]);
        assert.deepEqual(await stopping, { code: 0, signal: null });
    });

    it("P28 nobody can hold the server up: a request that is never finished is cut", async () => {
        await server.start();
        const stuck = speak(server);
        stuck.send("POST /session HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf");
        await eventually(async () => (await server.metrics()).http_exchanges >= 2, "the body is waited for");
        assert.deepEqual(await server.stop(), { code: 0, signal: null });
        await eventually(() => stuck.ended, "the connection has ended");
    });
});
