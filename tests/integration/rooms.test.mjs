/* rooms.test.mjs -- rooms by HTTP and socket: made, named, joined and left; and who may do none of it. */
import test, { after, before } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { Server, unlimited } from "../support/server.mjs";
import { Member, words } from "../support/member.mjs";
import { Client } from "../support/ws.mjs";

let server, ada, bob, eve, hall;
let secret; // a private room of ada's and eve's

before(async () => {
    server = new Server({ environment: { ...unlimited, PARLOR_LOOPS: "2" } });
    server.addUser("ada", { name: "Ada Lovelace" });
    server.addUser("bob", { name: "Bob Marsh" });
    server.addUser("eve", { name: "Eve Stone", admin: true });
    hall = server.addRoom("Hall");
    secret = server.addRoom("Secret");
    /* No page makes a private room yet; the server is not running. */
    const closed = `UPDATE room SET kind = 2, people = 2 WHERE id = ${secret}; DELETE FROM member WHERE room_id = ${secret} AND person_id = 2`;
    execFileSync("sqlite3", [join(server.data, "parlor.db"), closed]);
    await server.start();
    ada = new Member(server, "ada");
    bob = new Member(server, "bob");
    eve = new Member(server, "eve");
});
after(() => server?.remove());

const newRoom = async (person, name) => Number((await person.send("/rooms", { name })).location.split("/")[2]);
const connect = (person, room, after) => Client.open(server, { cookie: person.cookie, room, after });
/* Opens a socket and waits until it follows the room, from its beginning. */
const follow = async (person, room) => {
    const client = await connect(person, room, `${epoch()}:0`);
    await client.until(() => client.heads.length > 0);
    return client;
};
let knownEpoch;
const epoch = () => (knownEpoch ??= server.sql("SELECT value FROM meta WHERE key = 'epoch'")[0].value);
const articles = (client) => client.texts.flatMap((text) => text.match(/<article.*?<\/article>/g) ?? []);
const log = (room) =>
    server.sql(`SELECT seq, 0 AS kind, author_id, event, body FROM message WHERE room_id = ${room}
        UNION ALL SELECT seq, kind, actor_id, 0, '' FROM change WHERE room_id = ${room} ORDER BY seq`);
const assertGapless = (room) => {
    const numbers = log(room).map((row) => row.seq);
    assert.deepEqual(numbers, numbers.map((_, i) => i + 1), "numbered 1, 2, 3 … without a gap");
    const last = server.sql(`SELECT last_seq FROM room WHERE id = ${room}`)[0].last_seq;
    assert.equal(last, numbers.length);
};

test("a room that somebody makes is everybody's, and its maker's to name", async () => {
    const room = await newRoom(ada, "Workshop");
    assert.match(words((await bob.get(`/rooms/${room}`)).text), /Workshop/);
    assert.equal((await bob.change(`/rooms/${room}`, { name: "Bob's" })).status, 403);
    assert.equal((await ada.change(`/rooms/${room}`, { name: "Work & play", topic: "Tools <here>" })).status, 303);
    assert.equal((await eve.change(`/rooms/${room}`, { topic: "" })).status, 303);
    const page = (await bob.get(`/rooms/${room}`)).text;
    const lines = page.match(/<article [^>]*data-event.*?<\/article>/g).map((article) => words(article.replace(/<time.*/, "")));
    assert.deepEqual(lines, [
        "Ada Lovelace named this room Work & play",
        "Ada Lovelace changed the topic to Tools <here>",
        "Eve Stone cleared the topic.",
    ]);
    assertGapless(room);
});

test("a name that is there already is said, may be had twice, and betrays no private room", async () => {
    const first = await newRoom(ada, "Darkroom");
    const told = await bob.send("/rooms", { name: "  darkROOM " });
    assert.equal(told.status, 422);
    assert.match(words(told.text), /A room is called darkROOM already, with 3 people in it\. Choose another name, or have both\./);
    assert.ok(told.text.includes(`<a href="/rooms/${first}">`));
    assert.equal((await bob.send("/rooms", { name: "Darkroom", knows: "Hall" })).status, 422, "knew of another");
    assert.equal((await bob.send("/rooms", { name: "Darkroom", knows: "Darkroom" })).status, 303);
    await bob.leave(first);
    assert.equal((await bob.send("/rooms", { name: "Hall " })).status, 422, "also one that he is in");
    assert.equal((await bob.send("/rooms", { name: "Darkroom" })).status, 422, "also one that he left");
    const unaware = await newRoom(bob, "Secret"); // he is not told of Ada's
    await bob.change(`/rooms/${unaware}`, { name: "Cupboard" });
});

