// resume.test.mjs -- a page that was cut off, slept or fell behind gets exactly what it lacks, or is told to
// reload; and everybody sees one order.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { checkJournal, checkLogs, eventually, extent, Follower, loadRoom, newSeed, people, randomness, storedNonces,
    Writer } from "../support/load.mjs";
import { Server, unlimited } from "../support/server.mjs";
import { Client } from "../support/ws.mjs";

const SECONDS = extent(6, 8, 60);
const FOLLOWERS = extent(40, 40, 200);
const POSTS_A_SECOND = 200;
const LARGE = 6 * 1024; // so that a reader that stalls falls off the room's log of 256 KiB

describe("P05 P06 a storm of cuts", () => {
    const seed = newSeed();
    const random = randomness(seed);
    const server = new Server({ environment: { ...unlimited, PARLOR_LOOPS: "2" } });
    let folk;
    let rooms;
    let isStorming = true;
    let followers = [];
    let writers = [];

    before(async () => {
        rooms = ["Kitchen", "Garden", "Library"].map((name) => server.addRoom(name));
        folk = people(server, 8);
        await server.start();
    });
    after(async () => {
        isStorming = false;
        for (const follower of followers) follower.close(); // a paused socket never ends by itself
        for (const writer of writers) writer.client?.cut();
        await server.remove();
    });

    /* Stops reading until somebody has fallen off the room's log, then reads on. */
    const sleep = async (follower) => {
        await follower.connect();
        const asleep = await server.metrics();
        follower.client.socket.pause();
        while (isStorming && (await server.metrics()).rejoins_total === asleep.rejoins_total) await wait(50);
        follower.hasSlept = true;
        follower.client.socket.resume();
    };
    /* What a page goes through: read on, be cut and come back, sleep for a while without being cut. */
    const live = async (follower, pauses) => {
        await follower.connect();
        while (isStorming) {
            await wait(50 + random() * 900);
            if (!isStorming) return;
            if (random() < 0.6) {
                await follower.cut();
                await wait(random() * 300);
                await follower.connect();
            } else if (pauses > 0) {
                follower.client.socket.pause();
                await wait(pauses * (0.5 + random()));
                follower.client.socket.resume();
            }
        }
    };
    /* A fixed number of posts a second, all rooms in turn, for a while and until enough has happened. */
    const storm = async (writers, followers) => {
        const begin = Date.now();
        const cuts = () => followers.reduce((sum, follower) => sum + follower.connections - 1, 0);
        const isWild = () => cuts() >= 2 * FOLLOWERS && followers.some((follower) => follower.hasSlept);
        for (let sent = 0; sent < SECONDS * POSTS_A_SECOND || !isWild(); ) {
            for (const due = ((Date.now() - begin) * POSTS_A_SECOND) / 1000; sent < due; sent++) {
                writers[sent % writers.length].post();
            }
            await wait(5);
        }
        isStorming = false;
    };

    it(`P05 P06 neither gap nor double on a connection, one order for everybody, seed ${seed}`, async () => {
        writers = rooms.flatMap((room, r) => [0, 1].map((i) => new Writer(server, {
            cookie: folk[(2 * r + i) % folk.length].cookie,
            room,
            name: `w${r}${i}`,
            body: (nonce) => (r === 0 ? nonce.padEnd(LARGE, " and so on") : `says ${nonce}`),
        })));
        for (const writer of writers) assert.ok(await writer.connect());
        followers = Array.from({ length: FOLLOWERS }, (_, i) =>
            new Follower(server, { cookie: folk[i % folk.length].cookie, room: rooms[i % 3], name: `page ${i}` }));
        // Every fourth page reads slowly; those of them in the room with the large posts sleep.
        const lives = followers.map((follower, i) =>
            i % 12 === 0 ? sleep(follower) : live(follower, i % 4 === 0 ? 1000 : 0));
        await storm(writers, followers);
        await Promise.all(lives);
        for (const writer of writers) await writer.client.until(() => writer.unacked.size === 0);
        const heads = new Map(server.sql("SELECT id, last_seq FROM room").map((room) => [room.id, room.last_seq]));
        for (const follower of followers) {
            follower.client.socket.resume();
            await follower.has(heads.get(follower.room));
        }
        const metrics = await server.metrics();
        assert.ok(metrics.rejoins_total > 0, "some fell off the log");
        assert.ok(metrics.replays_total > 0, "some came back through the store");

        checkJournal(server, writers);
        checkLogs(server);
        const orders = new Map(rooms.map((room) => [room, [...storedNonces(server, room).keys()]]));
        for (const follower of followers) {
            assert.equal(follower.error, undefined);
            const last = heads.get(follower.room);
            const stored = orders.get(follower.room).slice(follower.first);
            const seen = stored.map((_, i) => follower.nonces.get(follower.first + 1 + i));
            assert.deepEqual(seen, stored, `${follower.name} has the log from ${follower.first + 1} to ${last}`);
            follower.close();
        }
        assert.deepEqual(await server.stop(), { code: 0, signal: null });
    });
});

