/* clock.test.mjs -- clocks that jump, stand still, or are far away.
 *
 * A preloaded library moves the server's clocks while it runs. The steady clock is moved to make a timeout due;
 * a question wakes the loop, which then looks at its timers. Neighbours notice nothing, unless the clock takes
 * their session, which is then said.
 * SPDX-License-Identifier: MIT */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, afterEach, describe, it } from "node:test";
import { Clock } from "../support/faults.mjs";
import { checkDatabase, eventually } from "../support/load.mjs";
import { Neighbours } from "../support/neighbours.mjs";
import { ask, submit } from "../support/raw.mjs";
import { Server, unlimited } from "../support/server.mjs";
import { Client, frame, oddFrame } from "../support/ws.mjs";

const SECOND = 1000;
const DAY = 86_400 * SECOND;
const YEAR = 365 * DAY;
const password = "lamplight and tea";
const clock = new Clock();
let server;
let count = 0;

after(() => clock.remove());
afterEach(async () => {
    server.neighbours?.leave();
    await server.remove();
    clock.set({});
});

/* A house in which ada is signed in, at the clock's time. */
const started = async (environment = {}) => {
    server = new Server({ environment: { ...unlimited, PARLOR_LOOPS: "1", ...clock.environment, ...environment } });
    server.room = server.addRoom("Kitchen");
    server.addUser("ada", { password });
    await server.start();
    server.ada = server.addSession("ada");
    server.neighbours = await Neighbours.enter(server, server.room);
    await server.neighbours.noticeNothing(); // from its first request a connection has 30 s for the next
    return server;
};
const enter = async (options = {}) => {
    const client = await Client.open(server, { cookie: server.ada, room: server.room, ...options });
    await client.until(() => client.texts.length > 0 || client.ended);
    return client;
};
const post = async (client) => {
    const nonce = `c${++count}`;
    client.post(server.room, nonce, "Hello");
    await client.until(() => client.acks.some((ack) => ack.nonce === nonce) || client.ended);
    assert.equal(client.closed, null);
    return server.sql(`SELECT seq, created_ms FROM message WHERE nonce = '${nonce}'`)[0];
};
const page = (cookie) => ask(server, "GET", `/rooms/${server.room}`, { fields: { Cookie: cookie } });
const signIn = async () => {
    const answer = await submit(server, "/session", { handle: "ada", password });
    assert.equal(answer.status, 303, answer.body.toString());
    return answer.field("set-cookie").split(";")[0];
};
/* The neighbours see what the test posts too; afterwards they are at it themselves. */
const neighboursNoticeNothing = async () => {
    await server.neighbours.forget();
    await server.neighbours.noticeNothing();
};
/* Numbers without a gap, times that never fall, as the store and the page have them. */
const isInOrder = async () => {
    checkDatabase(server);
    const rows = server.sql("SELECT seq, created_ms FROM message ORDER BY seq");
    assert.deepEqual(rows.map((row) => row.seq), rows.map((_, i) => i + 1));
    const times = rows.map((row) => row.created_ms);
    assert.deepEqual(times, [...times].sort((a, b) => a - b));
    const html = (await page(server.ada)).body.toString();
    const shown = [...html.matchAll(/<article class="message" id="m-\d+-([1-9]\d*)"[^]*?datetime="([^"]+)"/g)];
    assert.deepEqual(shown.map((match) => Number(match[1])), rows.slice(-shown.length).map((row) => row.seq));
    assert.deepEqual(shown.map((match) => Date.parse(match[2])), times.slice(-shown.length));
    assert.ok(shown.every((match) => /Z$/.test(match[2])), "UTC");
};
/* Timeouts of the steady clock, from the offset `base`: none comes early, each comes. */
const timersFire = async (base, wall = {}) => {
    const at = async (ms) => {
        clock.set({ ...wall, steady: base + ms });
        await server.metrics(); // wakes the loop
    };
    const [quiet, partial, silent] = await Promise.all([enter(), enter(), enter()]);
    const texts = quiet.texts.length;
    partial.socket.write(frame("{}").subarray(0, 3));
    silent.answersClose = false;
    await server.metrics();
    await at(8 * SECOND);
    await post(silent);
    assert.equal(partial.closed, null, "it has two seconds left");
    await at(11 * SECOND);
    await partial.until(() => partial.closed !== null);
    assert.equal(partial.closed, 1008);
    silent.socket.write(oddFrame({ rsv: 1 })); // closed by the server, and not answered
    await silent.until(() => silent.closed !== null);
    assert.equal(silent.closed, 1002);
    await at(14 * SECOND);
    await eventually(async () => (await server.metrics()).sockets === 2, "both are cut 2 s after the close; left: quiet, and a neighbour");
    await neighboursNoticeNothing();
    const heartbeats = () => quiet.texts.slice(texts).filter((text) => text === "<!---->").length;
    for (const second of [17, 23, 29, 35, 41]) {
        await at(second * SECOND);
        await server.neighbours.isAnswered(); // or its connection would have been idle for too long
    }
    await eventually(async () => (await server.metrics(), heartbeats() > 0), "a heartbeat");
    assert.equal(heartbeats(), 1, "one, not one with each look");
    quiet.cut();
    await eventually(async () => (await server.metrics()).sockets === 1, "the neighbour alone is left");
};
describe("the wall clock jumps", () => {
    for (const [what, wall] of [["a day back", -DAY], ["ten years back", -10 * YEAR]]) {
        it(`K01 ${what}: order, cursors, sessions and sockets stay`, async () => {
            await started();
            const client = await enter();
            const first = await post(client);
            clock.set({ wall });
            const second = await post(client);
            assert.ok(second.created_ms >= first.created_ms, "the room's time does not fall");
            assert.equal((await page(server.ada)).status, 200);
            await neighboursNoticeNothing();
            const cursor = /data-cursor="([^"]+)"/.exec((await page(server.ada)).body.toString())[1];
            client.cut();
            await post(await enter());
            const back = await enter({ after: cursor });
            await back.until(() => back.articles.length === 1 && back.heads.length === 1);
            assert.equal(back.resets, 0, "resumed by number");
            assert.equal((await page(await signIn())).status, 200, "who signs in then is signed in");
            await isInOrder();
            clock.set({});
            const last = await post(back);
            assert.ok(last.created_ms >= second.created_ms);
            await neighboursNoticeNothing();
            await isInOrder();
            back.cut();
        });
        it(`K01 W33 ${what}: timers run by the steady clock`, async () => {
            await started();
            clock.set({ wall });
            await timersFire(0, { wall });
            await neighboursNoticeNothing();
        });
    }
    it("K01 a session that has expired is not revived", async () => {
        await started();
        const [other, unseen] = [server.addSession("ada"), server.addSession("ada")];
        assert.equal((await page(server.ada)).status, 200); // it is remembered, the others are not
        clock.set({ wall: 31 * DAY });
        for (const cookie of [server.ada, other]) assert.equal((await page(cookie)).status, 303);
        await eventually(() => server.sql("SELECT count(*) AS n FROM session WHERE person_id = 1")[0].n === 1, "those that were asked for are removed");
        clock.set({});
        for (const cookie of [server.ada, other]) assert.equal((await page(cookie)).status, 303);
        assert.equal((await page(unseen)).status, 200, "nothing else is");
        await neighboursNoticeNothing();
    });
    it("K02 ten years on: sessions expire, and nothing else", async () => {
        await started();
        const client = await enter();
        const first = await post(client);
        clock.set({ wall: 10 * YEAR });
        assert.equal((await page(server.ada)).status, 303, "the session is over");
        clock.set({ wall: 10 * YEAR, steady: 6 * SECOND });
        await server.metrics();
        await eventually(async () => (await server.metrics(), client.ended && server.neighbours.socket.ended), "sockets of sessions that are over go");
        assert.equal(client.closed, 4401);
        server.neighbours.leave();
        server.neighbours = null;
        server.ada = await signIn();
        const later = await enter();
        const second = await post(later);
        assert.equal(second.seq, first.seq + 1);
        assert.ok(second.created_ms - first.created_ms >= 10 * YEAR);
        await isInOrder();
        clock.set({ steady: 6 * SECOND });
        const third = await post(later);
        assert.equal(third.seq, second.seq + 1, "back again, numbers go on");
        await isInOrder();
        later.cut();
    });
});

