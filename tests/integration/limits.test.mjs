/* limits.test.mjs -- what one person may ask for, and what is counted of it, at a real server. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { after, test } from "node:test";
import { Server, unlimited } from "../support/server.mjs";
import { eventually } from "../support/load.mjs";
import { Client, frame } from "../support/ws.mjs";

const servers = [];
const serve = async (environment) => {
    const server = new Server({ environment: { PARLOR_LOOPS: "1", ...environment } });
    servers.push(server);
    server.room = server.addRoom("Front room");
    server.addUser("ada", { password: "lamplight and tea" });
    await server.start();
    server.cookie = server.addSession("ada");
    return server;
};
after(() => Promise.all(servers.map((server) => server.remove())));

const signIn = (server, password) =>
    fetch(`${server.origin}/session`, {
        method: "POST",
        redirect: "manual",
        headers: { Origin: server.origin },
        body: new URLSearchParams({ handle: "ada", password }),
    });

test("a sign-in is one password hash, right or wrong", async () => {
    const server = await serve();
    const before = (await server.metrics()).password_hashes_total;
    assert.equal((await signIn(server, "lamplight and coffee")).status, 422);
    assert.equal((await signIn(server, "lamplight and tea")).status, 303);
    assert.equal((await server.metrics()).password_hashes_total, before + 2);
});

const isIn = (client) => client.texts.length > 0 || client.closed !== null;
const enter = async (server) => {
    const client = await Client.open(server, { cookie: server.cookie, room: server.room });
    await client.until(() => isIn(client));
    return client;
};

/* Cuts and waits until the server has noticed. */
const leave = async (server, client) => {
    client.cut();
    while ((await server.metrics()).sockets > 0);
};

test("above sockets_per_user the oldest goes, also when no client answers the close", async () => {
    const server = await serve({ PARLOR_SOCKETS_PER_USER: "3" });
    const clients = [];
    for (let i = 0; i < 6; i++) clients.push(await enter(server)); // a Client never answers a close frame
    const old = clients.slice(0, 3);
    const young = clients.slice(3);
    for (const client of old) await client.until(() => client.ended);
    assert.deepEqual(old.map((client) => client.closed), [4409, 4409, 4409]);
    assert.deepEqual(young.map((client) => client.closed), [null, null, null]);
    for (const client of young) client.cut();
});

test("sockets_per_user counts over all loops", async () => {
    const server = await serve({ PARLOR_LOOPS: "4", PARLOR_SOCKETS_PER_USER: "4" });
    const clients = [];
    for (let i = 0; i < 20; i++) clients.push(await enter(server)); // the kernel spreads them
    const old = clients.slice(0, 16);
    for (const client of old) await client.until(() => client.ended);
    assert.deepEqual(new Set(old.map((client) => client.closed)), new Set([4409]));
    assert.deepEqual(clients.slice(16).map((client) => client.closed), [null, null, null, null]);
    for (const client of clients) client.cut();
});

test("new_sockets_per_minute counts sockets that come one after the other", async () => {
    const server = await serve({ PARLOR_NEW_SOCKETS_PER_MINUTE: "5" });
    const codes = [];
    for (let i = 0; i < 10; i++) {
        const client = await enter(server);
        codes.push(client.closed);
        await leave(server, client);
    }
    assert.deepEqual(codes.slice(0, 5), [null, null, null, null, null]);
    assert.ok(codes.includes(1013), `${codes}`);
});

/* The rate is 1 a second and 2 at once; each test posts far more than its time brings tokens. */
test("posts_per_second holds over sockets that come one after the other", async () => {
    const server = await serve({ PARLOR_POSTS_PER_SECOND: "1" });
    let acks = 0;
    for (let i = 0; i < 20; i++) {
        const client = await enter(server);
        for (let k = 0; k < 2; k++) client.post(server.room, `n${i}-${k}`, "hello");
        await client.until(() => client.acks.length + client.refusals.length > 0);
        acks += client.acks.length;
        await leave(server, client);
    }
    assert.ok(acks >= 1 && acks < 20, `${acks} of 20 sockets had a post taken`);
});