test("one render a change, and the same bytes live, in the page and in the replay", async () => {
    const room = await newRoom(ada, "Bytes");
    const clients = await Promise.all([follow(ada, room), follow(bob, room), follow(eve, room)]);
    const before = await server.metrics();
    await eve.leave(room);
    await eve.join(room);
    await ada.change(`/rooms/${room}`, { name: "Bits", topic: "Eight of them" });
    for (const client of clients.slice(0, 2)) await client.until(() => client.articles.length === 4);
    const after = await server.metrics();
    assert.equal(after.renders_total - before.renders_total, 4);
    assert.equal(after.fanout_allocs_total, before.fanout_allocs_total);
    const live = articles(clients[0]);
    assert.deepEqual(articles(clients[1]), live);
    const late = await follow(bob, room);
    assert.deepEqual(articles(late), live);
    assert.equal(live.every((article) => /data-event="(join|leave|rename|topic)"/.test(article)), true);
    const page = (await ada.get(`/rooms/${room}`)).text;
    for (const article of live) assert.ok(page.includes(article));
    for (const client of [...clients, late]) client.cut();
});

test("events do not count as unread", async () => {
    const room = await newRoom(ada, "Uncounted");
    await ada.send(`/rooms/${room}/messages`, { nonce: "u1", body: "one" });
    await bob.leave(room);
    await bob.join(room);
    await ada.change(`/rooms/${room}`, { topic: "Nothing to read" });
    assert.doesNotMatch(/href="\/rooms\/\d+"[^>]*><span class="rooms__name"[^>]*>Uncounted.*?<\/li>/.exec((await bob.get("/rooms")).text)[0], /new</);
    assert.match(/href="\/rooms\/\d+"[^>]*><span class="rooms__name"[^>]*>Uncounted.*?<\/li>/.exec((await eve.get("/rooms")).text)[0], />1 new</);
    const client = await follow(eve, room);
    await client.until(() => client.texts.some((text) => text.includes(`id=u${room} data-post=1 `)));
    client.cut();
});

