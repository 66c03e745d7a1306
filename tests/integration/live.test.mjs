// live.test.mjs -- what the live socket promises in ordinary use: one render and one write each, private answers,
// codes that say why, rooms that change on one socket, counters, hints and read marks.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { checkLogs, enter, eventually, get, loadRoom, people, storedNonces, Writer } from "../support/load.mjs";
import { Server, unlimited } from "../support/server.mjs";
import { Client, frame } from "../support/ws.mjs";

const numbers = (client, room) =>
    client.articles.filter((article) => article.room === room).map((article) => article.seq);
const upTo = (last, first = 1) => Array.from({ length: last - first + 1 }, (_, i) => first + i);
/* The newest number that a client was told of a room's last post. */
const counter = (client, room) => {
    const told = client.texts.join("").matchAll(new RegExp(`<b id=u${room} data-post=(\\d+) `, "g"));
    return Number([...told].at(-1)?.[1] ?? -1);
};
const isRefused = (client, nonce) => client.until(() => client.refusals.some((refusal) => refusal.nonce === nonce));
const kindOf = (client, nonce) => client.refusals.find((refusal) => refusal.nonce === nonce).kind;
const isAcked = (client, nonce) => client.until(() => client.acks.some((ack) => ack.nonce === nonce));
const signOut = (server, cookie) => fetch(`${server.origin}/session`, {
    method: "POST",
    redirect: "manual",
    headers: { cookie, origin: server.origin },
    body: new URLSearchParams({ _method: "delete" }),
});
const readPost = async (server, room, cookie) =>
    Number(/ data-read-post="(\d+)"/.exec((await loadRoom(server, room, cookie)).markup)[1]);

for (const loops of [1, 2]) {
    describe(`fan-out over ${loops} loops: one render a change, one sendmsg a member and turn`, () => {
        const MEMBERS = 24;
        const server = new Server({ environment: { ...unlimited, PARLOR_LOOPS: String(loops) } });
        let members;
        let room;

        before(async () => {
            room = server.addRoom("Kitchen");
            const folk = people(server, 4);
            await server.start();
            members = await Promise.all(upTo(MEMBERS).map((i) =>
                enter(server, { cookie: folk[i % folk.length].cookie, room })));
        });
        after(() => server.remove());

        /* What the counters counted while `act` ran. */
        const counted = async (act) => {
            const before = await server.metrics();
            await act();
            const now = await server.metrics();
            return { ...Object.fromEntries(Object.entries(now).map(([name, n]) => [name, n - before[name]])), now };
        };
        const privateFrames = () =>
            members.reduce((sum, { texts }) => sum + texts.filter((text) => !text.startsWith("<article")).length, 0);
        const haveAll = (last) => Promise.all(members.map((client) => client.until(() => client.articles.at(-1)?.seq >= last)));

        const check = (delta, posts, privates) => {
            assert.equal(delta.renders_total, posts, "rendered once, whatever the number of members");
            assert.equal(delta.replay_renders_total, 0);
            assert.equal(delta.publishes_total, posts);
            assert.ok(delta.now.rooms_watched >= 1 && delta.now.rooms_watched <= loops);
            assert.equal(delta.log_appends_total, posts * delta.now.rooms_watched, "copied once a loop");
            assert.equal(delta.deliveries_total, posts * MEMBERS);
            assert.equal(delta.fanout_allocs_total, 0, "nothing is allocated a recipient");
            assert.equal(delta.sends_blocked_total, 0);
            assert.ok(delta.sends_total >= delta.send_turns_total);
            assert.ok(delta.sends_total - delta.send_turns_total <= privates,
                `${delta.sends_total} calls for ${delta.send_turns_total} member turns and ${privates} private frames`);
        };

        it("one post after the other: as many turns as posts", async () => {
            const POSTS = 20;
            const before = privateFrames();
            const delta = await counted(async () => {
                for (let i = 1; i <= POSTS; i++) {
                    members[i % MEMBERS].post(room, `single-${i}`, "To everybody");
                    await haveAll(i);
                    await isAcked(members[i % MEMBERS], `single-${i}`);
                }
            });
            check(delta, POSTS, privateFrames() - before);
            assert.ok(delta.send_turns_total >= POSTS * (MEMBERS - 1) - (privateFrames() - before));
            assert.ok(delta.send_turns_total <= POSTS * MEMBERS);
        });

        it("many posts at once: fewer calls than deliveries", async () => {
            const POSTS = 50;
            const [{ seq }] = members[0].articles.slice(-1);
            const before = privateFrames();
            const delta = await counted(async () => {
                members[0].socket.write(Buffer.concat(upTo(POSTS).map((i) =>
                    frame(JSON.stringify({ type: "post", room, nonce: `burst-${i}`, body: "In one go" })))));
                await haveAll(seq + POSTS);
                await members[0].until(() => members[0].acks.some((ack) => ack.nonce === `burst-${POSTS}`));
            });
            check(delta, POSTS, privateFrames() - before);
            assert.ok(delta.sends_total < delta.deliveries_total, "a turn's frames share a call");
        });

        it("everybody has the same bytes in the same order", () => {
            const articles = (client) => client.texts.filter((text) => text.startsWith("<article"));
            for (const client of members) assert.deepEqual(articles(client), articles(members[0]));
        });
    });
}