test("posts_per_second holds for the form, which is told to come back", async () => {
    const server = await serve({ PARLOR_POSTS_PER_SECOND: "1" });
    const post = (nonce, fields) =>
        fetch(`${server.origin}/rooms/${server.room}/messages`, {
            method: "POST",
            redirect: "manual",
            headers: { Cookie: server.cookie, Origin: server.origin, ...fields },
            body: new URLSearchParams({ nonce, body: "hello" }),
        });
    const answers = [];
    for (let i = 0; i < 40; i++) answers.push(await post(`n${i}`));
    assert.equal(answers[0].status, 303);
    const refused = answers.find((answer) => answer.status !== 303);
    assert.equal(refused?.status, 429);
    assert.equal(refused.headers.get("Retry-After"), "1");
    const page = await refused.text();
    assert.match(page, /What you sent is kept\. Wait 1 second\./);
    assert.match(page, /<input type="hidden" name="body" value="hello">/, "what was typed is kept");
    const byScript = await Promise.all(Array.from({ length: 20 }, (_, i) => post(`s${i}`, { "HX-Request": "true" })));
    assert.deepEqual(new Set(byScript.map((answer) => answer.status).filter((status) => status !== 204)), new Set([429]));
});

test("R11 whatever a person changes takes from one rate: rooms, names, coming and going", async () => {
    const server = await serve({ PARLOR_POSTS_PER_SECOND: "5" });
    const form = (path, fields) =>
        fetch(server.origin + path, {
            method: "POST",
            redirect: "manual",
            headers: { Cookie: server.cookie, Origin: server.origin },
            body: new URLSearchParams(fields),
        });
    const ways = [
        ["/rooms", { name: "One more" }],
        ["/account", { _method: "patch", name: "Ada", bio: "" }],
        [`/rooms/${server.room}/membership`, {}],
        [`/rooms/${server.room}`, { _method: "patch", topic: "Tea" }],
    ];
    const statuses = [];
    for (let i = 0; i < 40; i++) statuses.push((await form(...ways[i % 4])).status);
    assert.ok(statuses.slice(0, 4).every((status) => status !== 429), "a few are taken");
    assert.ok(statuses.slice(-20).filter((status) => status === 429).length >= 10, `most are put off: ${statuses}`);
});

test("R11 rooms are made ten at once, then slowly; the form comes back with what was typed", async () => {
    const server = await serve({ PARLOR_POSTS_PER_SECOND: "1000" });
    const make = async (name) => {
        const answer = await fetch(`${server.origin}/rooms`, {
            method: "POST",
            redirect: "manual",
            headers: { Cookie: server.cookie, Origin: server.origin },
            body: new URLSearchParams({ name }),
        });
        return { status: answer.status, wait: Number(answer.headers.get("Retry-After")), text: await answer.text() };
    };
    for (let i = 0; i < 10; i++) assert.equal((await make(`Room ${i}`)).status, 303);
    assert.equal((await make("")).status, 422, "what cannot be made takes nothing");
    const answers = [];
    for (let i = 0; i < 5; i++) answers.push(await make(`One too many ${i}`));
    const refused = answers.at(-1); // a minute may have brought one more
    assert.equal(refused.status, 429);
    assert.ok(refused.wait > 0 && refused.wait <= 60, `${refused.wait} s`);
    assert.match(refused.text, /<input[^>]*name="name" value="One too many 4"/);
    assert.match(refused.text, /Wait (\d+ seconds?|1 minute)\./);
    assert.ok(server.sql("SELECT count(*) AS n FROM room")[0].n <= 12);
});

test("a room beyond the 500 that a person sees is told so, not sent round in a circle", async () => {
    const server = await serve();
    await server.stop();
    server.change(`WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 1599)
        INSERT INTO room (id, kind, name, created_ms) SELECT i, (SELECT kind FROM room WHERE id = ${server.room}), 'Room ' || i, 1 FROM n;
        INSERT INTO member (person_id, room_id, role, joined_ms)
            SELECT person_id, r.id, role, joined_ms FROM member, room r WHERE room_id = ${server.room} AND r.id >= 1000;`);
    await server.start();
    const look = (room) => fetch(`${server.origin}/rooms/${room}`, { redirect: "manual", headers: { Cookie: server.cookie } });
    const statuses = await Promise.all([server.room, 1000, 1599].map(async (room) => (await look(room)).status));
    assert.deepEqual(statuses, [200, 200, 409]);
    assert.match(await (await look(1599)).text(), /Leave one, then come back\./);
});

