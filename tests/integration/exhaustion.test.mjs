/* exhaustion.test.mjs -- nothing left: no descriptors, no memory, nobody who reads the log, no time to hash.
 *
 * Each is done to a server with neighbours, who notice nothing.
 * SPDX-License-Identifier: MIT */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { checkDatabase, checkJournal, checkLogs, eventually, extent, people, Writer } from "../support/load.mjs";
import { Clock } from "../support/faults.mjs";
import { Neighbours } from "../support/neighbours.mjs";
import { Raw } from "../support/raw.mjs";
import { program, Server, unlimited } from "../support/server.mjs";
import { Client } from "../support/ws.mjs";

/* A sanitizer wants more address space than there is, and cannot look for leaks while somebody traces. */
const isPlain = !/asan|tsan/.test(program);
const servers = [];
const enter = async (options = {}) => {
    const environment = { ...unlimited, PARLOR_LOOPS: "1", ...options.environment };
    const server = new Server({ ...options, environment });
    servers.push(server);
    const room = server.addRoom("Kitchen");
    await server.start();
    return { server, room, neighbours: await Neighbours.enter(server, room) };
};
after(() => Promise.all(servers.map((server) => server.remove())));

/* What /metrics says to somebody who is connected already. */
const readMetrics = async (raw) => {
    await raw.write("GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"); // told to no other name
    const { status, body } = await raw.answer();
    assert.equal(status, 200);
    const values = [...body.toString().matchAll(/^parlor_(\S+) (\d+)$/gm)];
    return Object.fromEntries(values.map(([, name, value]) => [name, Number(value)]));
};
const connectSilently = (server, count) =>
    Array.from({ length: count }, () => net.connect({ port: server.port, host: "127.0.0.1" }).on("error", () => {}).resume());

describe("descriptors", () => {
    it("R01 P20 none left: one try in 100 ms, nobody who is in notices, and all is well when some are free", async () => {
        const { server, room, neighbours } = await enter({ under: ["prlimit", "--nofile=256"] });
        const start = performance.now();
        const silent = connectSilently(server, 1000);
        let pauses = 0;
        while (pauses < 5) {
            await neighbours.noticeNothing();
            pauses = (await readMetrics(neighbours.http)).accept_pauses_total;
        }
        const most = 1 + (performance.now() - start) / 100; // a loop that spins would have tried thousands of times
        assert.ok(pauses <= most, `${pauses} pauses, at most ${most}`);
        assert.equal(server.stderr.match(/accept\.pause/g).length, 1, "said once");
        for (const socket of silent) socket.destroy();
        const client = await Client.open(server, { cookie: neighbours.cookie, room });
        assert.equal(client.status, 101);
        await eventually(() => /accept\.resume/.test(server.stderr), "it says that it accepts again");
        await neighbours.noticeNothing();
        client.cut();
        neighbours.leave();
        await eventually(async () => (await server.metrics()).http_connections === 1, "no connection is left");
    });
});

describe("those who are slow", () => {
    it("R03 R04 R05 P21 nobody keeps a connection by saying little or nothing", async () => {
        const clock = new Clock();
        const { server, neighbours } = await enter({
            // A sanitizer wants to be the first library; the clock does not mind.
            environment: { ...clock.environment, ASAN_OPTIONS: `${process.env.ASAN_OPTIONS ?? ""}:verify_asan_link_order=0` },
        });
        const groups = { silent: "", head: "GET / HTTP/1.1\r\nHost: h\r\n", body: "POST /session HTTP/1.1\r\nHost: h\r\nContent-Length: 900\r\n\r\nhandle=" };
        for (const [name, start] of Object.entries(groups)) {
            groups[name] = await Promise.all(Array.from({ length: 40 }, () => Raw.open(server)));
            for (const raw of groups[name]) if (start) await raw.write(start);
        }
        const over = (name) => groups[name].filter((raw) => raw.isOver).length;
        await eventually(async () => (await readMetrics(neighbours.http)).http_connections === 121, "all are in");
        for (let steady = 8000; steady <= 32_000; steady += 8000) {
            for (const raw of groups.head.filter((one) => !one.isOver)) await raw.write("X-A: b\r\n"); // which gains nothing
            for (const raw of groups.body.filter((one) => !one.isOver)) await raw.write("x");
            await neighbours.noticeNothing();
            assert.equal(over("head"), steady <= 16_000 ? 0 : 40, `after ${steady - 8000} ms`);
            assert.equal(over("body"), 0, `after ${steady - 8000} ms`);
            clock.set({ steady });
            if (steady >= 16_000) await eventually(() => over("head") === 40, "a head has 10 s");
        }
        await eventually(() => over("silent") + over("body") === 80, "silence and a body have 30 s");
        for (const raw of Object.values(groups).flat()) raw.cut(); // whoever was told why may read it first
        await eventually(async () => (await readMetrics(neighbours.http)).http_connections === 1, "no connection is left");
        await neighbours.noticeNothing();
        neighbours.leave();
        await server.stop();
        clock.remove();
    });
});