describe("answers to the sender", () => {
    const server = new Server({ environment: { ...unlimited, PARLOR_LOOPS: "2" } });
    let room;
    let other;
    let ann;
    let ben;
    before(async () => {
        room = server.addRoom("Kitchen");
        other = server.addRoom("Garden");
        [ann, ben] = people(server, 2);
        await server.start();
    });
    after(() => server.remove());

    it("an acknowledgement, private, with the number under which everybody sees the post", async () => {
        const sender = await enter(server, { ...ann, room });
        const reader = await enter(server, { ...ben, room });
        sender.post(room, "hello", "Good evening");
        await isAcked(sender, "hello");
        await reader.until(() => reader.articles.length > 0);
        await sender.until(() => sender.articles.length > 0);
        const [{ seq }] = sender.acks;
        assert.deepEqual(server.sql(`SELECT nonce, body FROM message WHERE room_id = ${room} AND seq = ${seq}`),
            [{ nonce: "hello", body: "Good evening" }], "committed before it was acknowledged");
        assert.deepEqual(reader.articles, [{ room, seq, rev: seq, nonce: "hello" }]);
        assert.deepEqual(sender.articles, reader.articles, "the sender sees it the same way");
        assert.deepEqual(reader.acks, []);
    });

    it("D02 the same nonce of another author is another post", async () => {
        const sockets = [await enter(server, { ...ann, room }), await enter(server, { ...ben, room })];
        for (const socket of sockets) socket.post(room, "shared-nonce", "Mine");
        for (const socket of sockets) await isAcked(socket, "shared-nonce");
        assert.notEqual(sockets[0].acks[0].seq, sockets[1].acks[0].seq);
    });

    it("D05 a thousand posts in one go keep their order", async () => {
        const sender = await enter(server, { ...ann, room });
        const nonces = upTo(1000).map((i) => `row-${i}`);
        sender.socket.write(Buffer.concat(nonces.map((nonce) =>
            frame(JSON.stringify({ type: "post", room, nonce, body: "x" })))));
        await sender.until(() => sender.acks.length === nonces.length && sender.articles.length === nonces.length);
        assert.deepEqual(sender.acks.map((ack) => ack.nonce), nonces);
        assert.deepEqual(sender.articles.map((article) => article.nonce), nonces);
        assert.deepEqual(sender.articles.map((article) => article.seq), upTo(sender.articles.at(-1).seq, sender.articles[0].seq));
    });

    it("a post by a form is seen live, and may be repeated", async () => {
        const reader = await enter(server, { ...ben, room });
        for (let i = 0; i < 2; i++) {
            const response = await fetch(`${server.origin}/rooms/${room}/messages`, {
                method: "POST",
                redirect: "manual",
                headers: { cookie: ann.cookie, origin: server.origin },
                body: new URLSearchParams({ nonce: "by-form", body: "Without a script" }),
            });
            assert.equal(response.status, 303);
        }
        await reader.until(() => reader.articles.some((article) => article.nonce === "by-form"));
        assert.equal(storedNonces(server, room).get("by-form").length, 1);
    });

    it("refusals name the nonce and store nothing; the socket lives on", async () => {
        const sender = await enter(server, { ...ann, room });
        const largest = "x".repeat(16 * 1024);
        const cases = [
            ["elsewhere", "denied", other, "Not joined there"],
            ["nowhere", "denied", 999, "No such room"],
            ["no-room", "denied", "1", "A room that is no number"],
            ["empty", "input", room, ""],
            ["blank", "input", room, " \n\t "],
            ["invisible", "input", room, "\u200b\u200d"],
            ["control", "input", room, "a\u0007b"],
            ["no-text", "input", room, 17],
            ["too-long", "input", room, `${largest}x`],
            ["too-long-in-bytes", "input", room, `${largest.slice(1)}é`],
        ];
        for (const [nonce, kind, where, body] of cases) {
            sender.post(where, nonce, body);
            await isRefused(sender, nonce);
            assert.equal(kindOf(sender, nonce), kind, nonce);
            assert.deepEqual(server.sql(`SELECT seq FROM message WHERE nonce = '${nonce}'`), []);
        }
        sender.post(room, "largest", largest);
        await isAcked(sender, "largest");
        assert.deepEqual(server.sql("SELECT length(body) AS n FROM message WHERE nonce = 'largest'"), [{ n: largest.length }]);
        assert.equal(sender.closed, null);
    });

    it("too fast: slowed down and refused as busy, and in the end nothing is lost", async () => {
        const slow = new Server();
        try {
            const here = slow.addRoom("Kitchen");
            const [{ cookie }] = people(slow, 1);
            await slow.start();
            const sender = await enter(slow, { cookie, room: here });
            const waiting = new Map(upTo(14).map((i) => [`fast-${i}`, "Hurry"]));
            let refused = 0;
            while (waiting.size > 0) {
                const [acks, refusals] = [sender.acks.length, sender.refusals.length];
                sender.socket.write(Buffer.concat([...waiting].map(([nonce, body]) =>
                    frame(JSON.stringify({ type: "post", room: here, nonce, body })))));
                await sender.until(() => sender.acks.length - acks + sender.refusals.length - refusals === waiting.size);
                for (const { nonce } of sender.acks) waiting.delete(nonce);
                for (const { kind } of sender.refusals) assert.equal(kind, "busy");
                refused = sender.refusals.length;
            }
            assert.ok(refused > 0, "more came than five a second");
            assert.equal(sender.closed, null, "slowed, not cut");
            assert.equal(slow.sql("SELECT count(*) AS n FROM message")[0].n, 14);
            checkLogs(slow);
        } finally {
            await slow.remove();
        }
    });
});

