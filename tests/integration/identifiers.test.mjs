/* identifiers.test.mjs -- numbers that are none of ours, and numbers of what belongs to somebody else, in every
 * address that takes one. The addresses come from the program's own table.
 *
 * SPDX-License-Identifier: MIT */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Member } from "../support/member.mjs";
import { Server, unlimited } from "../support/server.mjs";
import { Client } from "../support/ws.mjs";

let server, ada, bob, routes, mine, theirs;
const body = { name: "x", topic: "x", body: "changed", nonce: "n", bio: "" };

before(async () => {
    server = new Server({ environment: unlimited });
    server.addUser("ada", { admin: true });
    server.addUser("bob");
    mine = server.addRoom("Mine");
    theirs = server.addRoom("Theirs");
    server.change(`UPDATE room SET kind = 2, people = 1 WHERE id = ${theirs}; DELETE FROM member WHERE room_id = ${theirs} AND person_id = 2`);
    await server.start();
    [ada, bob] = [new Member(server, "ada"), new Member(server, "bob")];
    for (let i = 1; i <= 5; i++) await ada.send(`/rooms/${theirs}/messages`, { nonce: `theirs-${i}`, body: `secret ${i}` });
    await bob.send(`/rooms/${mine}/messages`, { nonce: "mine", body: "open" });
    routes = JSON.parse(server.command(["routes", "--json"])).filter(({ path }) => /:(room|seq|user)\b/.test(path));
});
after(() => server?.remove());

const rows = () => server.sql(`SELECT room_id, seq, rev, body, deleted FROM message ORDER BY room_id, seq`);
const roomRows = () => server.sql("SELECT id, name, topic, people, last_seq FROM room ORDER BY id");
const ask = (person, { method }, path) =>
    method === "GET" ? person.get(path) : person.ask(method, path, body);

const none = ["0", "-1", "2147483648", "9223372036854775807", "9223372036854775808", "18446744073709551616", "1e3", "01", "+1", "1.0",
    "0x1", "%201", "1%20", "1%00", "1%0a", "%D9%A1", "1,2", "%F0%9F%9A%AA", "x"];

test("Z21 ids that are none are refused by every address that takes one, in each place", async () => {
    const earlier = [rows(), roomRows()];
    assert.ok(routes.length >= 12);
    for (const route of routes) {
        for (const place of [":room", ":seq", ":user"].filter((name) => route.path.includes(name))) {
            for (const id of none) {
                const path = route.path.replace(place, id).replace(":room", mine).replace(":seq", 1).replace(":user", 1);
                const { status } = await ask(bob, route, path);
                assert.ok(status === 404 || status === 400, `${route.method} ${path}: ${status}`);
            }
        }
    }
    assert.deepEqual([rows(), roomRows()], earlier);
});

test("Z21 nor are they taken by the socket: in its address, in `open`, in a post", async () => {
    for (const id of none) {
        const client = await Client.open(server, { cookie: bob.cookie, room: id });
        if (client.status === 101) {
            await client.until(() => client.closed !== null);
            assert.equal(client.closed, 4403, id);
        } else {
            assert.equal(client.status, 400, id);
        }
        client.cut();
    }
    const earlier = rows();
    for (const id of [0, -1, 2 ** 31, 1.5, 1e300, "1", null, "x"]) {
        for (const type of ["post", "open"]) {
            const client = await Client.open(server, { cookie: bob.cookie, room: mine });
            await client.until(() => client.texts.length > 0);
            client.send({ type, room: id, nonce: "z21", body: "x" });
            await client.until(() => client.closed !== null || client.refusals.length > 0);
            client.cut();
        }
    }
    assert.deepEqual(rows(), earlier);
});

/* Numbers of messages are a room's own: 2 to 5 are in theirs, and mine has no such message. */
test("Z03 a message of another room is not there under one's own, for whatever is asked of it", async () => {
    const earlier = rows();
    const withMessage = routes.filter(({ path }) => path.includes(":seq"));
    assert.ok(withMessage.length >= 3);
    for (const route of withMessage) {
        for (const seq of [2, 3, 4, 5]) {
            const { status, text } = await ask(bob, route, route.path.replace(":room", mine).replace(":seq", seq));
            assert.equal(status, 404, `${route.method} ${seq}`);
            assert.doesNotMatch(text, /secret/);
        }
        const there = await ask(bob, route, route.path.replace(":room", theirs).replace(":seq", 1));
        const nowhere = await ask(bob, route, route.path.replace(":room", 999).replace(":seq", 1));
        const shown = ({ status, text, location }) => [status, text.replace(/number \d+|request \d+/, ""), location];
        assert.deepEqual(shown(there), shown(nowhere), `${route.method} in their room`);
    }
    assert.deepEqual(rows(), earlier);
});

test("Z02 Z03 every address of a room that one is not in answers as if there were none", async () => {
    const earlier = [rows(), roomRows()];
    for (const route of routes.filter(({ path }) => path.includes(":room"))) {
        const at = (room) => route.path.replace(":room", room).replace(":seq", 1);
        const [there, nowhere] = [await ask(bob, route, at(theirs)), await ask(bob, route, at(999))];
        const shown = ({ status, text, location }) => [status, text.replace(/number \d+|request \d+/, ""), location];
        assert.equal(there.status, 404, `${route.method} ${route.path}`);
        assert.deepEqual(shown(there), shown(nowhere), `${route.method} ${route.path}`);
        assert.doesNotMatch(there.text, /secret|Theirs/);
    }
    assert.deepEqual([rows(), roomRows()], earlier);
});