describe("passwords", () => {
    it("P22 200 sign-ins at once: a few are judged, the others are asked to come back, and talk goes on", async () => {
        const { server, neighbours } = await enter();
        const tries = await Promise.all(Array.from({ length: 200 }, () => Raw.open(server)));
        const before = (await readMetrics(neighbours.http)).password_hashes_total;
        server.freeze(); // it looks when all have asked
        for (const [i, raw] of tries.entries()) {
            const form = `handle=nobody${i}&password=wrong`;
            await raw.write("POST /session HTTP/1.1\r\nHost: h\r\nOrigin: http://h\r\nContent-Type: application/x-www-form-urlencoded\r\n" +
                `Content-Length: ${form.length}\r\n\r\n${form}`);
        }
        server.thaw();
        await neighbours.noticeNothing();
        const answers = await Promise.all(tries.map((raw) => raw.answer()));
        const judged = answers.filter((answer) => answer.status === 422).length;
        const sentAway = answers.filter((answer) => answer.status === 503);
        assert.equal(judged + sentAway.length, 200);
        assert.ok(judged >= 34, `${judged} are judged: two at once and 32 who wait`);
        assert.ok(sentAway.length >= 100, `${sentAway.length} are sent away`);
        for (const answer of sentAway) assert.match(answer.field("retry-after"), /^\d+$/);
        assert.equal((await readMetrics(neighbours.http)).password_hashes_total, before + judged, "nothing else was hashed");
        await neighbours.noticeNothing();
        for (const raw of tries) raw.cut();
        neighbours.leave();
    });
});

describe("the log", () => {
    /* Something of which a line is logged. */
    const annoy = async (server) => {
        const raw = await Raw.open(server);
        await raw.write("GET / HTTP/1.1\nHost: h\n\n");
        assert.equal((await raw.answer()).status, 400);
        raw.cut();
    };

    it("R20 nobody reads it: lines are dropped and counted, and nothing waits", async () => {
        const folder = mkdtempSync(join(tmpdir(), "parlor-pipe-"));
        const pipe = join(folder, "pipe");
        execFileSync("mkfifo", [pipe]);
        const held = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
        assert.throws(() => {
            for (;;) writeSync(held, Buffer.alloc(4096));
        }, { code: "EAGAIN" });
        const { server, neighbours } = await enter({ under: ["sh", "-c", 'exec "$@" 2<>"$0"', pipe] });
        await annoy(server);
        await neighbours.noticeNothing();
        assert.ok((await readMetrics(neighbours.http)).log_lines_dropped_total > 0);
        neighbours.leave();
        assert.deepEqual(await server.stop(), { code: 0, signal: null });
        closeSync(held);
        rmSync(folder, { recursive: true });
    });

    it("R20 its reader has gone, or there never was one: the server goes on and ends in order", async () => {
        for (const words of ['exec "$@" 2> >(exec true)', 'exec "$@" 2>&-']) {
            const { server, neighbours } = await enter({ under: ["bash", "-c", words, "bash"] });
            await annoy(server);
            await neighbours.noticeNothing();
            neighbours.leave();
            assert.deepEqual(await server.stop(), { code: 0, signal: null }, words);
        }
    });
});

describe("signals", () => {
    it("R21 stopped and continued, what was sent meanwhile is answered", async () => {
        const { server, neighbours } = await enter();
        server.freeze();
        neighbours.socket.post(neighbours.room, "frozen", "said to nobody");
        server.thaw();
        await neighbours.socket.until(() => neighbours.socket.acks.some((ack) => ack.nonce === "frozen"));
        await neighbours.forget();
        await neighbours.noticeNothing();
        neighbours.leave();
    });
    it("R21 told to stop many times, it stops once and in order", async () => {
        const { server, neighbours } = await enter();
        for (let i = 0; i < 20; i++) process.kill(server.pid, ["SIGTERM", "SIGINT", "SIGHUP"][i % 3]);
        await neighbours.socket.until(() => neighbours.socket.ended);
        assert.equal(neighbours.socket.closed, 1012);
        neighbours.leave();
        assert.deepEqual(await server.collapse(), { code: 0, signal: null });
        checkDatabase(server);
    });
});

if (isPlain) describe("memory", () => {
    it("R18 an address space that is too small: what was acknowledged is there, whether the server lives or not", async () => {
        const server = new Server({ environment: { ...unlimited, PARLOR_LOOPS: "1" }, under: ["prlimit", "--as=268435456"] });
        servers.push(server);
        const room = server.addRoom("Kitchen");
        const writers = people(server, 4).map(({ cookie }, i) => new Writer(server, { cookie, room, name: `w${i}`, body: (nonce) => nonce.padEnd(8000, " x") }));
        await server.start();
        for (const writer of writers) await writer.connect();
        for (const writer of writers) writer.startPosting();
        const acked = () => writers.reduce((sum, writer) => sum + writer.acked.size, 0);
        await eventually(() => acked() > extent(100, 400, 5000) || writers.some((writer) => writer.client.ended), "much is said");
        for (const writer of writers) writer.stopPosting();
        const ended = writers.some((writer) => writer.client.ended) ? await server.collapse() : await server.stop();
        assert.ok(ended.code === 70 || ended.code === 0, JSON.stringify(ended));
        assert.ok(acked() > 0);
        server.under = [];
        await server.start();
        checkJournal(server, writers);
        checkLogs(server);
        checkDatabase(server);
    });
});

if (isPlain) describe("a start that fails", () => {
    for (const [what, inject] of [["thread", "clone,clone3:error=EAGAIN:when=1"], ["epoll", "epoll_create1:error=EMFILE:when=1"], ["eventfd", "eventfd2:error=EMFILE:when=1"]]) {
        it(`R22 no ${what}: it says so and exits with 1`, () => {
            const server = new Server();
            servers.push(server);
            const { status, stdout, stderr } = spawnSync("strace", ["-f", "-qq", "-o", "/dev/null", "-e", `inject=${inject}`,
                program, "serve", "--data", server.data, "--listen", "127.0.0.1:0"], { encoding: "utf8", timeout: 60_000 });
            assert.doesNotMatch(stdout, /listening/);
            assert.match(stderr, /^parlor: \w.*\n$/);
            assert.equal(status, 1);
        });
    }
});