describe("the wall clock stands still", () => {
    it("K03 timeouts fire all the same, and posts keep their order", async () => {
        const wall = { wall: Date.UTC(2026, 10, 25, 12), isFrozen: true };
        clock.set(wall);
        await started();
        const client = await enter();
        const posts = [await post(client), await post(client), await post(client)];
        assert.deepEqual(posts.map((row) => row.created_ms), Array(3).fill(wall.wall));
        client.cut();
        await eventually(async () => (await server.metrics()).sockets === 1, "the neighbour alone is left");
        await timersFire(0, wall);
        await isInOrder();
        await neighboursNoticeNothing();
    });
});

describe("a machine that has run for long", () => {
    const uptime = () => Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]) * SECOND;
    for (const [what, steady] of [
        ["100 days", () => 100 * DAY], ["just before 2^31 ms", () => 2 ** 31 - uptime() - 9 * SECOND],
        ["just before 2^32 ms", () => 2 ** 32 - uptime() - 9 * SECOND], ["just before 2^16 s", () => 65536 * SECOND - uptime() - 9 * SECOND],
        ["a thousand years", () => 1000 * YEAR],
    ]) {
        it(`K04 ${what}: no timeout comes early, late or never`, async () => {
            const base = Math.round(steady());
            clock.set({ steady: base });
            await started();
            await timersFire(base);
            await isInOrder();
            await neighboursNoticeNothing();
        });
    }
});

