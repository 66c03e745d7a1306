/* strangers.test.mjs -- what somebody learns of who lives here by trying, and what they break by typing what
 * databases and programs understand.
 *
 * SPDX-License-Identifier: MIT */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Member } from "../support/member.mjs";
import { ask } from "../support/raw.mjs";
import { Server, unlimited } from "../support/server.mjs";
import { Visitor, words } from "../support/visitor.mjs";
import { Client } from "../support/ws.mjs";

const password = "tin kettle harbour";

describe("whoever asks to come in", () => {
    let server, link, spent;
    /* Each from an address of its own: an hour's newcomers from one are counted. */
    let count = 0;
    const stranger = () => new Visitor(server, { "X-Forwarded-For": `203.0.113.${++count % 250}` });
    const hashes = async () => (await server.metrics()).password_hashes_total;

    before(async () => {
        server = new Server({ environment: { ...unlimited, PARLOR_TRUSTED_PROXIES: "127.0.0.1" } });
        server.addUser("ada", { password, admin: true });
        server.addUser("bob", { password });
        server.addUser("gone", { password });
        server.addUser("mute");
        server.addRoom("Kitchen");
        server.change("UPDATE person SET state = 2 WHERE handle = 'gone'");
        await server.start();
        const ada = new Member(server, "ada");
        const code = () => server.sql("SELECT code FROM invitation")[0].code;
        await ada.send("/invitation");
        spent = `/join/${code()}`;
        await ada.send("/invitation");
        link = `/join/${code()}`;
    });
    after(() => server?.remove());

    /* There is no mail, and so neither an address to ask for nor a way to set a password anew. */
    test("A02 there is nothing that sends a mail or sets a password anew without the old one", async () => {
        for (const { path } of JSON.parse(server.command(["routes", "--json"]))) assert.doesNotMatch(path, /mail|reset|forgot|recover/);
        for (const path of ["/session", link, "/join"]) assert.doesNotMatch((await stranger().get(path)).text, /type="email"|e-?mail/i);
    });

    test("A02 by an invitation that does not hold nobody learns which handles there are", async () => {
        const earlier = await hashes();
        const answers = [];
        for (const path of [spent, "/join/AAAAAAAAAAAAAAAAAAAAAAAA", "/join"]) {
            for (const handle of ["ada", "gone", "mute", "nobody"]) {
                const answer = await stranger().post(path, { name: "Eve", handle, password });
                assert.deepEqual(answer.headers.getSetCookie(), []);
                answers.push([answer.status, answer.text, answer.headers.get("Content-Type")]);
            }
        }
        assert.equal(answers[0][0], 404);
        for (const answer of answers) assert.deepEqual(answer, answers[0]);
        assert.equal(await hashes(), earlier, "nor by the time that it takes");
    });

    /* Whoever may make an account must be told that a handle is taken; of whose it is they are told nothing. */
    test("A02 by one that holds they learn that a handle is taken, and nothing else of who has it", async () => {
        const answers = [];
        for (const handle of ["ada", "bob", "gone", "mute", " GONE "]) {
            const earlier = await hashes();
            const answer = await stranger().post(link, { name: "Eve", handle, password });
            assert.equal((await hashes()) - earlier, 1, handle);
            assert.deepEqual(answer.headers.getSetCookie(), []);
            answers.push([answer.status, answer.text.replaceAll(`value="${handle}"`, ""), answer.headers.get("Content-Type")]);
        }
        assert.equal(answers[0][0], 409);
        assert.match(words(answers[0][1]), /Somebody here already has this name\./);
        for (const answer of answers) assert.deepEqual(answer, answers[0]);
        const free = await hashes();
        assert.equal((await stranger().post(link, { name: "Eve", handle: "eve", password })).status, 303);
        assert.equal((await hashes()) - free, 1, "one that is free takes the same work");
    });

    test("A01 A02 signing in says the same of all of them afterwards", async () => {
        const answers = [];
        for (const handle of ["ada", "gone", "mute", "nobody"]) {
            const answer = await stranger().signIn(handle, "brass lantern meadow");
            answers.push([answer.status, answer.text.replaceAll(`value="${handle}"`, "")]);
        }
        for (const answer of answers) assert.deepEqual(answer, answers[0]);
    });
});

/* What means something to a database, a search index, a shell or another program. */
const meaningful = ["' OR 1=1--", "%", "_", "\\", '"', "*", "NEAR(a b", "^", "col:", "'; DROP TABLE message;--", "$(id)", "%s%n", "${7*7}", "..", "-1"];