describe("codes that say why a socket closes", () => {
    const server = new Server({ environment: { PARLOR_LOOPS: "1", PARLOR_NEW_SOCKETS_PER_MINUTE: "0" } });
    let room;
    let cellar;
    let ann;
    before(async () => {
        room = server.addRoom("Kitchen");
        cellar = server.addRoom("Cellar");
        [ann] = people(server, 1);
        server.change(`UPDATE member SET role = 0 WHERE room_id = ${cellar}`); // everybody has left
        await server.start();
    });
    after(() => server.remove());

    const closeOf = async (options) => {
        const client = await Client.open(server, { room, ...options });
        assert.equal(client.status, 101, "judged after the handshake, so that the page learns the reason");
        await client.until(() => client.ended);
        return { code: client.closed, reason: client.reason, texts: client.texts };
    };

    it("4401 without a session, whatever the cookie", async () => {
        const name = ann.cookie.split("=")[0];
        for (const cookie of [undefined, `${name}=`, `${name}=short`, `${name}=${"A".repeat(43)}`, "other=1"]) {
            const { code, texts } = await closeOf({ cookie });
            assert.equal(code, 4401, String(cookie));
            assert.deepEqual(texts, []);
        }
    });

    it("4403 for a room that does not exist and for one that is not mine: the same bytes", async () => {
        const unknown = await closeOf({ ...ann, room: 4711 });
        const foreign = await closeOf({ ...ann, room: cellar });
        assert.equal(unknown.code, 4403);
        assert.deepEqual(unknown, foreign);
    });

    it("4403 also on the way from one room to another", async () => {
        for (const target of [4711, cellar]) {
            const client = await enter(server, { ...ann, room });
            client.send({ type: "open", room: target });
            await client.until(() => client.ended);
            assert.equal(client.closed, 4403);
        }
    });

    it("4409 at the 21st socket, for the oldest", async () => {
        const sockets = [];
        for (let i = 0; i < 20; i++) sockets.push(await enter(server, { ...ann, room }));
        assert.ok(sockets.every((socket) => socket.closed === null));
        sockets.push(await enter(server, { ...ann, room }));
        const [oldest, ...others] = sockets;
        await oldest.until(() => oldest.ended);
        assert.equal(oldest.closed, 4409);
        others[0].post(room, "still-here", "The others stay");
        for (const socket of others) await socket.until(() => socket.articles.length > 0);
        assert.ok(others.every((socket) => socket.closed === null));
        for (const socket of others) socket.cut();
        await eventually(async () => (await server.metrics()).sockets === 0, "all sockets are gone");
    });

    const violations = {
        "no JSON": "{nonsense",
        "no object": "[1]",
        "a key twice": '{"type":"read","type":"read"}',
        "no verb": "{}",
        "an unknown verb": '{"type":"shout"}',
        "a verb that is no text": '{"type":7}',
        "no nonce": '{"type":"post","room":1,"body":"x"}',
        "an empty nonce": '{"type":"post","room":1,"nonce":"","body":"x"}',
        "a nonce with markup": '{"type":"post","room":1,"nonce":"<b>","body":"x"}',
        "a nonce of 65 letters": `{"type":"post","room":1,"nonce":"${"n".repeat(65)}","body":"x"}`,
        "a room that is none": '{"type":"open","room":-1}',
        "a cursor that is none": '{"type":"open","room":1,"after":"yesterday"}',
    };
    for (const [what, text] of Object.entries(violations)) {
        it(`1008 for ${what}`, async () => {
            const client = await enter(server, { ...ann, room });
            client.send(text);
            await client.until(() => client.ended);
            assert.equal(client.closed, 1008);
        });
    }

    it("fields that nobody knows are passed over", async () => {
        const client = await enter(server, { ...ann, room });
        client.send({ type: "post", room, nonce: "with-extras", body: "x", HEADERS: { a: [1, null] } });
        await isAcked(client, "with-extras");
        client.cut();
    });

    it("what comes in one piece with the handshake is heard", async () => {
        const text = frame(JSON.stringify({ type: "post", room, nonce: "early", body: "Already here" }));
        const socket = (await Client.open(server, { ...ann, room, early: text }));
        await isAcked(socket, "early");
        socket.cut();
    });

    it("D15 the codes for coming back and for staying away are what the page expects", async () => {
        const script = await get(server, (await get(server, `/rooms/${room}`, ann.cookie))
            .match(/\/assets\/[^"]*connection[^"]*\.js/)[0], ann.cookie);
        for (const final of [1008, 4401, 4403, 4409]) assert.match(script, new RegExp(`^ *${final}:`, "m"));
        for (const passing of [1012, 1013]) assert.doesNotMatch(script, new RegExp(`^ *${passing}:`, "m"));
    });
});