describe("D08 D09 a cursor that cannot be continued", () => {
    const server = new Server({ environment: unlimited });
    const POSTS = 520;
    let room;
    let cookie;
    let epoch;

    before(async () => {
        room = server.addRoom("Kitchen");
        [{ cookie }] = people(server, 1);
        await server.start();
        const writer = new Writer(server, { cookie, room, name: "w", inFlight: POSTS });
        await writer.connect();
        writer.startPosting();
        await writer.client.until(() => writer.acked.size >= POSTS);
        writer.stopPosting();
        await writer.client.until(() => writer.unacked.size === 0);
        ({ epoch } = await loadRoom(server, room, cookie));
        await server.stop(); // so that no log is left in memory, and each cursor goes through the store
        await server.start();
    });
    after(() => server.remove());

    const head = () => server.sql(`SELECT last_seq AS n FROM room WHERE id = ${room}`)[0].n;

    for (const missed of [0, 1, 499, 500]) {
        it(`D08 ${missed} missed: all of them, then the head mark`, async () => {
            const last = head();
            const client = await Client.open(server, { cookie, room, after: `${epoch}:${last - missed}` });
            await client.until(() => client.heads.length > 0);
            assert.deepEqual(client.articles.map((article) => article.seq),
                Array.from({ length: missed }, (_, i) => last - missed + 1 + i));
            assert.deepEqual(client.heads, [{ room, epoch, seq: last }]);
            assert.equal(client.resets, 0);
            client.cut();
        });
    }

    const resets = {
        "D08 501 missed": () => `${epoch}:${head() - 501}`,
        "D09 from the very beginning": () => `${epoch}:0`,
        "D09 of another epoch": () => `0123456789abcdef-0:${head()}`,
        "D09 above the head": () => `${epoch}:${head() + 1}`,
        "D09 far above the head": () => `${epoch}:9223372036854775807`,
    };
    for (const [what, after] of Object.entries(resets)) {
        it(`${what}: a reset, and the reloaded page goes on`, async () => {
            const follower = new Follower(server, { cookie, room, name: what });
            await follower.connect(after());
            await eventually(() => follower.resets > 0, "a reset");
            await follower.has(head());
            const writer = new Writer(server, { cookie, room, name: `after-${what.replace(/\W/g, "-")}` });
            await writer.connect();
            const nonce = writer.post();
            await follower.has(head());
            await eventually(() => [...follower.nonces.values()].includes(nonce), "the next post");
            assert.equal(follower.resets, 1);
            assert.equal(follower.error, undefined);
            follower.close();
            writer.client.cut();
        });
    }

    for (const [what, after] of Object.entries(resets)) {
        it(`${what}: a post before the page has reloaded is taken`, async () => {
            const client = await Client.open(server, { cookie, room, after: after() });
            await client.until(() => client.resets > 0);
            const nonce = `unloaded-${what.replace(/\W/g, "-")}`;
            client.post(room, nonce, "Said while the room was loading");
            await client.until(() => client.acks.length + client.refusals.length > 0);
            assert.deepEqual(client.refusals, []);
            client.cut();
        });
    }

    for (const [what, after] of [["negative", "x:-1"], ["empty", ""], ["without a number", "abc-0:"],
        ["foreign letters", "ABC:1"], ["too long", `a:${"1".repeat(20)}`]]) {
        it(`D09 ${what}: refused before there is a socket`, async () => {
            const client = await Client.open(server, { cookie, room, after });
            assert.equal(client.status, 400);
            client.cut();
        });
    }
});