describe("what is typed into every field", () => {
    let server, ada;
    before(async () => {
        server = new Server({ environment: unlimited });
        server.addUser("ada", { password, admin: true });
        server.addRoom("Kitchen");
        await server.start();
        ada = new Member(server, "ada");
    });
    after(() => server?.remove());
    const one = (question) => Object.values(server.sql(question)[0])[0];

    test("A09 is stored and shown as it was typed: messages, rooms, topics, people", async () => {
        for (const [i, text] of meaningful.entries()) {
            assert.equal((await ada.send("/rooms/1/messages", { nonce: `a09-${i}`, body: text })).status, 303, text);
            assert.equal(one(`SELECT body FROM message WHERE nonce = 'a09-${i}'`), text);
            const seq = one(`SELECT seq FROM message WHERE nonce = 'a09-${i}'`);
            assert.equal((await ada.change(`/rooms/1/messages/${seq}`, { body: `${text} ${text}` })).status, 303, text);
            assert.equal(one(`SELECT body FROM message WHERE seq = ${seq}`), `${text} ${text}`);
            const { status, location } = await ada.send("/rooms", { name: text });
            assert.equal(status, 303, text);
            const room = location.split("/")[2];
            assert.equal((await ada.change(location, { name: `${text}.`, topic: text })).status, 303);
            assert.deepEqual(server.sql(`SELECT name, topic FROM room WHERE id = ${room}`), [{ name: `${text}.`, topic: text }]);
            assert.ok(words((await ada.get(`/rooms/${room}/edit`)).text).includes(`Back to ${text}.`), text);
        }
        assert.equal(one("SELECT count(*) FROM message WHERE room_id = 1"), meaningful.length);
    });

    test("A09 is never an error of ours: nonces, numbers, cursors, queries, handles, methods, cookies", async () => {
        for (const text of meaningful) {
            const typed = encodeURIComponent(text);
            const answers = [
                await ada.send("/rooms/1/messages", { nonce: text, body: "x" }),
                await ada.send("/session", { handle: text, password: text, next: text }),
                await ada.send("/rooms", { _method: text, name: text, [text]: text }),
                await ada.get(`/rooms/${typed}`), await ada.get(`/rooms/1/messages/${typed}`), await ada.get(`/users/${typed}`),
                await ada.get(`/rooms/1?around=${typed}`), await ada.get(`/rooms/1/messages?before=${typed}`),
                await ada.get(`/rooms/1/messages?after=${typed}`), await ada.get(`/rooms/1/messages?around=${typed}&${typed}=${typed}`),
                await ada.get(`/join/${typed}`), await ada.get(`/session?next=${typed}`), await ada.get(`/rooms?${typed}`),
                await ask(server, "GET", "/rooms", { fields: { Cookie: `sid=${text}` } }),
            ];
            answers.forEach(({ status }, i) => assert.ok(status < 500, `${text} in ${i}: ${status}`));
            const client = await Client.open(server, { cookie: ada.cookie, room: typed, after: text });
            assert.ok(client.status >= 400 && client.status < 500, `${text}: ${client.status}`);
            client.cut();
        }
    });

    test("A08 is text or refused where a structure is sent: names with brackets, arrays, objects, on every form", async () => {
        const earlier = server.sql("SELECT (SELECT count(*) FROM message) m, (SELECT count(*) FROM room) r, (SELECT name FROM person) p");
        const forms = {
            "/session": ["handle", "password"], "/rooms": ["name"], "/rooms/1/messages": ["nonce", "body"],
            "/account": ["name", "bio"], "/account/password": ["current", "password"],
        };
        for (const [path, fields] of Object.entries(forms)) {
            for (const suffix of ["[]", "[$ne]", "[$gt]", ".$ne", "[0]"]) {
                const body = Object.fromEntries(fields.map((name) => [name + suffix, "x"]));
                const answer = await ada.send(path, { ...body, ...(path === "/account" && { _method: "patch" }) });
                assert.equal(answer.status, 422, `${path} ${suffix}`);
            }
            const twice = fields.map((name) => `${name}=a&${name}=b`).join("&");
            assert.equal((await ada.ask("POST", path, twice)).status, 400, path);
        }
        assert.deepEqual(server.sql("SELECT (SELECT count(*) FROM message) m, (SELECT count(*) FROM room) r, (SELECT name FROM person) p"), earlier);
    });

    test("A08 on the socket: fields of another kind are refused, and nothing is stored", async () => {
        const earlier = one("SELECT count(*) FROM message");
        for (const wrong of [null, 1, true, [], ["x"], {}, { $ne: null }]) {
            for (const field of ["type", "room", "nonce", "body"]) {
                if (field === "room" && wrong === 1) continue;
                const client = await Client.open(server, { cookie: ada.cookie, room: 1 });
                await client.until(() => client.texts.length > 0);
                client.send({ type: "post", room: 1, nonce: "a08", body: "x", [field]: wrong });
                client.send({ type: "post", room: 1, nonce: "after", body: " " });
                await client.until(() => client.closed !== null || client.refusals.some(({ nonce }) => nonce === "after"));
                assert.deepEqual(client.acks, [], `${field}: ${JSON.stringify(wrong)}`);
                client.cut();
            }
        }
        assert.equal(one("SELECT count(*) FROM message"), earlier);
    });
});