describe("P07 signing out", () => {
    const server = new Server({ environment: { ...unlimited, PARLOR_LOOPS: "2" } });
    let room;
    let ann;
    let elsewhere;
    before(async () => {
        room = server.addRoom("Kitchen");
        [ann] = people(server, 1);
        elsewhere = { cookie: server.addSession(ann.handle) };
        await server.start();
    });
    after(() => server.remove());

    it("P07 closes every socket of that session with 4401, on all loops, and no other", async () => {
        const mine = await Promise.all(upTo(12).map(() => enter(server, { ...ann, room })));
        const others = await Promise.all(upTo(4).map(() => enter(server, { ...elsewhere, room })));
        const writer = new Writer(server, { ...elsewhere, room, name: "w" });
        await writer.connect();
        writer.startPosting();
        assert.equal((await signOut(server, ann.cookie)).status, 303);
        for (const client of mine) {
            await client.until(() => client.ended);
            assert.equal(client.closed, 4401);
            const seen = numbers(client, room);
            assert.deepEqual(seen, upTo(seen.at(-1) ?? 0), "what came before the end is whole");
        }
        writer.stopPosting();
        await writer.client.until(() => writer.unacked.size === 0);
        const last = Math.max(...writer.acked.values());
        for (const client of others) {
            await client.until(() => client.articles.at(-1)?.seq >= last);
            assert.equal(client.closed, null);
        }
        const again = await Client.open(server, { ...ann, room });
        await again.until(() => again.ended);
        assert.equal(again.closed, 4401);
    });
});