test("U03 U08 U10: names and topics that show nothing, mislead or are too long are refused, and kept in the form", async () => {
    const room = await newRoom(ada, "Names");
    const bad = ["", "   ", "\u200B\u200B", "\u0301", "a\u0007b", "a\u001b[31mb", "a\u202Eb", "a\u2028b", "a\u0085b", "x".repeat(65), "é".repeat(33)];
    for (const name of bad) {
        assert.equal((await ada.send("/rooms", { name })).status, 422, JSON.stringify(name));
        assert.equal((await ada.change(`/rooms/${room}`, { name })).status, 422, JSON.stringify(name));
    }
    for (const topic of ["\u200B", "a\nb", "a\u0007b", "a\u2066b", "x".repeat(251), "é".repeat(126)]) {
        assert.equal((await ada.change(`/rooms/${room}`, { topic })).status, 422, JSON.stringify(topic));
    }
    const shown = await ada.change(`/rooms/${room}`, { name: "x".repeat(65), topic: "A <topic>" });
    assert.match(shown.text, new RegExp(`value="${"x".repeat(65)}"`));
    assert.match(shown.text, /value="A &lt;topic&gt;"/);
    assert.match(words(shown.text), /The room's name is too long\./);
    assert.equal((await ada.send("/rooms", { name: `${"é".repeat(32)}` })).status, 303, "64 bytes fit");
    assert.deepEqual(log(room), []);
});

test("a room that one is not in shows its door when it is open", async () => {
    const room = await newRoom(ada, "Ajar");
    await ada.change(`/rooms/${room}`, { topic: "Come in" });
    assert.equal((await bob.leave(room)).location, "/rooms");
    const door = await bob.get(`/rooms/${room}`);
    assert.equal(door.status, 200);
    assert.match(words(door.text), /Ajar Come in You are not in this room yet\. In it: 2 people\. Join/);
    assert.doesNotMatch(door.text, /<article/);
    assert.match(words((await bob.get("/rooms")).text), /Open to you .*Ajar Come in 2 people Join/);
    for (const path of ["messages", "messages/1", "people", "edit"]) {
        assert.equal((await bob.get(`/rooms/${room}/${path}`)).status, 404, path);
    }
    assert.equal((await bob.join(room)).location, `/rooms/${room}`);
    assert.match((await bob.get(`/rooms/${room}`)).text, /id="composer"/);
});

test("who is here and who is not, whichever loop they are on", async () => {
    const room = await newRoom(ada, "Roll call");
    const list = (html, id) => words(new RegExp(`<ul class="people" id="${id}".*?</ul>`).exec(html)?.[0].replace(/<i .*?<\/i>/g, "") ?? "");
    const clients = [];
    for (let i = 0; i < 8; i++) clients.push(await follow(bob, room)); // spread over both loops by the kernel
    for (let i = 0; i < 8; i++) {
        const page = (await new Member(server, "ada").get(`/rooms/${room}/people`)).text;
        assert.equal(list(page, "here"), "Ada Lovelace moderates Bob Marsh");
        assert.equal(list(page, "away"), "Eve Stone admin");
    }
    for (const client of clients) client.cut();
    let page;
    do page = (await eve.get(`/rooms/${room}/people`)).text;
    while (list(page, "here") !== "Eve Stone admin"); // else this test times out
    assert.equal(list(page, "away"), "Ada Lovelace moderates Bob Marsh");
});

/* The error page's request number is the one thing that may differ. */
const withoutNumber = (text) => text.replace(/request \d+/, "request N");

test("Z02 Z03 Z07: a private room and one that does not exist look alike", async () => {
    const nothing = 9_999;
    const asks = [
        (room) => bob.get(`/rooms/${room}`),
        (room) => bob.get(`/rooms/${room}/edit`),
        (room) => bob.get(`/rooms/${room}/people`),
        (room) => bob.get(`/rooms/${room}/messages`),
        (room) => bob.get(`/rooms/${room}/messages?before=5`),
        (room) => bob.get(`/rooms/${room}/messages/1`),
        (room) => bob.send(`/rooms/${room}/messages`, { nonce: "z02", body: "let me in" }),
        (room) => bob.change(`/rooms/${room}/messages/1`, { body: "changed" }),
        (room) => bob.remove(`/rooms/${room}/messages/1`),
        (room) => bob.change(`/rooms/${room}`, { name: "Mine" }),
        (room) => bob.change(`/rooms/${room}`, { topic: "Mine" }),
        (room) => bob.join(room),
        (room) => bob.leave(room),
    ];
    for (const ask of asks) {
        const [there, notThere] = [await ask(secret), await ask(nothing)];
        assert.equal(there.status, 404, String(ask));
        assert.deepEqual({ ...there, text: withoutNumber(there.text) }, { ...notThere, text: withoutNumber(notThere.text) }, String(ask));
    }
    for (const room of [secret, nothing]) {
        const client = await connect(bob, room, `${epoch()}:0`);
        await client.until(() => client.closed !== null);
        assert.equal(client.closed, 4403);
        assert.deepEqual(client.texts, []);
    }
    assert.doesNotMatch((await bob.get("/rooms")).text, /Secret/);
    assert.deepEqual(log(secret), []);
});

test("Z02 Z07: a socket neither posts nor marks as read in a room that it has not open", async () => {
    await ada.send(`/rooms/${secret}/messages`, { nonce: "s1", body: "between us" });
    const client = await follow(bob, hall);
    client.post(secret, "z02", "let me in");
    await client.until(() => client.refusals.length === 1);
    assert.deepEqual(client.refusals[0], { kind: "denied", nonce: "z02" });
    client.send({ type: "read", room: secret, post: 1 });
    client.send({ type: "open", room: secret });
    await client.until(() => client.closed !== null);
    assert.equal(client.closed, 4403);
    assert.equal(client.texts.some((text) => text.includes("between us")), false);
    assert.deepEqual(server.sql(`SELECT * FROM member WHERE room_id = ${secret} AND person_id = 2`), []);
});

test("Z03: a message is found in its own room only", async () => {
    const room = await newRoom(ada, "Mine");
    for (let i = 0; i < 3; i++) await ada.send(`/rooms/${secret}/messages`, { nonce: `z03-${i}`, body: `secret ${i}` });
    for (const { seq } of log(secret)) {
        const found = await bob.get(`/rooms/${room}/messages/${seq}`);
        assert.equal(found.status, 404);
        assert.doesNotMatch((await bob.get(`/rooms/${room}/messages?around=${seq}`)).text, /secret \d/);
    }
});

test("Z02 Z04: after leaving not even one's own message can be changed; and never what happened to the room", async () => {
    const room = await newRoom(ada, "Afterwards");
    await bob.send(`/rooms/${room}/messages`, { nonce: "z02-own", body: "mine" });
    assert.equal((await bob.change(`/rooms/${room}/messages/1`, { body: "mine, mended" })).status, 303);
    assert.equal((await bob.remove(`/rooms/${room}/messages/1`)).status, 303);
    await bob.send(`/rooms/${room}/messages`, { nonce: "z02-again", body: "once more" });
    const [{ seq }] = server.sql(`SELECT seq FROM message WHERE room_id = ${room} AND nonce = 'z02-again'`);
    await bob.leave(room);
    assert.equal((await bob.change(`/rooms/${room}/messages/${seq}`, { body: "from outside" })).status, 404);
    assert.equal((await bob.remove(`/rooms/${room}/messages/${seq}`)).status, 404);
    const before = log(room);
    for (const person of [bob, eve]) {
        assert.equal((await person.change(`/rooms/${room}/messages/${seq + 1}`, { body: "He was asked to." })).status, 404);
        assert.equal((await person.remove(`/rooms/${room}/messages/${seq + 1}`)).status, 404);
        assert.equal((await person.get(`/rooms/${room}/messages/${seq + 1}`)).status, 404);
    }
    assert.deepEqual(log(room), before);
    assertGapless(room);
});

test("Z04: who moderates one room is nobody special in another", async () => {
    const mine = await newRoom(bob, "Bob's");
    const hers = await newRoom(ada, "Ada's");
    assert.equal((await bob.change(`/rooms/${mine}`, { topic: "Mine" })).status, 303);
    const refused = await bob.change(`/rooms/${hers}`, { name: "Bob's too", topic: "x" });
    assert.equal(refused.status, 403);
    assert.match(words(refused.text), /Only who moderates this room, or an admin of the house, changes this\./);
    assert.deepEqual(log(hers), []);
    await ada.leave(hers);
    await ada.join(hers);
    assert.equal((await ada.change(`/rooms/${hers}`, { topic: "Still mine?" })).status, 403, "she came back as anybody");
});

test("Z07: who leaves gets the room's last word, is closed with 4403, and hears nothing more", async () => {
    const room = await newRoom(ada, "Parting");
    const clients = [];
    for (let i = 0; i < 4; i++) clients.push(await follow(bob, room));
    const elsewhere = await follow(bob, hall);
    const staying = await follow(ada, room);
    await bob.leave(room);
    for (const client of clients) {
        await client.until(() => client.closed !== null);
        assert.equal(client.closed, 4403);
        assert.match(articles(client).at(-1), /data-event="leave"><div><bdi>Bob Marsh<\/bdi> left\./);
    }
    await elsewhere.until(() => elsewhere.texts.some((text) => text.includes("data-do=rooms")));
    await ada.send(`/rooms/${room}/messages`, { nonce: "after", body: "now that he is gone" });
    await staying.until(() => staying.texts.some((text) => text.includes("now that he is gone")));
    for (const client of [...clients, elsewhere]) {
        assert.equal(client.texts.some((text) => text.includes("now that he is gone")), false);
    }
    assert.equal(elsewhere.closed, null, "his other rooms stay open");
    const back = await connect(bob, room, `${epoch()}:0`);
    await back.until(() => back.closed !== null);
    assert.equal(back.closed, 4403, "on resume");
    elsewhere.send({ type: "open", room, after: `${epoch()}:0` });
    await elsewhere.until(() => elsewhere.closed !== null);
    assert.equal(elsewhere.closed, 4403, "by open");
    assert.deepEqual(articles(back), []);
    assert.equal((await bob.send(`/rooms/${room}/messages`, { nonce: "ghost", body: "boo" })).status, 404);
    staying.cut();
});

test("Z20: posts racing with leaving and joining lie before or after, never in between", async () => {
    const room = await newRoom(ada, "Race");
    const client = await follow(bob, hall);
    const acked = [];
    const post = async (i) => {
        const { status } = await bob.send(`/rooms/${room}/messages`, { nonce: `race-${i}`, body: `race ${i}` });
        assert.ok(status === 303 || status === 404, `${status}`);
        if (status === 303) acked.push(`race ${i}`);
    };
    for (let round = 0; round < 25; round++) {
        const posts = Array.from({ length: 6 }, (_, i) => post(round * 6 + i));
        await Promise.all([...posts, round % 2 ? bob.join(room) : bob.leave(room)]);
    }
    const bobId = server.sql("SELECT id FROM person WHERE handle = 'bob'")[0].id;
    let isIn = true;
    const stored = [];
    for (const { author_id: author, event, body } of log(room)) {
        if (author !== bobId) continue;
        if (event) {
            assert.equal(event, isIn ? 8 : 7, "leaves and joins take turns");
            isIn = !isIn;
        } else {
            assert.ok(isIn, `${body} was stored while he was out`);
            stored.push(body);
        }
    }
    assert.deepEqual(stored.sort(), acked.sort());
    assertGapless(room);
    client.cut();
});

test("R12: joining and leaving while sockets come and go leaves nothing behind", async () => {
    const room = await newRoom(ada, "Turnstile");
    for (let round = 0; round < 30; round++) {
        const sockets = Array.from({ length: 6 }, async (_, i) => {
            const client = await connect(bob, room, i % 2 ? `${epoch()}:0` : undefined);
            if (i % 3 === 0) client.cut();
            return client;
        });
        const moves = [bob.leave(room), bob.join(room), bob.leave(room)];
        const clients = await Promise.all(sockets);
        await Promise.all(moves);
        await bob.leave(room);
        /* Out for good: whoever of them was let in before is closed, and whoever asks later is refused. */
        for (const client of clients) await client.until(() => client.closed === 4403 || client.ended || client.socket.destroyed);
        await bob.join(room);
    }
    while ((await server.metrics()).sockets > 0); // else this test times out
    assertGapless(room);
    assert.equal(server.sql("SELECT count(*) AS wrong FROM room WHERE people <> (SELECT count(*) FROM member WHERE room_id = room.id AND role <> 0)")[0].wrong, 0);
});

test("Z21: ids that are none are refused by every address of a room", async () => {
    const ids = ["0", "-1", "2147483648", "9223372036854775807", "9223372036854775808", "18446744073709551616", "1e3", "01", "%201", "1%00", "1%20", "%F0%9F%9A%AA", "x"];
    for (const id of ids) {
        const answers = [
            await ada.get(`/rooms/${id}`), await ada.get(`/rooms/${id}/edit`), await ada.get(`/rooms/${id}/people`),
            await ada.get(`/rooms/${hall}/messages/${id}`), await ada.change(`/rooms/${id}`, { name: "x" }),
            await ada.join(id), await ada.leave(id),
        ];
        for (const { status } of answers) assert.ok(status === 404 || status === 400, `${id}: ${status}`);
    }
});

test("Z22: limits, anchors and cursors from elsewhere do no harm", async () => {
    const count = (html) => (html.match(/<article/g) ?? []).length;
    for (let i = 0; i < 60; i++) await ada.send(`/rooms/${hall}/messages`, { nonce: `z22-${i}`, body: `m${i}` });
    for (const query of ["?limit=1000000000", "?limit=-1", "?before=9223372036854775807&limit=1e9", "?after=1&limit=100000"]) {
        const { status, text } = await ada.get(`/rooms/${hall}/messages${query}`);
        assert.equal(status, 200, query);
        assert.ok(count(text) <= 100, query);
    }
    for (const anchor of ["-1", "1e3", "9223372036854775808", "", "x"]) {
        assert.equal((await ada.get(`/rooms/${hall}/messages?before=${anchor}`)).status, 400, anchor);
    }
    for (const after of ["ffff-0:1", `${epoch()}:999999`]) {
        const client = await connect(ada, hall, after);
        await client.until(() => client.resets === 1);
        assert.deepEqual(articles(client), []);
        client.cut();
    }
    const bad = await connect(ada, hall, `${epoch()}:-1`);
    assert.equal(bad.status, 400);
});

test("everybody's pages are told of a new room and of a new name, once for many", async () => {
    const client = await follow(bob, hall);
    const told = () => client.texts.filter((text) => text.includes("data-do=rooms")).length;
    const room = await newRoom(ada, "News");
    await client.until(() => told() >= 1);
    const before = told();
    for (let i = 0; i < 10; i++) await ada.change(`/rooms/${room}`, { name: `News ${i}` });
    await client.until(() => told() > before);
    const list = await bob.get("/rooms", { "HX-Request": "true" });
    assert.match(list.text, /^<nav id="rooms"/);
    assert.match(list.text, /News 9/);
    client.cut();
});