test("whoever opens a room again and again and reads none of the replays is cut off", async () => {
    const server = await serve({ ...unlimited });
    await server.stop();
    server.fill(server.room, 1, 400);
    server.change(`UPDATE message SET body = '${"word ".repeat(100)}'`);
    await server.start();
    const client = await enter(server);
    const page = await (await fetch(`${server.origin}/rooms/${server.room}`, { headers: { Cookie: server.cookie } })).text();
    const epoch = /data-cursor="([^:]+):/.exec(page)[1];
    client.socket.pause();
    let at = 0;
    await eventually(async () => {
        for (let i = 0; i < 5; i++) client.send({ type: "open", room: server.room, after: `${epoch}:${(at++ % 399) + 1}` });
        return (await server.metrics()).sockets === 0; // long before the 30 s of a stall
    }, "the socket is cut");
    client.cut();
});

test("whoever asks for more than they read is cut off, in whatever state that finds their socket", async () => {
    const server = await serve({ ...unlimited });
    for (let round = 0; round < 2; round++) {
        const client = await enter(server);
        client.post(server.room, `round-${round}`, "hello");
        await client.until(() => client.articles.length > 0);
        const page = await (await fetch(`${server.origin}/rooms/${server.room}`, { headers: { Cookie: server.cookie } })).text();
        const after = /data-cursor="([^"]+)"/.exec(page)[1];
        client.socket.pause();
        const open = frame(JSON.stringify({ type: "open", room: server.room, after }));
        client.socket.write(Buffer.concat(Array(100_000).fill(open)));
        await eventually(async () => (await server.metrics()).sockets === 0, "the socket is cut");
        client.cut();
    }
    assert.equal((await fetch(`${server.origin}/healthz`)).status, 200);
});

test("R10 frames that come in one piece are read at their rate, one by one", async () => {
    const server = await serve({ ...unlimited, PARLOR_FRAMES_PER_SECOND: "1" });
    const client = await enter(server);
    const before = (await server.metrics()).ws_frames_in_total;
    const read = frame(JSON.stringify({ type: "read", room: server.room, post: 1 }));
    client.socket.write(Buffer.concat(Array(500).fill(read)));
    let frames = 0;
    await eventually(async () => (frames = (await server.metrics()).ws_frames_in_total - before) > 2, "the burst is read");
    assert.ok(frames < 50, `${frames} of 500 frames were read at once`);
    await client.until(() => client.closed === 1008); // it goes on for more than ten seconds
    client.cut();
});

test("one socket has 64 operations at the store at most, however its frames come, and loses none", async () => {
    const server = await serve({ ...unlimited });
    const client = await enter(server);
    const locker = spawn("sqlite3", [join(server.data, "parlor.db")], { stdio: ["pipe", "pipe", "inherit"] });
    locker.stdin.write("BEGIN IMMEDIATE; SELECT 'locked';\n");
    await once(locker.stdout, "data");
    const posts = Array.from({ length: 640 }, (_, i) => ({ type: "post", room: server.room, nonce: `n${i}`, body: `${i}` }));
    client.socket.write(Buffer.concat(posts.map((post) => frame(JSON.stringify(post)))));
    await eventually(async () => (await server.metrics()).store_queue > 0, "posts wait");
    let most = 0;
    for (let look = 0; look < 10; look++) most = Math.max(most, (await server.metrics()).store_queue);
    locker.stdin.end("ROLLBACK;\n");
    assert.ok(most <= 64, `${most} operations waited`);
    /* Under a lock that lasts they may be told to come again; none is forgotten, and none overtakes another. */
    await client.until(() => client.acks.length + client.refusals.length === 640);
    assert.ok(client.refusals.every((refusal) => refusal.kind === "busy"));
    const refused = new Set(client.refusals.map((refusal) => refusal.nonce));
    const taken = posts.map((post) => post.nonce).filter((nonce) => !refused.has(nonce));
    assert.deepEqual(client.acks.map((ack) => ack.nonce), taken);
    client.cut();
});