describe("another room on the same socket", () => {
    const server = new Server({ environment: { ...unlimited, PARLOR_LOOPS: "2" } });
    let rooms;
    let ann;
    let ben;
    before(async () => {
        rooms = ["Kitchen", "Garden", "Library"].map((name) => server.addRoom(name));
        [ann, ben] = people(server, 2);
        await server.start();
    });
    after(() => server.remove());

    const open = async (client, room, cookie) => {
        const { epoch, seq } = await loadRoom(server, room, cookie);
        client.send({ type: "open", room, after: `${epoch}:${seq}` });
        return seq;
    };

    it("leaves the old room and follows the new one from the cursor, while everybody posts", async () => {
        const [kitchen, garden] = rooms;
        const client = await enter(server, { ...ann, room: kitchen });
        const writers = [kitchen, garden].map((room) => new Writer(server, { ...ben, room, name: `w${room}`, inFlight: 2 }));
        for (const writer of writers) await writer.connect();
        for (const writer of writers) writer.startPosting();
        await client.until(() => numbers(client, kitchen).length > 20);

        client.post(kitchen, "before", "Still in the kitchen");
        const cursor = await open(client, garden, ann.cookie);
        client.post(garden, "on-the-way", "Sent before the switch was answered");
        await client.until(() => numbers(client, garden).length > 20);
        client.post(garden, "after", "In the garden");
        for (const nonce of ["before", "on-the-way", "after"]) await isAcked(client, nonce);
        client.post(kitchen, "too-late", "The kitchen was left");
        await isRefused(client, "too-late");
        assert.equal(kindOf(client, "too-late"), "denied");

        for (const writer of writers) writer.stopPosting();
        for (const writer of writers) await writer.client.until(() => writer.unacked.size === 0);
        const last = server.sql(`SELECT last_seq AS n FROM room WHERE id = ${garden}`)[0].n;
        await client.until(() => numbers(client, garden).at(-1) === last);
        assert.deepEqual(numbers(client, garden), upTo(last, cursor + 1), "the new room without gap or double");
        const old = numbers(client, kitchen);
        assert.deepEqual(old, upTo(old.at(-1)), "the old room without a gap up to its end");
        const switched = client.articles.findIndex((article) => article.room === garden);
        assert.ok(client.articles.slice(switched).every((article) => article.room === garden), "then nothing of it");
        for (const { client: socket } of writers) socket.cut();
        client.cut();
    });

    it("the room that was asked for last is the one that is followed", async () => {
        const [kitchen, garden, library] = rooms;
        const client = await enter(server, { ...ann, room: kitchen });
        server.addRoom("Attic"); // the list of rooms is forgotten: both questions wait for the store
        client.socket.write(Buffer.concat([garden, library].map((room) =>
            frame(JSON.stringify({ type: "open", room })))));
        client.post(library, "on-the-way-there", "Sent before either was answered");
        await isAcked(client, "on-the-way-there");
        client.post(library, "in-the-library", "And there only");
        await client.until(() => [...client.acks, ...client.refusals].some(({ nonce }) => nonce === "in-the-library"));
        assert.deepEqual(client.refusals, []);
        client.cut();
    });

    it("counters of all rooms follow every connect and every open", async () => {
        const [kitchen, garden, library] = rooms;
        const last = new Map(server.sql("SELECT id, last_post FROM room").map((room) => [room.id, room.last_post]));
        const client = await enter(server, { ...ann, room: kitchen });
        for (const room of rooms) assert.equal(counter(client, room), last.get(room));
        const writer = await enter(server, { ...ben, room: library });
        writer.post(library, "for-the-counter", "News");
        await isAcked(writer, "for-the-counter");
        client.texts.length = 0;
        await open(client, garden, ann.cookie);
        await client.until(() => client.heads.at(-1).room === garden);
        for (const room of [kitchen, garden]) assert.equal(counter(client, room), last.get(room));
        await client.until(() => counter(client, library) === last.get(library) + 1);
        client.cut();
        writer.cut();
    });

    it("a post elsewhere comes as a hint, without its text", async () => {
        const [kitchen, garden] = rooms;
        const reader = await enter(server, { ...ann, room: kitchen });
        const writer = await enter(server, { ...ben, room: garden });
        const before = counter(reader, garden);
        writer.post(garden, "far-away", "Nothing for the kitchen");
        await reader.until(() => counter(reader, garden) === before + 1);
        assert.deepEqual(reader.articles, []);
        assert.ok(!reader.texts.join("").includes("Nothing for the kitchen"));

        // A read mark changes what is remembered of the reader's rooms; hints go on coming all the same.
        const post = server.sql(`SELECT last_post AS n FROM room WHERE id = ${kitchen}`)[0].n;
        writer.send({ type: "open", room: kitchen });
        await writer.until(() => counter(writer, kitchen) >= 0);
        writer.post(kitchen, "to-be-read", "Read me");
        await reader.until(() => reader.articles.length > 0);
        reader.send({ type: "read", room: kitchen, post: post + 1 });
        await eventually(() => server.sql(`SELECT 1 FROM member JOIN person ON person.id = person_id
            WHERE handle = '${ann.handle}' AND room_id = ${kitchen} AND read_post = ${post + 1}`).length > 0, "the mark");
        await open(writer, garden, ben.cookie);
        writer.post(garden, "far-away-again", "Nothing for the kitchen either");
        await reader.until(() => counter(reader, garden) === before + 2);
        reader.cut();
        writer.cut();
    });
});

