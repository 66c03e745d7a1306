// crash.test.mjs -- what was acknowledged survives the end of the process; what was not can be sent again.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { checkDatabase, checkJournal, checkLogs, eventually, extent, newSeed, people, randomness, storedNonces,
    Writer } from "../support/load.mjs";
import { Server, unlimited } from "../support/server.mjs";
import { Client } from "../support/ws.mjs";

const ROUNDS = extent(8, 20, 500);
const WRITERS = 8;

describe("P01 a post that was acknowledged survives kill -9", () => {
    const seed = newSeed();
    const random = randomness(seed);
    const server = new Server({ environment: unlimited });
    let writers;

    before(() => {
        const rooms = [server.addRoom("Kitchen"), server.addRoom("Garden")];
        writers = people(server, WRITERS).map(({ cookie }, i) =>
            new Writer(server, { cookie, room: rooms[i % rooms.length], name: `w${i}` }));
    });
    after(() => server.remove());

    it(`P01 ${ROUNDS} times under load, seed ${seed}`, async () => {
        for (let round = 0; round < ROUNDS; round++) {
            await server.start();
            checkJournal(server, writers); // before anything is sent again
            checkLogs(server);
            checkDatabase(server);
            for (const writer of writers) assert.ok(await writer.connect());
            await Promise.all(writers.map((writer) => writer.retry()));
            checkJournal(server, writers);
            const before = writers.reduce((sum, writer) => sum + writer.acked.size, 0);
            for (const writer of writers) writer.startPosting();
            await Promise.all([wait(30 + random() * 770),
                eventually(() => writers.some((writer) => writer.acked.size > 0), "a first acknowledgement")]);
            await server.kill();
            await Promise.all(writers.map((writer) => writer.client.until(() => writer.client.ended)));
            const now = writers.reduce((sum, writer) => sum + writer.acked.size, 0);
            assert.ok(now >= before);
        }
        await server.start();
        checkJournal(server, writers);
        checkLogs(server);
        assert.ok(writers.some((writer) => writer.unacked.size > 0), "some posts were cut from their answer");
        for (const writer of writers) assert.ok(await writer.connect());
        await Promise.all(writers.map((writer) => writer.retry()));
        checkJournal(server, writers);
        checkLogs(server);
        const stored = writers.reduce((sum, writer) => sum + writer.acked.size, 0);
        assert.equal(server.sql("SELECT count(*) AS n FROM message")[0].n, stored, "nothing that nobody sent");
        assert.deepEqual(await server.stop(), { code: 0, signal: null });
    });
});

describe("P03 nothing is shown or acknowledged before it is on disk", () => {
    const POSTS = extent(50, 200, 1000);
    const folder = mkdtempSync(join(tmpdir(), "parlor-trace-"));
    const trace = join(folder, "trace");
    const server = new Server({
        // A leak checker cannot run in a traced process.
        environment: { ...unlimited, ASAN_OPTIONS: `${process.env.ASAN_OPTIONS ?? ""}:detect_leaks=0` },
        under: ["strace", "-D", "-f", "-y", "-s", "9000", "-e", "trace=pwrite64,fdatasync,fsync,sendmsg,sendto",
            "-e", "signal=none", "-o", trace],
    });
    after(async () => {
        await server.remove();
        rmSync(folder, { recursive: true });
    });

    /* The calls in the order of the trace: {name, file, text, begin, end}, begin and end being line numbers. */
    const readTrace = () => {
        const calls = [];
        const open = new Map(); // thread → its unfinished call
        readFileSync(trace, "latin1").split("\n").forEach((line, number) => {
            const begun = /^(\d+) +(\w+)\(\d+<([^>]*)>(.*)$/.exec(line);
            const resumed = /^(\d+) +<\.\.\. (\w+) resumed>/.exec(line);
            if (begun) {
                const [, thread, name, file, text] = begun;
                const call = { name, file, text, begin: number, end: number };
                calls.push(call);
                if (text.endsWith("<unfinished ...>")) open.set(thread, call);
            } else if (resumed) {
                open.get(resumed[1]).end = number;
            }
        });
        return calls;
    };

    it(`P03 WAL write, sync, then the first byte to anybody: ${POSTS} posts`, async () => {
        const room = server.addRoom("Kitchen");
        const [{ cookie }, other] = people(server, 2);
        await server.start();
        const writer = await Client.open(server, { cookie, room });
        const reader = await Client.open(server, { cookie: other.cookie, room });
        const token = (i) => `token-${String(i).padStart(4, "0")}-`; // ended, so that none begins another
        for (let i = 0; i < POSTS; i++) {
            writer.post(room, token(i), "Is it on disk?");
            await Promise.all([writer.until(() => writer.acks.length === i + 1),
                reader.until(() => reader.articles.length === i + 1)]);
        }
        await server.stop();
        await eventually(() => readFileSync(trace, "latin1").includes("+++ exited with 0 +++"), "the trace's end");
        const calls = readTrace();
        for (let i = 0; i < POSTS; i++) {
            const first = (condition) => calls.find(condition) ?? assert.fail(`${token(i)} is missing in the trace`);
            const written = first((call) => call.name === "pwrite64" && call.file.endsWith("parlor.db-wal") &&
                call.text.includes(token(i)));
            const synced = first((call) => /^f(data)?sync$/.test(call.name) && call.file.endsWith("parlor.db-wal") &&
                call.begin > written.end);
            const sent = first((call) => /^send(msg|to)$/.test(call.name) && call.text.includes(token(i)));
            assert.ok(synced.end < sent.begin, `${token(i)} was sent before it was synced`);
        }
    });
});

describe("P04 a post that is repeated exists once", () => {
    const server = new Server({ environment: unlimited });
    after(() => server.remove());

    it("P04 D01 at once, in parallel from two sockets, and after restarts: the same number", async () => {
        const room = server.addRoom("Kitchen");
        const [{ cookie }] = people(server, 1);
        const seqs = new Set();
        const repeat = async () => {
            const sockets = [await Client.open(server, { cookie, room }), await Client.open(server, { cookie, room })];
            for (let i = 0; i < 20; i++) for (const socket of sockets) socket.post(room, "once", "Only once");
            for (const socket of sockets) {
                await socket.until(() => socket.acks.length === 20);
                for (const { nonce, seq } of socket.acks) {
                    assert.equal(nonce, "once");
                    seqs.add(seq);
                }
                assert.deepEqual(socket.refusals, []);
            }
        };
        await server.start();
        await repeat();
        await server.kill();
        await server.start();
        await repeat();
        await server.stop();
        await server.start();
        await repeat();
        assert.deepEqual([...seqs], [1]);
        assert.deepEqual([...storedNonces(server, room)], [["once", [1]]]);
        checkLogs(server);
        assert.equal((await server.metrics()).posts_repeated_total, 40);
    });
});
