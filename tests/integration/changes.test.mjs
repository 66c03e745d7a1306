/* changes.test.mjs -- what a page without a socket is told when it asks from its cursor. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { eventually } from "../support/load.mjs";
import { Member } from "../support/member.mjs";
import { Server, unlimited } from "../support/server.mjs";

const server = new Server({ environment: unlimited });
let ada;
let bob;
let epoch;
const cursorOf = (page) => /data-cursor="([^"]+)"/.exec(page)[1];
const ask = (who, room, cursor) => who.get(`/rooms/${room}/changes?after=${cursor}`);
const articles = (text) => [...text.matchAll(/<article [^>]*id="m-1-(\d+)"/g)].map((found) => Number(found[1]));
const headOf = (text) => Number(/data-head="1:[^:]+:(\d+)"/.exec(text)?.[1]);
const isReset = (text) => text.includes('data-do="reset"');
const post = (who, body) => who.send("/rooms/1/messages", { nonce: crypto.randomUUID(), body });

before(async () => {
    server.addRoom("Front room");
    server.addUser("ada");
    server.addUser("bob");
    await server.start();
    ada = new Member(server, "ada");
    bob = new Member(server, "bob");
    epoch = cursorOf((await ada.get("/rooms/1")).text).split(":")[0];
    for (const body of ["one", "two", "three"]) await post(ada, body);
});
after(() => server.remove());

describe("D12 asking without a socket", () => {
    it("tells what came after the cursor, and where that ends", async () => {
        const { status, text } = await ask(ada, 1, `${epoch}:1`);
        assert.equal(status, 200);
        assert.deepEqual(articles(text), [2, 3]);
        assert.equal(headOf(text), 3);
        assert.match(text, /<b id="u1" data-post="3" hx-swap-oob/);
    });
    it("tells a message as it stands, also an old one that changed", async () => {
        await ada.remove("/rooms/1/messages/1");
        const { text } = await ask(ada, 1, `${epoch}:3`);
        assert.deepEqual(articles(text), [1]);
        assert.match(text, /data-gone/);
        assert.equal(headOf(text), 4);
    });
    it("says nothing twice: at the head there is only the mark", async () => {
        const { text } = await ask(ada, 1, `${epoch}:4`);
        assert.deepEqual(articles(text), []);
        assert.equal(headOf(text), 4);
    });
    it("D09 a cursor of the future or of another life is a reset; one that is none is refused", async () => {
        for (const cursor of [`${epoch}:99`, "0123456789abcdef-0:1"]) {
            const { status, text } = await ask(ada, 1, cursor);
            assert.equal(status, 200);
            assert.ok(isReset(text), cursor);
            assert.deepEqual(articles(text), []);
        }
        for (const cursor of ["", `${epoch}:`, `${epoch}:-1`, `${epoch}:1e3`, "x:1", `${epoch}:99999999999999999999`]) {
            assert.equal((await ask(ada, 1, cursor)).status, 400, cursor);
        }
    });
    it("Z01 is for those who may read the room, and looks to others as if it were not", async () => {
        await bob.leave(1);
        const outside = await ask(bob, 1, `${epoch}:0`);
        const nowhere = await ask(bob, 77, `${epoch}:0`);
        assert.deepEqual([outside.status, nowhere.status], [404, 404]);
        assert.equal(outside.text, nowhere.text);
        const anonymous = await ask(new Member(server), 1, `${epoch}:0`);
        assert.equal(anonymous.status, 303);
    });
    it("what was read is told by a form, by those who may read the room", async () => {
        assert.equal((await ada.send("/rooms/1/read", { post: "2" })).status, 204);
        const mark = () => server.sql("SELECT read_post FROM member WHERE person_id = 1 AND room_id = 1")[0].read_post;
        await eventually(() => mark() >= 2, "the mark is stored");
        assert.equal((await ada.send("/rooms/1/read", { post: "all" })).status, 400);
        assert.equal((await bob.send("/rooms/1/read", { post: "2" })).status, 404);
    });
    it("a page of somebody else's is answered as to nobody, whatever it asks", async () => {
        const stale = { "Parlor-Person": "2", "HX-Request": "true" };
        for (const [method, path, form] of [
            ["GET", `/rooms/1/changes?after=${epoch}:1`],
            ["POST", "/rooms/1/read", { post: "3" }],
            ["POST", "/rooms/1/messages", { nonce: "stale", body: "not ada's" }],
            ["POST", "/rooms/1/messages/2", { _method: "patch", body: "not ada's" }],
        ]) {
            assert.equal((await ada.ask(method, path, form, stale)).status, 303, path);
            const malformed = await ada.ask(method, path, form, { "Parlor-Person": "1 OR 1" });
            assert.equal(malformed.status, 303, path);
        }
        assert.equal(server.sql("SELECT count(*) AS n FROM message WHERE body LIKE 'not%'")[0].n, 0);
        assert.equal((await ada.ask("GET", `/rooms/1/changes?after=${epoch}:1`, undefined, { "Parlor-Person": "1" })).status, 200);
    });
    it("what is too long is not rendered to the end", async () => {
        const before = (await server.metrics()).replay_renders_total;
        for (let at = 0; at < 40; at++) await post(ada, "*a* ".repeat(3_900));
        assert.ok(isReset((await ask(ada, 1, `${epoch}:4`)).text));
        const renders = (await server.metrics()).replay_renders_total - before;
        assert.ok(renders < 20, `${renders} messages were rendered for a reset`);
    });
    it("D08 500 changes are told, 501 are a reset, and so is what is too long", async () => {
        const head = server.sql("SELECT last_seq FROM room WHERE id = 1")[0].last_seq;
        for (let at = 0; at < 50; at++) await Promise.all(Array.from({ length: 10 }, (_, i) => post(ada, `${at} ${i}`)));
        const all = (await ask(ada, 1, `${epoch}:${head}`)).text;
        assert.equal(articles(all).length, 500);
        assert.ok(isReset((await ask(ada, 1, `${epoch}:${head - 1}`)).text));
        for (let at = 0; at < 30; at++) await post(ada, "long ".repeat(2_500));
        assert.ok(isReset((await ask(ada, 1, `${epoch}:${head + 500}`)).text));
    });
});