describe("read marks and two tabs", () => {
    const server = new Server({ environment: { ...unlimited, PARLOR_LOOPS: "2" } });
    let room;
    let ann;
    let ben;
    before(async () => {
        room = server.addRoom("Kitchen");
        [ann, ben] = people(server, 2);
        await server.start();
    });
    after(() => server.remove());

    it("two tabs of one person both see a post; one of them is answered", async () => {
        const [first, second] = [await enter(server, { ...ann, room }), await enter(server, { ...ann, room })];
        first.post(room, "from-the-first", "Twice on my screen");
        await isAcked(first, "from-the-first");
        for (const tab of [first, second]) await tab.until(() => tab.articles.length === 1);
        second.post(room, "from-the-second", "And back");
        await isAcked(second, "from-the-second");
        for (const tab of [first, second]) await tab.until(() => tab.articles.length === 2);
        assert.deepEqual(first.articles, second.articles);
        assert.deepEqual([first.acks, second.acks].map((acks) => acks.map((ack) => ack.nonce)),
            [["from-the-first"], ["from-the-second"]]);
        first.cut();
        second.cut();
    });

    it("one's own posts are read, those of others are not until they were seen", async () => {
        const last = server.sql(`SELECT last_post AS n FROM room WHERE id = ${room}`)[0].n;
        assert.equal(await readPost(server, room, ann.cookie), last, "Ann wrote them");
        assert.equal(await readPost(server, room, ben.cookie), 0, "Ben has seen nothing yet");
    });

    it("a read mark survives the end of the server, and never goes back", async () => {
        const reader = await enter(server, { ...ben, room });
        reader.send({ type: "read", room, post: 2 });
        reader.send({ type: "post", room, nonce: "sync", body: "Everything before this was heard" });
        await isAcked(reader, "sync");
        assert.deepEqual(await server.stop(), { code: 0, signal: null });
        await server.start();
        const mark = await readPost(server, room, ben.cookie);
        assert.ok(mark >= 2, `the mark is ${mark}`);

        const again = await enter(server, { ...ben, room });
        again.send({ type: "read", room, post: 1 });
        again.send({ type: "read", room: 4711, post: 1 });
        again.send({ type: "read", room, post: -5 });
        again.send({ type: "read", room });
        again.post(room, "sync-2", "Heard too");
        await isAcked(again, "sync-2");
        assert.equal(again.closed, null);
        await server.stop();
        await server.start();
        assert.ok((await readPost(server, room, ben.cookie)) >= mark);
    });
});