describe("times are UTC", () => {
    /* At this moment, wherever: stored as milliseconds of UTC, shown as that. */
    const isStored = async (moment, environment) => {
        const at = Date.parse(moment);
        clock.set({ wall: at, isFrozen: true });
        await started(environment);
        const client = await enter();
        const row = await post(client);
        assert.equal(row.created_ms, at);
        await client.until(() => client.articles.length === 1);
        const article = client.texts.find((text) => text.includes("<article"));
        const shown = new RegExp(`datetime="${new Date(at).toISOString().replace(/\\.0*Z$/, "(\\\\.0+)?Z")}"`);
        assert.match(article, shown);
        assert.match((await page(server.ada)).body.toString(), shown);
        const answer = await page(server.ada);
        assert.equal(Date.parse(answer.field("date")), Math.floor(at / 1000) * 1000, "and the head says the same");
        assert.equal((await page(await signIn())).status, 200, "sessions last");
        await neighboursNoticeNothing();
        client.cut();
    };
    for (const [what, TZ, moments] of [
        ["clocks go forward in Berlin", "Europe/Berlin", ["2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z"]],
        ["and back in Berlin", "CET-1CEST,M3.5.0,M10.5.0/3", ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"]],
        ["a zone of a quarter", "Asia/Kathmandu", ["2026-11-25T18:14:59Z"]],
        ["around a leap second", "right/UTC", ["2016-12-31T23:59:59.999Z", "2017-01-01T00:00:00Z"]],
        ["a leap day", "UTC", ["2028-02-29T23:59:59Z"]],
    ]) {
        for (const moment of moments) it(`K05 ${what}, ${moment}`, () => isStored(moment, { TZ }));
    }
    for (const moment of ["2038-01-19T03:14:07Z", "2038-01-19T03:14:08Z", "2100-02-28T23:59:59Z", "2100-03-01T00:00:00Z", "2106-02-07T06:28:16Z"]) {
        it(`K06 in ${moment}`, () => isStored(moment, {}));
    }
});
