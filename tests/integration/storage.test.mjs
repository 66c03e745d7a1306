/* storage.test.mjs -- a disk that fails, is full, is slow, is taken away, or was written to by others.
 *
 * Faults are put under a real server: by strace, by a small disk of its own, by a limit on its files, and by
 * hand while it does not run. In each test somebody else has a live socket all the time. What was acknowledged is
 * there after a restart; what was not was shown to nobody.
 * SPDX-License-Identifier: MIT */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, it } from "node:test";
import { Injection, beside, bytesFree, onSmallDisk, seenBy } from "../support/faults.mjs";
import { checkDatabase, eventually, extent, newSeed, randomness } from "../support/load.mjs";
import { ask, submit } from "../support/raw.mjs";
import { Server, program, unlimited } from "../support/server.mjs";
import { Client } from "../support/ws.mjs";

const servers = [];
afterEach(async () => {
    for (const server of servers.splice(0)) await server.remove();
});

/* A house with a room, ada who posts, and nora who looks on. */
const house = async (options = {}) => {
    const server = new Server({ environment: { ...unlimited, PARLOR_LOOPS: "1" }, ...options });
    servers.push(server);
    server.room = server.addRoom("Kitchen");
    for (const handle of ["ada", "nora"]) server.addUser(handle);
    [server.ada, server.nora] = [server.addSession("ada"), server.addSession("nora")];
    return server;
};
const enter = async (server, cookie, options = {}) => {
    const client = await Client.open(server, { cookie, room: server.room, ...options });
    await client.until(() => client.texts.length > 0);
    return client;
};
const started = async (options) => {
    const server = await house(options);
    await server.start();
    [server.poster, server.onlooker] = [await enter(server, server.ada), await enter(server, server.nora)];
    return server;
};
let count = 0;
const answered = (client, nonce) => [...client.acks, ...client.refusals].some((answer) => answer.nonce === nonce);
/* Posts; resolves to "ack", to why it was refused, or to null when the connection ended first. */
const post = async (server, { nonce = `n${++count}`, body = "Hello", client = server.poster } = {}) => {
    client.post(server.room, nonce, body);
    await client.until(() => answered(client, nonce) || client.ended);
    if (client.acks.some((ack) => ack.nonce === nonce)) return "ack";
    return client.refusals.find((refusal) => refusal.nonce === nonce)?.kind ?? null;
};
const postByForm = async (server) =>
    (await submit(server, `/rooms/${server.room}/messages`, { nonce: `n${++count}`, body: "Hello" }, { cookie: server.ada })).status;
const page = async (server) => (await ask(server, "GET", `/rooms/${server.room}`, { fields: { Cookie: server.ada } })).status;
/* Everything that was acknowledged, and nothing else, has reached the onlooker, once and in order. */
const onlookerHasAll = async (server) => {
    const { poster, onlooker } = server;
    const acked = poster.acks.map((ack) => ack.nonce);
    await onlooker.until(() => onlooker.articles.length >= acked.length);
    assert.deepEqual(onlooker.articles.map((article) => article.nonce), acked);
    assert.deepEqual(onlooker.articles.map((article) => article.seq), acked.map((_, i) => onlooker.articles[0].seq + i), "without a gap");
    assert.equal(onlooker.closed, null);
};
/* The numbers of the room are 1 to its last; what was acknowledged is there under its number. */
const checkRoom = (server, acks = []) => {
    checkDatabase(server);
    const rows = server.sql(`SELECT seq, nonce FROM message WHERE room_id = ${server.room} ORDER BY seq`);
    const [{ last_seq: last }] = server.sql(`SELECT last_seq FROM room WHERE id = ${server.room}`);
    assert.deepEqual(rows.map((row) => row.seq), Array.from({ length: last }, (_, i) => i + 1));
    for (const ack of acks) assert.equal(rows[ack.seq - 1]?.nonce, ack.nonce);
    return rows;
};
/* Posts are refused as `kind`, by socket and form; pages are read; nobody is shown what was refused. */
const isReadOnly = async (server, kind = "full", status = 507) => {
    assert.equal(await post(server), kind);
    assert.equal(await postByForm(server), status);
    assert.equal(await page(server), 200);
    await onlookerHasAll(server);
};
/* Without a restart; the first tries may come before it looks again. */
const heals = async (server) => {
    await eventually(async () => (await post(server)) === "ack", "posts are taken again");
    await onlookerHasAll(server);
    checkRoom(server, server.poster.acks);
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
};

describe("a disk that fails", () => {
    const occasions = Array.from({ length: extent(2, 5, 20) }, (_, i) => i + 1);
    for (const [id, what, inject] of [
        ["S04", "a sync", (k) => `fdatasync:error=EIO:when=${k}+`],
        ["S05", "a write to the log", (k) => `pwrite64:error=EIO:when=${3 * k}+`],
    ]) {
        it(`${id} ${what} fails with EIO, at each of ${occasions.length} moments: exit 70, unacknowledged, and whole after a restart`, async () => {
            for (const k of occasions) {
                const server = await started();
                const injection = await Injection.start(server, "parlor.db-wal", inject(k));
                let last;
                do last = await post(server); while (last === "ack");
                assert.equal(last, null, "the fatal one has no answer at all");
                assert.deepEqual(await server.collapse(), { code: 70, signal: null });
                await injection.exited;
                assert.match(server.stderr, /error store\.disk/);
                const { acks } = server.poster;
                await server.onlooker.until(() => server.onlooker.ended);
                const shown = server.onlooker.articles.map((article) => article.nonce);
                assert.deepEqual(shown, acks.slice(0, shown.length).map((ack) => ack.nonce), "nothing was shown that was not acknowledged");
                await server.start();
                checkRoom(server, acks);
                server.poster = await enter(server, server.ada);
                assert.equal(await post(server, { nonce: `n${count}` }), "ack", "what had no answer may be sent again");
                assert.equal(checkRoom(server, acks).length, acks.length + 1);
                await server.stop();
            }
        });
    }
});

describe("a disk without room", () => {
    for (const [id, error] of [["S05", "ENOSPC"], ["S06", "EDQUOT"], ["S08", "EROFS"]]) {
        it(`${id} a write fails with ${error}: posts are refused and shown to nobody, pages are read, and it heals`, async () => {
            const server = await started();
            assert.equal(await post(server), "ack");
            const injection = await Injection.start(server, "parlor.db-wal", `pwrite64:error=${error}`);
            await isReadOnly(server);
            await injection.end();
            await heals(server);
        });
    }
    it("S06 P17 a disk that is full by another's files: read-only, and it heals when they go", async () => {
        const server = await house();
        server.under = onSmallDisk(server.data, 8 << 20);
        await server.start();
        [server.poster, server.onlooker] = [await enter(server, server.ada), await enter(server, server.nora)];
        server.sql = (question) => {
            const [first, ...words] = [...beside(server), "sqlite3", "-readonly", "-json", join(server.data, "parlor.db"), question];
            const output = execFileSync(first, words, { encoding: "utf8" });
            return output ? JSON.parse(output) : [];
        };
        assert.equal(await post(server), "ack");
        writeFileSync(seenBy(server, "filler"), Buffer.alloc(bytesFree(server)));
        await eventually(async () => (await post(server, { body: "x".repeat(10_000) })) !== "ack", "it is full");
        assert.equal(bytesFree(server), 0);
        await isReadOnly(server);
        rmSync(seenBy(server, "filler"));
        await heals(server);
    });
    it("S07 a file may not grow (RLIMIT_FSIZE, met in the middle of a write): the signal is nobody's end, and it heals", async () => {
        const server = await started();
        const limit = (bytes) => execFileSync("prlimit", ["--pid", String(server.pid), `--fsize=${bytes}:unlimited`]);
        assert.equal(await post(server), "ack");
        limit(statSync(join(server.data, "parlor.db-wal")).size + 6000);
        await eventually(async () => (await post(server, { body: "x".repeat(10_000) })) !== "ack", "the limit is met");
        await isReadOnly(server);
        limit("unlimited");
        await heals(server);
    });
});

describe("files that are taken away", () => {
    for (const [what, take] of [
        ["deleted", (path) => rmSync(path)],
        ["renamed", (path) => renameSync(path, `${path}.old`)],
        ["replaced", (path) => {
            cpSync(path, `${path}.new`);
            renameSync(`${path}.new`, path);
        }],
    ]) {
        for (const name of ["parlor.db", "parlor.db-wal"]) {
            it(`S09 ${name} is ${what}: no further post is acknowledged, exit 70`, async () => {
                const server = await started();
                assert.equal(await post(server), "ack");
                take(join(server.data, name));
                assert.equal(await post(server), null);
                assert.deepEqual(await server.collapse(), { code: 70, signal: null });
                assert.match(server.stderr, /error store\.gone/);
            });
        }
    }
    it("S09 a server in which nobody writes notices it too", async () => {
        const server = await started();
        renameSync(join(server.data, "parlor.db"), join(server.data, "old.db"));
        assert.deepEqual(await server.collapse(), { code: 70, signal: null });
    });
});

describe("a log that was damaged while nobody ran", () => {
    it("S10 cut, flipped, garbage, or without its index: it opens at the last good commit", async () => {
        const random = randomness(newSeed());
        const server = await started();
        for (let i = 0; i < 40; i++) assert.equal(await post(server, { body: "x".repeat(1 + i * 50) }), "ack");
        await server.kill();
        rmSync(join(server.data, "control.sock")); // it cannot be copied
        const wal = readFileSync(join(server.data, "parlor.db-wal"));
        const saved = `${server.data}.saved`;
        renameSync(server.data, saved);
        const FRAME = 24 + 4096;
        const frames = Math.floor((wal.length - 32) / FRAME);
        const write = (bytes) => writeFileSync(join(server.data, "parlor.db-wal"), bytes);
        const flipped = (at) => {
            const bytes = Buffer.from(wal);
            bytes[at] ^= 1 << Math.floor(random() * 8);
            write(bytes);
        };
        const shm = (bytes) => writeFileSync(join(server.data, "parlor.db-shm"), bytes);
        /* what, how, how many of the posts must be there at least and at most. */
        const cases = [
            ["as it was", () => {}, 40, 40],
            ["no index", () => rmSync(join(server.data, "parlor.db-shm")), 40, 40],
            ["an index of zeros", () => shm(Buffer.alloc(32768)), 40, 40],
            ["an index of garbage", () => shm(Buffer.from(Array.from({ length: 32768 }, () => Math.floor(random() * 256)))), 40, 40],
            ["garbage behind", () => write(Buffer.concat([wal, Buffer.alloc(3 * FRAME, 0xa5)])), 40, 40],
            ["its last byte cut", () => write(wal.subarray(0, 32 + frames * FRAME - 1)), 39, 39],
            ["its last frame cut", () => write(wal.subarray(0, 32 + (frames - 1) * FRAME)), 39, 39],
            ["its head flipped", () => flipped(20), 0, 0],
            ["garbage", () => write(Buffer.from(Array.from({ length: wal.length }, () => Math.floor(random() * 256)))), 0, 0],
            ["empty", () => write(""), 0, 0],
            ["missing", () => rmSync(join(server.data, "parlor.db-wal")), 0, 0],
            ...Array.from({ length: extent(5, 15, 200) }, () => Math.floor(random() * wal.length)).flatMap((at) => [
                [`flipped at ${at}`, () => flipped(at), 0, 40], [`cut at ${at}`, () => write(wal.subarray(0, at)), 0, 40],
            ]),
        ];
        let partial = 0;
        for (const [what, damage, least, most] of cases) {
            cpSync(saved, server.data, { recursive: true, preserveTimestamps: true });
            damage();
            if (least === 0 && !hasHouse(server)) {
                // The log held all there was: an empty house is what is left, and it works.
                rmSync(server.data, { recursive: true });
                continue;
            }
            await server.start();
            const there = checkRoom(server).length;
            assert.ok(there >= least && there <= most, `${what}: ${there} posts`);
            partial += there > 0 && there < 40;
            server.poster = await enter(server, server.ada);
            assert.equal(await post(server), "ack", what);
            assert.equal(await page(server), 200);
            assert.equal(checkRoom(server).length, there + 1);
            await server.kill();
            rmSync(server.data, { recursive: true });
        }
        assert.ok(partial > 0, "some damage was in the middle");
        rmSync(saved, { recursive: true });
    });
    /* Whether the main file alone, or what is left of the log with it, holds ada's session. */
    const hasHouse = (server) => {
        try {
            return execFileSync("sqlite3", ["-readonly", join(server.data, "parlor.db"), "SELECT count(*) FROM session"],
                { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim() === "2";
        } catch {
            return false;
        }
    };
});

describe("others at the file", () => {
    /* A sqlite3 that has run `statement` and holds what it got until `release`. */
    const hold = async (server, statement) => {
        const child = spawn("sqlite3", ["-cmd", ".timeout 20000", join(server.data, "parlor.db")], { stdio: ["pipe", "pipe", "inherit"] });
        const exited = new Promise((done) => child.on("close", done));
        child.stdin.write(`${statement};\nSELECT 'held';\n`);
        let said = "";
        await new Promise((done) => child.stdout.on("data", (text) => (said += text).includes("held") && done()));
        return async () => {
            child.stdin.end();
            await exited;
        };
    };
    it("S13 a reader that stays: posts go on, and the log is used anew once it has gone", async () => {
        const server = await started();
        const size = () => statSync(join(server.data, "parlor.db-wal")).size;
        const flood = async (megabytes) => {
            for (let bytes = 0; bytes < megabytes << 20; bytes += 4 * 16_000) {
                const answers = await Promise.all([1, 2, 3, 4].map(() => post(server, { body: "x".repeat(16_000) })));
                assert.deepEqual(new Set(answers), new Set(["ack"]));
            }
        };
        assert.equal(await post(server), "ack");
        const release = await hold(server, "BEGIN; SELECT count(*) FROM message");
        await flood(18);
        const held = size();
        assert.ok(held > 16 << 20, "the reader keeps the log from being used anew");
        await release();
        await flood(6); // a checkpoint comes every 1,000 pages
        const end = size();
        await flood(10);
        assert.equal(size(), end, "the log grows no further");
        assert.ok(end < 64 << 20);
        assert.equal(server.poster.refusals.length, 0);
        await onlookerHasAll(server);
    });
    it("S14 a writer that stays: posts are told to wait, pages are read, and it heals", async () => {
        const server = await started();
        assert.equal(await post(server), "ack");
        const release = await hold(server, "BEGIN IMMEDIATE");
        const [first, , status] = await Promise.all([post(server), page(server).then((code) => assert.equal(code, 200)), postByForm(server)]);
        assert.deepEqual([first, status], ["busy", 503]);
        assert.equal(await page(server), 200);
        await onlookerHasAll(server);
        await release();
        await heals(server);
    });
    it("S21 one handle alone can write to the database", async () => {
        const server = await started();
        assert.equal(await post(server), "ack");
        assert.equal(await page(server), 200);
        const path = join(server.data, "parlor.db");
        const inode = statSync(path).ino;
        const modes = readdirSync(`/proc/${server.pid}/fd`).filter((fd) => {
            const target = `/proc/${server.pid}/fd/${fd}`;
            return existsSync(target) && statSync(target).ino === inode;
        }).map((fd) => parseInt(/flags:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/fdinfo/${fd}`, "utf8"))[1], 8) & 3);
        assert.equal(modes.filter((mode) => mode !== 0).length, 1);
        assert.ok(modes.length > 1, "readers have handles of their own");
    });
});

describe("a start that is cut", () => {
    it(`S15 killed ${extent(10, 50, 500)} times while it makes its tables: the next start goes on`, async () => {
        const random = randomness(newSeed());
        const fresh = new Server({ environment: unlimited });
        servers.push(fresh);
        await fresh.start();
        const schema = () => [fresh.sql("PRAGMA user_version"), fresh.sql("SELECT type, name, sql FROM sqlite_schema ORDER BY name")];
        const whole = schema();
        await fresh.kill();
        let cut = 0;
        for (let round = 0; round < extent(10, 50, 500); round++) {
            rmSync(fresh.data, { recursive: true });
            // Killed at its k-th write or sync of the file, which is where it matters.
            const k = 1 + Math.floor(random() * 60);
            const call = random() < 0.5 ? "pwrite64" : "fdatasync";
            const dying = spawn("strace", ["-D", "-f", "-qq", "-P", join(fresh.data, "parlor.db"), "-P", join(fresh.data, "parlor.db-wal"),
                "-e", `inject=${call}:signal=KILL:when=${call === "pwrite64" ? k : 1 + (k % 8)}`, "-o", "/dev/null",
                program, "serve", "--data", fresh.data, "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "ignore"] });
            let isThrough = false;
            dying.stdout.once("data", () => (isThrough = dying.kill("SIGKILL")));
            await once(dying, "exit");
            cut += !isThrough;
            await fresh.start();
            assert.deepEqual(schema(), whole);
            checkDatabase(fresh);
            await fresh.kill();
        }
        assert.ok(cut > 0, "some were killed in the middle");
    });
});

describe("a slow disk", () => {
    it("S16 a sync takes half a second: batches grow, the queue stays bounded, who comes too late is told to wait", async () => {
        const server = await started();
        const poster = server.poster;
        const SOCKETS = 200;
        const EACH = 64; // as many as a socket may have under way
        const clients = await Promise.all(Array.from({ length: SOCKETS }, () => enter(server, server.ada)));
        const before = await server.metrics();
        const injection = await Injection.start(server, "parlor.db-wal", "fdatasync:delay_enter=500000");
        clients.forEach((client, i) => {
            for (let k = 0; k < EACH; k++) client.post(server.room, `q${i}-${k}`, "x");
        });
        let longest = 0;
        const answers = () => clients.reduce((sum, client) => sum + client.acks.length + client.refusals.length, 0);
        await eventually(async () => {
            longest = Math.max(longest, (await server.metrics()).store_queue);
            return answers() === SOCKETS * EACH;
        }, () => `${answers()} answers`, 120_000);
        await injection.end();
        const after = await server.metrics();
        const acks = clients.flatMap((client) => client.acks);
        const refusals = clients.flatMap((client) => client.refusals);
        assert.ok(longest > 1024 && longest <= 10_000, `${longest} waited`);
        assert.ok(refusals.length > 0 && refusals.every((refusal) => refusal.kind === "busy"));
        assert.equal(acks.length + refusals.length, SOCKETS * EACH);
        const batches = after.store_batches_total - before.store_batches_total;
        assert.ok(batches < acks.length / 100, `${batches} batches for ${acks.length} posts`);
        for (const client of clients) client.cut();
        assert.equal(checkRoom(server, acks).length, acks.length);
        const { onlooker } = server; // a thousand posts at once may be more than it is kept for: then it is told to begin anew
        await onlooker.until(() => onlooker.articles.length === acks.length || onlooker.resets > 0);
        assert.deepEqual(onlooker.articles.map((article) => article.seq), onlooker.articles.map((_, i) => i + 1));
        assert.equal(poster.closed, null);
    });
});

describe("numbers near the end of their kind", () => {
    const numbered = async (last) => {
        const server = await house();
        server.change(`UPDATE room SET last_seq = ${last}, last_post = ${last} WHERE id = ${server.room}`);
        await server.start();
        return server;
    };
    const seqs = (client) => client.texts.flatMap((text) => [...text.matchAll(/id="m-\d+-(\d+)"/g)].map((match) => BigInt(match[1])));
    for (const [name, border] of [["2^31", 1n << 31n], ["2^32", 1n << 32n], ["2^53", 1n << 53n]]) {
        it(`S20 around ${name} numbers are exact in fragments, acknowledgements, pages, cursors and replays`, async () => {
            const server = await numbered(border - 3n);
            const [poster, onlooker] = [await enter(server, server.ada), await enter(server, server.nora)];
            for (let i = 0; i < 6; i++) assert.equal(await post(server, { client: poster }), "ack");
            const expected = Array.from({ length: 6 }, (_, i) => border - 2n + BigInt(i));
            await onlooker.until(() => onlooker.articles.length === 6);
            assert.deepEqual(seqs(onlooker), expected);
            const acks = poster.texts.flatMap((text) => [...text.matchAll(/data-ack=\S+ data-seq=(\d+)/g)].map((match) => BigInt(match[1])));
            assert.deepEqual(acks, expected);
            const html = (await ask(server, "GET", `/rooms/${server.room}`, { fields: { Cookie: server.ada } })).body.toString();
            assert.deepEqual([...html.matchAll(/<article class="message" id="m-\d+-([1-9]\d*)"/g)].map((match) => BigInt(match[1])), expected);
            const cursor = /data-cursor="([^"]+)"/.exec(html)[1];
            const [epoch, at] = cursor.split(":");
            assert.equal(BigInt(at), expected.at(-1));
            const late = await enter(server, server.nora, { after: `${epoch}:${expected[2]}` });
            await late.until(() => late.articles.length === 3);
            assert.deepEqual(seqs(late), expected.slice(3), "replayed from the cursor");
            assert.equal(late.resets, 0);
            for (const client of [poster, onlooker, late]) client.cut();
        });
    }
    it("S20 at 2^63-1 there is no further number: refused, not wrapped", async () => {
        const last = (1n << 63n) - 3n;
        const server = await numbered(last);
        const [poster, onlooker] = [await enter(server, server.ada), await enter(server, server.nora)];
        const answers = [];
        for (let i = 0; i < 4; i++) answers.push(await post(server, { client: poster }));
        assert.deepEqual(answers, ["ack", "ack", "internal", "internal"]);
        await onlooker.until(() => onlooker.articles.length === 2);
        assert.deepEqual(seqs(onlooker), [last + 1n, last + 2n]);
        assert.equal(await page(server), 200);
        const [{ least, n }] = server.sql("SELECT min(seq) > 0 AS least, count(*) AS n FROM message");
        assert.deepEqual([least, n], [1, 2]);
        for (const client of [poster, onlooker]) client.cut();
    });
});
