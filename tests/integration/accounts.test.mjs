/* accounts.test.mjs -- the first person, invitations, signing in and out, passwords and profiles, at a real
 * server. The names say which case of the list each test proves. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import net from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { ask } from "../support/raw.mjs";
import { eventually } from "../support/load.mjs";
import { Server } from "../support/server.mjs";
import { Visitor, words } from "../support/visitor.mjs";
import { Client } from "../support/ws.mjs";

const good = "tin kettle harbour";
const other = "brass lantern meadow";
const servers = [];
const serve = async (environment = {}) => {
    const server = new Server({ environment: { PARLOR_LOOPS: "2", ...environment } });
    servers.push(server);
    return server.start();
};
/* A house with Ada in it; she is the first and made it by the page. */
const settle = async (environment) => {
    const server = await serve(environment);
    const ada = new Visitor(server);
    const answer = await ada.post("/setup", { room: "Front room", name: "Ada Lovelace", handle: "ada", password: good });
    assert.equal(answer.status, 303);
    server.ada = ada;
    server.room = Number(answer.path.split("/").pop());
    return server;
};
const linkOf = async (visitor) => {
    const link = /id="link" value="([^"]*)"/.exec((await visitor.get("/account")).text)?.[1];
    return link && new URL(link).pathname;
};
const write = (server, sql) => execFileSync("sqlite3", [join(server.data, "parlor.db"), sql]);
/* Changes the database while nobody else has it open. */
const change = async (server, sql) => {
    await server.stop();
    write(server, sql);
    await server.start();
};
const hashes = async (server) => (await server.metrics()).password_hashes_total;
/* A sign-in on a connection of its own: `sent` when the kernel has it, `answer` its head. */
const sendAsIs = (server, body) => {
    const socket = net.connect(server.port, "127.0.0.1");
    const head = `POST /session HTTP/1.1\r\nHost: h\r\nSec-Fetch-Site: same-origin\r\nConnection: close\r\n` +
        `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n`;
    let text = "";
    const sent = new Promise((done) => socket.write(head + body, done));
    socket.on("data", (bytes) => (text += bytes));
    return { sent, answer: new Promise((done) => socket.on("close", () => done(text.split("\r\n\r\n")[0] + "\r\n"))) };
};
const listen = async (server, visitor) => {
    const client = await Client.open(server, { cookie: visitor.cookie, room: server.room });
    await client.until(() => client.texts.length > 0 || client.closed !== null);
    return client;
};
after(() => Promise.all(servers.map((server) => server.remove())));

describe("the first person", () => {
    test("while nobody lives here every page leads to /setup", async () => {
        const server = await serve();
        const visitor = new Visitor(server);
        for (const path of ["/", "/session", "/rooms", "/rooms/1", "/join", "/join/abc", "/account", "/users/1"]) {
            const answer = await visitor.get(path);
            assert.deepEqual([path, answer.status, answer.path], [path, 303, "/setup"]);
        }
        assert.equal((await visitor.signIn("ada", good)).path, "/setup");
        assert.equal((await visitor.get("/healthz")).status, 200);
        const page = await visitor.get("/setup");
        assert.equal(page.status, 200);
        assert.match(words(page.text), /Nobody lives here yet/);
        assert.match(page.text, /name="room" value="Front room"/);
        assert.equal(await hashes(server), 0);
    });

    test("what is wrong with the form is said beside it, and all is kept but the password", async () => {
        const server = await serve();
        const answer = await new Visitor(server).post("/setup", {
            room: " ", name: '"Ada" <b>', handle: "Ada!", password: "harbour" });
        assert.equal(answer.status, 422);
        assert.match(words(answer.text), /The room's name is empty/);
        assert.match(words(answer.text), /A handle has only a-z/);
        assert.match(words(answer.text), /Too short by 5 characters\. Three plain words do well\./);
        assert.match(answer.text, /value="&quot;Ada&quot; &lt;b&gt;"/);
        assert.match(answer.text, /value="Ada!"/);
        assert.doesNotMatch(answer.text, /harbour/);
        assert.deepEqual(server.sql("SELECT count(*) AS n FROM person"), [{ n: 0 }]);
    });

    test("she is admin, has the first room, is in, and finds a link to ask others in", async () => {
        const server = await settle();
        assert.deepEqual(server.sql("SELECT handle, name, role FROM person"), [
            { handle: "ada", name: "Ada Lovelace", role: 2 }]);
        assert.deepEqual(server.sql("SELECT name, kind FROM room"), [{ name: "Front room", kind: 1 }]);
        assert.match(words((await server.ada.get(`/rooms/${server.room}`)).text), /Front room/);
        assert.match(await linkOf(server.ada), /^\/join\/[A-Za-z0-9_-]{24}$/);
    });

    test("A20 twenty at once make one admin, and afterwards there is no such page", async () => {
        const server = await serve();
        const asks = Array.from({ length: 20 }, (_, i) => new Visitor(server)
            .post("/setup", { room: "Front room", name: `N${i}`, handle: `n${i}`, password: good }));
        const statuses = (await Promise.all(asks)).map((answer) => answer.status);
        assert.equal(statuses.filter((status) => status === 303).length, 1, String(statuses));
        assert.ok(statuses.every((status) => [303, 409, 404].includes(status)), String(statuses));
        assert.deepEqual(server.sql("SELECT count(*) AS n FROM person"), [{ n: 1 }]);
        assert.deepEqual(server.sql("SELECT count(*) AS n FROM room"), [{ n: 1 }]);
        assert.deepEqual(server.sql("SELECT count(*) AS n FROM session"), [{ n: 1 }]);
        const late = new Visitor(server);
        assert.equal((await late.get("/setup")).status, 404);
        const answer = await late.post("/setup", { room: "R", name: "Eve", handle: "eve", password: good });
        assert.equal(answer.status, 404);
        assert.equal((await late.get("/")).path, "/session");
        await server.stop();
        await server.start();
        assert.equal((await late.get("/setup")).status, 404);
    });

    test("an account made by the command ends the first run too", async () => {
        const server = await serve();
        const visitor = new Visitor(server);
        assert.equal((await visitor.get("/")).path, "/setup");
        server.addUser("bob", { password: good });
        assert.equal((await visitor.get("/")).path, "/session");
        assert.equal((await visitor.get("/setup")).status, 404);
    });
});

describe("invitations", () => {
    let server, link;
    before(async () => {
        server = await settle();
        link = await linkOf(server.ada);
    });
    const form = (handle, more = {}) => ({ name: `The ${handle}`, handle, password: good, ...more });

    test("A19 looking at the link spends and changes nothing", async () => {
        const counts = "SELECT (SELECT count(*) FROM person) p, (SELECT count(*) FROM session) s, (SELECT code FROM invitation) c";
        const earlier = server.sql(counts);
        for (let i = 0; i < 5; i++) {
            const page = await new Visitor(server).get(link);
            assert.equal(page.status, 200);
            assert.match(words(page.text), /Ada Lovelace asks you in\./);
            assert.deepEqual(page.headers.getSetCookie(), []);
        }
        assert.deepEqual(server.sql(counts), earlier);
    });

    test("whoever comes by it has an account, is in, and stands in the first room", async () => {
        const bob = new Visitor(server);
        const answer = await bob.post(link, form("bob"));
        assert.deepEqual([answer.status, answer.path], [303, `/rooms/${server.room}`]);
        assert.match(words((await bob.get(answer.path)).text), /Front room/);
        assert.deepEqual(server.sql("SELECT role FROM person WHERE handle = 'bob'"), [{ role: 1 }]);
        assert.equal((await bob.get(link)).path, "/rooms");
        assert.equal(await linkOf(bob), undefined);
        assert.match(words((await new Visitor(server).signIn("bob", good)).text), /^$/);
    });

    test("P24 the log does not give the link away", async () => {
        assert.match(server.stderr, /method=POST path=\/join\/\* status=303/);
        assert.ok(!server.stderr.includes(link.split("/").at(-1)));
    });

    test("A30 fields that the form does not have are not looked at", async () => {
        const answer = await new Visitor(server).post(link, form("carl", { role: "2", id: "1", state: "2", created_ms: "1" }));
        assert.equal(answer.status, 303);
        assert.deepEqual(server.sql("SELECT role, state, id > 1 AS own FROM person WHERE handle = 'carl'"), [
            { role: 1, state: 1, own: 1 }]);
    });

    test("a handle that is taken is refused, and all is kept but the password", async () => {
        const answer = await new Visitor(server).post(link, form("ada", { name: "Another" }));
        assert.equal(answer.status, 409);
        assert.match(words(answer.text), /Somebody here already has this name\./);
        assert.match(answer.text, /value="Another"/);
        assert.match(answer.text, /value="ada"/);
        assert.doesNotMatch(answer.text, new RegExp(good));
        assert.deepEqual(answer.headers.getSetCookie(), []);
    });

    test("a code that does not hold is told so kindly, before anything is hashed", async () => {
        const earlier = await hashes(server);
        const flipped = link.slice(0, -1) + (link.endsWith("A") ? "B" : "A");
        for (const path of [flipped, link.slice(0, -1), `${link}A`, "/join/x", "/join", link.toLowerCase() + "%27--"]) {
            for (const answer of [await new Visitor(server).get(path), await new Visitor(server).post(path, form("eve"))]) {
                assert.equal(answer.status, 404, path);
                assert.match(words(answer.text), /This invitation does not hold/);
            }
        }
        assert.equal(await hashes(server), earlier);
        assert.deepEqual(server.sql("SELECT count(*) AS n FROM person WHERE handle = 'eve'"), [{ n: 0 }]);
    });

    test("A19 a new link ends the old at once, and only an admin makes one", async () => {
        const bob = new Visitor(server);
        await bob.signIn("bob", good);
        assert.equal((await bob.post("/invitation")).status, 404);
        assert.equal(await linkOf(server.ada), link);
        assert.equal((await server.ada.post("/invitation")).path, "/account?done=link");
        const fresh = await linkOf(server.ada);
        assert.notEqual(fresh, link);
        assert.equal((await new Visitor(server).get(link)).status, 404);
        assert.equal((await new Visitor(server).post(link, form("dora"))).status, 404);
        assert.equal((await new Visitor(server).post(fresh, form("dora"))).status, 303);
    });

    test("an open house lets anybody in and says so; a closed one nobody", async () => {
        const open = await settle({ PARLOR_REGISTRATION: "open" });
        assert.match((await new Visitor(open).get("/session")).text, /href="\/join"/);
        assert.equal((await new Visitor(open).get("/join")).status, 200);
        assert.equal((await new Visitor(open).post("/join", form("bob"))).path, `/rooms/${open.room}`);
        assert.equal((await new Visitor(open).post(await linkOf(open.ada), form("cy"))).status, 303);
        assert.equal((await new Visitor(open).get("/join/x")).status, 404);
        const closed = await settle({ PARLOR_REGISTRATION: "closed" });
        assert.doesNotMatch((await new Visitor(closed).get("/session")).text, /href="\/join"/);
        assert.equal((await new Visitor(closed).get("/join")).status, 404);
        assert.equal((await new Visitor(closed).get(await linkOf(closed.ada))).status, 404);
        assert.equal((await new Visitor(closed).post(await linkOf(closed.ada), form("bob"))).status, 404);
        assert.doesNotMatch((await new Visitor(server).get("/session")).text, /href="\/join"/);
    });
});

describe("names", () => {
    let server, link;
    before(async () => {
        server = await settle();
        link = await linkOf(server.ada);
    });
    const join = (name, handle) => new Visitor(server).post(link, { name, handle, password: good });
    const refused = async (name, handle, what) => {
        const answer = await join(name, handle);
        assert.equal(answer.status, 422, `${name} ${handle}`);
        assert.match(words(answer.text), what);
    };

    test("U01 a handle has no letters that look like others", async () => {
        for (const handle of ["Chɑnserv", "аda", "αda", "adа", "ada ada", "ädä", "a/b", "a@b"]) {
            await refused("Ada", handle, /A handle has only a-z/);
        }
    });
    test("U02 names hold nothing that turns the line around", async () => {
        for (const code of [0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069]) {
            await refused(`Ada${String.fromCodePoint(code)}x`, "eve", /cannot be shown/);
        }
    });
    test("U03 a name shows something", async () => {
        for (const name of ["", " ", "\t ", "\u200b", "\u2060", "\u0301", "\u3164", "\u2800"]) {
            await refused(name, "eve", /The name (is empty|has characters that cannot be shown)/);
        }
        const answer = await join("  Eve Moneypenny  ", "eve");
        assert.equal(answer.status, 303);
        assert.deepEqual(server.sql("SELECT name FROM person WHERE handle = 'eve'"), [{ name: "Eve Moneypenny" }]);
    });
    test("U04 a handle is one identity however it is written", async () => {
        assert.equal((await join("Bob", "Bob")).status, 303);
        assert.equal((await join("Bob", "bob")).status, 409);
        assert.equal((await join("Bob", " BOB ")).status, 409);
        await refused("Bob", "Ｂｏｂ", /A handle has only a-z/);
        await refused("Bob", "İ", /A handle has only a-z/);
        assert.equal((await new Visitor(server).signIn("BOB", good)).status, 303);
        assert.equal((await join("Rene\u0301", "rene")).status, 303);
        assert.deepEqual(server.sql("SELECT hex(name) AS h FROM person WHERE handle = 'rene'"), [{ h: "52656EC3A9" }]);
    });
    test("U05 some handles belong to the house", async () => {
        for (const handle of ["admin", "here", "all", "channel", "room", "system", "bot", "deleted", "Admin"]) {
            await refused("Ada", handle, /is reserved/);
        }
    });
    test("a name that is markup is text wherever it stands", async () => {
        const name = "<script>alert(1)</script>";
        const visitor = new Visitor(server);
        const answer = await visitor.post(link, { name, handle: "markup", password: good });
        assert.equal(answer.status, 303);
        const id = server.sql("SELECT id FROM person WHERE handle = 'markup'")[0].id;
        for (const path of ["/account", `/users/${id}`, answer.path]) {
            const page = await visitor.get(path);
            assert.equal(page.status, 200);
            assert.doesNotMatch(page.text, /<script>alert/);
            assert.match(page.text, /&lt;script&gt;alert\(1\)/);
        }
    });
});

describe("signing in", () => {
    let server;
    before(async () => {
        server = await settle();
        server.addUser("bob", { password: good });
        server.addUser("gone", { password: good });
        server.addUser("mute");
        await change(server, "UPDATE person SET state = 2 WHERE handle = 'gone'");
    });
    const without = (text, handle) => text.replaceAll(`value="${handle}"`, 'value=""');

    test("A01 P23 unknown, wrong, disabled and without a password: one answer, one amount of work", async () => {
        const answers = [];
        for (const handle of ["nobody", "bob", "gone", "mute", "not a handle", ""]) {
            const earlier = await hashes(server);
            const answer = await new Visitor(server).signIn(handle, handle === "gone" ? good : other);
            assert.equal((await hashes(server)) - earlier, 1, handle);
            answers.push([answer.status, without(answer.text, handle), answer.headers.get("Content-Type")]);
            assert.match(words(answer.text), /Name or password is wrong\./);
            assert.deepEqual(answer.headers.getSetCookie(), []);
        }
        for (const answer of answers) assert.deepEqual(answer, answers[0]);
    });

    test("A03 a password that nobody can have is refused before it is hashed", async () => {
        const earlier = await hashes(server);
        assert.equal((await new Visitor(server).signIn("bob", "x".repeat(1025))).status, 422);
        assert.equal((await new Visitor(server).signIn("bob", "x".repeat(1 << 20))).status, 413);
        const link = await linkOf(server.ada);
        const answer = await new Visitor(server).post(link, { name: "Eve", handle: "eve", password: "ab".repeat(513) });
        assert.equal(answer.status, 422);
        assert.match(words(answer.text), /longer than 1024 bytes/);
        assert.equal(await hashes(server), earlier);
    });

    test("A04 passwords are compared byte for byte, however long", async () => {
        const link = await linkOf(server.ada);
        const passwords = {
            long64: "harbour kettle, tin, ".repeat(4).slice(0, 64),
            long73: "kettle meadow brass, ".repeat(4).slice(0, 73),
            long1024: "brass lantern meadow and more, ".repeat(40).slice(0, 1024),
            spaces: "  two  at the  ends  ",
            emoji: "🏮🚪🪑 lamp door chair",
            accents: "mädchen über straße",
        };
        for (const [handle, password] of Object.entries(passwords)) {
            const made = await new Visitor(server).post(link, { name: "Eve", handle, password });
            assert.equal(made.status, 303, handle);
            assert.equal((await new Visitor(server).signIn(handle, password)).status, 303, handle);
            assert.equal((await new Visitor(server).signIn(handle, password.slice(0, -1))).status, 422, handle);
            assert.equal((await new Visitor(server).signIn(handle, password.normalize("NFD") + "x")).status, 422, handle);
        }
        /* The form is refused whole: no field of any form holds a NUL. */
        assert.equal((await new Visitor(server).post("/session", "handle=bob&password=tin%00kettle")).status, 400);
        assert.equal((await new Visitor(server).post(link, "name=E&handle=nul&password=tin%00kettle+harbour")).status, 400);
    });

    test("A05 what everybody tries first, the handle and the house are no passwords", async () => {
        const link = await linkOf(server.ada);
        for (const password of ["password1234", "123456789012", "Qwertyuiop12!", "iloveyou2024!", "parlor-parlor", "letmein12345"]) {
            const answer = await new Visitor(server).post(link, { name: "Eve", handle: "eve", password });
            assert.equal(answer.status, 422, password);
            assert.match(words(answer.text), /everybody tries first/, password);
        }
        const answer = await new Visitor(server).post(link, { name: "Eve", handle: "eve.moneypenny", password: "Eve.Moneypenny" });
        assert.match(words(answer.text), /The password is the handle\./);
    });

    test("A06 two hundred at once: two are hashed, some wait, the rest is asked to come again", async () => {
        const earlier = await hashes(server);
        /* The server looks only when all of them have been sent. */
        server.freeze();
        const crowd = Array.from({ length: 200 }, (_, i) => sendAsIs(server, `handle=crowd${i}&password=${encodeURIComponent(other)}`));
        await Promise.all(crowd.map(({ sent }) => sent));
        server.thaw();
        const answers = await Promise.all(crowd.map(({ answer }) => answer));
        const waited = answers.filter((head) => head.startsWith("HTTP/1.1 422 "));
        const refused = answers.filter((head) => head.startsWith("HTTP/1.1 503 "));
        assert.equal(waited.length + refused.length, 200);
        assert.ok(waited.length >= 34 && refused.length > 0, `${waited.length} ${refused.length}`);
        assert.ok(refused.every((head) => head.includes("\r\nRetry-After: 2\r\n")));
        assert.equal((await hashes(server)) - earlier, waited.length);
    });

    test("A08 fields of another shape are not guessed at", async () => {
        const visitor = new Visitor(server);
        assert.equal((await visitor.post("/session", "handle=bob&password[$ne]=x")).status, 422);
        assert.equal((await visitor.post("/session", "handle=bob&password=a&password=b")).status, 400);
        assert.equal((await visitor.post("/session", "handle[]=bob&password=a")).status, 422);
        for (const body of ['{"handle":"bob","password":{"$ne":null}}', "[]", "1", "null"]) {
            assert.equal((await visitor.post("/session", body, { "Content-Type": "application/json" })).status, 415);
        }
        assert.equal(await visitor.isIn(), false);
    });

    test("A09 what means something to a database is text", async () => {
        const link = await linkOf(server.ada);
        const people = server.sql("SELECT count(*) AS n FROM person")[0].n;
        for (const text of ["' OR 1=1--", "%", "_", "\\", '"', "*", "NEAR(", "^", "col:", "'; DROP TABLE person"]) {
            assert.equal((await new Visitor(server).signIn(text, text)).status, 422, text);
            assert.equal((await new Visitor(server).post(link, { name: text, handle: text, password: text })).status, 422, text);
            assert.equal((await server.ada.post("/account", { _method: "patch", name: text, bio: text })).status, 303, text);
            assert.equal(server.sql("SELECT name FROM person WHERE handle = 'ada'")[0].name, text);
            const status = (await server.ada.get(`/users/${encodeURIComponent(text)}`)).status;
            assert.equal(status, text === "\\" ? 400 : 404, text); /* a backslash is in no path of ours */
        }
        assert.deepEqual(server.sql("SELECT count(*) AS n FROM person"), [{ n: people }]);
        await server.ada.post("/account", { _method: "patch", name: "Ada Lovelace", bio: "" });
    });

    test("A10 signing in gives a new token, and the one from before is dead", async () => {
        const planted = new Visitor(server);
        planted.cookies.set("sid", "A".repeat(43));
        await planted.signIn("bob", good);
        assert.notEqual(planted.cookies.get("sid"), "A".repeat(43));
        assert.equal(await planted.isIn(), true);
        const old = new Visitor(server);
        old.cookies.set("sid", planted.cookies.get("sid"));
        const client = await listen(server, old);
        await planted.signIn("ada", good);
        assert.equal(await old.isIn(), false);
        await client.until(() => client.closed === 4401);
        assert.equal(await planted.isIn(), true);
    });

    test("A11 cookies are set exactly as they should be", async () => {
        const lines = async (house) => (await new Visitor(house).signIn("ada", good)).headers.getSetCookie();
        const plain = /^(sid|device)=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=(2592000|31536000)$/;
        const set = await lines(server);
        assert.equal(set.length, 2);
        for (const line of set) assert.match(line, plain);
        const secure = await serve({ PARLOR_PUBLIC_URL: "https://chat.example.org" });
        secure.addUser("ada", { password: good });
        const own = { Host: "chat.example.org", Origin: "https://chat.example.org" };
        const answer = await ask(secure, "POST", "/session", { fields: own, body: `handle=ada&password=${good}` });
        const setSecurely = answer.fields.get("set-cookie");
        assert.equal(setSecurely.length, 2);
        for (const line of setSecurely) {
            assert.match(line, /^__Host-(sid|device)=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+; Secure$/);
        }
        assert.ok(setSecurely.some((line) => line.includes("Max-Age=2592000")));
    });

    test("A12 a cookie that is none is nobody, and nothing is written", async () => {
        const bob = new Visitor(server);
        await bob.signIn("bob", good);
        const sid = bob.cookies.get("sid");
        const flipped = (sid[0] === "A" ? "B" : "A") + sid.slice(1);
        const earlier = (await server.metrics()).store_writes_total;
        for (const cookie of ["sid=", "sid", `sid=${sid.slice(0, -1)}`, `sid=${flipped}`, `sid=${"A".repeat(4096)}`,
            `sid=${sid}; sid=${sid}`, `sid="${sid}"`, `SID=${sid}`, `__Host-sid=${sid}`]) {
            const answer = await new Visitor(server).get("/rooms", { Cookie: cookie });
            assert.deepEqual([answer.status, answer.path], [303, "/session?next=%2Frooms"], cookie);
            assert.deepEqual(answer.headers.getSetCookie(), [], cookie);
        }
        assert.equal((await server.metrics()).store_writes_total, earlier);
        assert.equal(await bob.isIn(), true);
    });

    test("A13 signing out ends the token and its sockets, and no page is kept", async () => {
        const bob = new Visitor(server);
        await bob.signIn("bob", good);
        assert.equal((await bob.get(`/rooms/${server.room}`)).headers.get("Cache-Control"), "no-store");
        const again = new Visitor(server);
        again.cookies.set("sid", bob.cookies.get("sid"));
        const client = await listen(server, bob);
        const answer = await bob.post("/session", { _method: "delete" });
        assert.equal(answer.path, "/session");
        assert.equal(bob.cookies.has("sid"), false);
        await client.until(() => client.closed === 4401);
        assert.equal(await again.isIn(), false);
    });

    test("A15 a session that ends takes its sockets along", async () => {
        const days = 24 * 3600 * 1000;
        for (const [column, age] of [["created_ms", 90 * days], ["seen_ms", 30 * days]]) {
            const visitor = new Visitor(server);
            await visitor.signIn("bob", good);
            const found = server.sql("SELECT hex(token_hash) AS h FROM session ORDER BY created_ms DESC LIMIT 1")[0].h;
            await change(server, `UPDATE session SET ${column} = ${Date.now() - age + 4000} WHERE hex(token_hash) = '${found}'`);
            const client = await listen(server, visitor);
            assert.equal(client.closed, null);
            await client.until(() => client.closed === 4401, 60_000);
            assert.equal(await visitor.isIn(), false);
        }
    });

    test("A15 a session that another page renews keeps its sockets", async () => {
        const visitor = new Visitor(server);
        await visitor.signIn("bob", good);
        const found = server.sql("SELECT hex(token_hash) AS h FROM session ORDER BY created_ms DESC LIMIT 1")[0].h;
        const end = Date.now() + 4000;
        await change(server, `UPDATE session SET seen_ms = ${end} - 30 * 86400000 WHERE hex(token_hash) = '${found}'`);
        const client = await listen(server, visitor);
        assert.equal(await visitor.isIn(), true);
        const asked = (await server.metrics()).directory_misses_total;
        const isAskedAgain = async () => Date.now() > end && (await server.metrics()).directory_misses_total > asked;
        await eventually(isAskedAgain, "the socket's session is looked at again", 60_000);
        client.post(1, "renewed", "still here");
        await client.until(() => client.acks.length > 0);
        assert.equal(client.closed, null);
        client.cut();
    });

    test("A16 of fifty-one sessions the oldest ends, with its sockets", async () => {
        server.addUser("many", { password: good });
        const first = new Visitor(server);
        await first.signIn("many", good);
        const client = await listen(server, first);
        const others = [];
        for (let i = 0; i < 50; i++) {
            const visitor = new Visitor(server);
            assert.equal((await visitor.signIn("many", good)).status, 303);
            others.push(visitor);
        }
        await client.until(() => client.closed === 4401);
        assert.equal(await first.isIn(), false);
        assert.equal(await others[0].isIn(), true);
        assert.equal(await others[49].isIn(), true);
    });

    test("a session that is used stays: its use is noted once an hour and the cookie renewed", async () => {
        const visitor = new Visitor(server);
        await visitor.signIn("bob", good);
        const id = server.sql("SELECT hex(token_hash) AS h FROM session ORDER BY created_ms DESC LIMIT 1")[0].h;
        assert.deepEqual((await visitor.get("/rooms")).headers.getSetCookie(), []);
        await change(server, `UPDATE session SET seen_ms = seen_ms - 7200000 WHERE hex(token_hash) = '${id}'`);
        const lines = (await visitor.get("/rooms")).headers.getSetCookie();
        assert.equal(lines.length, 1);
        assert.match(lines[0], new RegExp(`^sid=${visitor.cookies.get("sid")}; .*Max-Age=2592000`));
        const seen = () => server.sql(`SELECT seen_ms FROM session WHERE hex(token_hash) = '${id}'`)[0].seen_ms;
        while (Date.now() - seen() > 3600000) await visitor.get("/account");
        assert.deepEqual((await visitor.get("/rooms")).headers.getSetCookie(), []);
    });
});

describe("from elsewhere", () => {
    let server;
    before(async () => {
        server = await settle();
    });

    test("A25 nobody is signed in, out, up or over by a page of somebody else's", async () => {
        const link = await linkOf(server.ada);
        const attempts = [
            ["/session", { handle: "ada", password: good }],
            ["/session", { _method: "delete" }],
            [link, { name: "Eve", handle: "eve", password: good }],
            ["/account", { _method: "patch", name: "Eve", bio: "" }],
            ["/account/password", { current: good, password: other }],
            ["/invitation", {}],
        ];
        const foreign = [
            { "Sec-Fetch-Site": "cross-site" },
            { "Sec-Fetch-Site": "same-site" },
            { "Sec-Fetch-Site": "", Origin: "https://evil.example" },
            { "Sec-Fetch-Site": "", Origin: "null" },
            { "Sec-Fetch-Site": "", Origin: server.origin.replace(/\d+$/, "1") },
        ];
        const state = "SELECT (SELECT count(*) FROM session) s, (SELECT group_concat(name || password_hash) FROM person) p, (SELECT code FROM invitation) c";
        const earlier = server.sql(state);
        for (const [path, fields] of attempts) {
            for (const headers of foreign) {
                const answer = await server.ada.post(path, fields, headers);
                assert.equal(answer.status, 403, `${path} ${JSON.stringify(headers)}`);
            }
        }
        assert.deepEqual(server.sql(state), earlier);
        assert.equal(await server.ada.isIn(), true);
    });

    test("A25 looking changes nothing: signing out and renewing are no addresses to visit", async () => {
        for (const path of ["/invitation", "/account/password"]) assert.equal((await server.ada.get(path)).status, 405);
        for (const path of ["/session?_method=delete", "/session", "/account?_method=patch&name=x"]) await server.ada.get(path);
        assert.equal(await server.ada.isIn(), true);
    });

    test("A26 A28 every answer carries the fields that protect it", async () => {
        const answers = [
            await server.ada.get("/account"), await server.ada.get("/users/1"), await server.ada.get("/session"),
            await server.ada.get("/nothing"), await server.ada.get("/setup"), await server.ada.get("/join/x"),
            await new Visitor(server).get("/account"), await new Visitor(server).signIn("ada", other),
            await server.ada.post("/account", {}, { "Sec-Fetch-Site": "cross-site" }),
            await server.ada.post("/account", "x", { "Content-Type": "text/plain" }),
            await new Visitor(server).get(await linkOf(server.ada)), await server.ada.get("/invitation"),
        ];
        assert.deepEqual([...new Set(answers.map((answer) => answer.status))].sort(), [200, 303, 403, 404, 405, 415, 422]);
        for (const { headers, status } of answers) {
            assert.match(headers.get("Content-Security-Policy"), /frame-ancestors 'none'/, String(status));
            assert.equal(headers.get("X-Frame-Options"), "DENY");
            assert.equal(headers.get("X-Content-Type-Options"), "nosniff");
            assert.equal(headers.get("Referrer-Policy"), "same-origin");
            assert.equal(headers.get("Cross-Origin-Opener-Policy"), "same-origin");
            if (status !== 303) assert.equal(headers.get("Cache-Control"), "no-store", String(status));
        }
    });
});

describe("tries", () => {
    const from = (address) => ({ "X-Forwarded-For": address });
    const proxied = () => settle({ PARLOR_TRUSTED_PROXIES: "127.0.0.1" });

    test("H33 the address that counts is the one before our own proxies", async () => {
        const server = await proxied();
        await new Visitor(server).signIn("ada", good, from("192.0.2.1, 203.0.113.9"));
        assert.deepEqual(server.sql("SELECT address FROM session ORDER BY created_ms DESC LIMIT 1"), [{ address: "203.0.113.9" }]);
        const direct = await settle();
        await new Visitor(direct).signIn("ada", good, from("203.0.113.9"));
        assert.deepEqual(direct.sql("SELECT address FROM session ORDER BY created_ms DESC LIMIT 1"), [{ address: "127.0.0.1" }]);
    });

    test("A07 one account from many addresses is throttled, its owner on a known device is not", async () => {
        const server = await proxied();
        const owner = new Visitor(server, from("198.51.100.1"));
        assert.equal((await owner.signIn("ada", good)).status, 303);
        await owner.post("/session", { _method: "delete" });
        const statuses = [];
        const begun = [];
        let last;
        for (let i = 0; i < 12; i++) {
            begun.push(performance.now());
            last = await new Visitor(server, from(`203.0.113.${i}`)).signIn("ada", other);
            statuses.push(last.status);
            /* After the fifth failure it is 15 s, not the 12 s after which one more try would be free. */
            const since = (performance.now() - begun[4]) / 1000;
            if (i === 5) assert.ok(Number(last.headers.get("Retry-After")) >= 15 - since, last.headers.get("Retry-After"));
        }
        assert.deepEqual(statuses, [...Array(5).fill(422), ...Array(7).fill(429)]);
        assert.match(words(last.text), /Too many tries\. Wait \d+ (second|minute)s?\./);
        assert.match(last.headers.get("Retry-After"), /^\d+$/);
        const stranger = new Visitor(server, from("203.0.113.99"));
        assert.equal((await stranger.signIn("ada", good)).status, 429);
        stranger.cookies.set("device", "A".repeat(43));
        assert.equal((await stranger.signIn("ada", good)).status, 429);
        assert.equal((await owner.signIn("ada", good)).status, 303);
        assert.equal(await owner.isIn(), true);
        /* What holds for one account holds for no other, and an unknown one is answered alike. */
        for (let i = 0; i < 5; i++) assert.equal((await stranger.signIn("nobody", other)).status, 422);
        const answer = await stranger.signIn("nobody", other);
        assert.equal(answer.status, 429);
    });

    test("A07 many accounts from one address are throttled, and nothing is hashed for it", async () => {
        const server = await proxied();
        const visitor = new Visitor(server, from("203.0.113.7"));
        const statuses = [];
        for (let i = 0; i < 30; i++) statuses.push((await visitor.signIn(`n${i}`, other)).status);
        assert.ok(statuses.slice(0, 20).every((status) => status === 422), String(statuses));
        assert.ok(statuses.slice(-5).every((status) => status === 429), String(statuses));
        const earlier = await hashes(server);
        assert.equal((await visitor.signIn("ada", good)).status, 429);
        assert.equal(await hashes(server), earlier);
        assert.equal((await new Visitor(server, from("203.0.113.8")).signIn("ada", good)).status, 303);
    });

    test("being right forgives what was wrong before", async () => {
        const server = await settle();
        for (let round = 0; round < 4; round++) {
            for (let i = 0; i < 3; i++) assert.equal((await new Visitor(server).signIn("ada", other)).status, 422);
            assert.equal((await new Visitor(server).signIn("ada", good)).status, 303);
        }
    });

    test("ten newcomers an hour come from one address", async () => {
        const server = await proxied();
        const link = await linkOf(server.ada);
        const join = (i, address) => new Visitor(server, from(address))
            .post(link, { name: "N", handle: `n${i}`, password: good });
        for (let i = 0; i < 10; i++) assert.equal((await join(i, "203.0.113.7")).status, 303);
        const answer = await join(10, "203.0.113.7");
        assert.equal(answer.status, 429);
        assert.match(words(answer.text), /Too many tries\. Wait 6 minutes\./);
        assert.match(answer.text, /value="n10"/);
        assert.equal((await join(11, "203.0.113.8")).status, 303);
    });
});

describe("one's account", () => {
    test("A14 a new password ends all other sessions and their sockets, and gives a new token", async () => {
        const server = await settle();
        const phone = new Visitor(server);
        await phone.signIn("ada", good);
        const here = server.ada.cookies.get("sid");
        const sockets = [await listen(server, phone), await listen(server, server.ada)];
        assert.match(words((await server.ada.get("/account")).text), /signed in on this device and on 1 more/);
        const answer = await server.ada.post("/account/password", { current: good, password: other });
        assert.deepEqual([answer.status, answer.path], [303, "/account?done=password"]);
        for (const socket of sockets) await socket.until(() => socket.closed === 4401);
        assert.equal(await phone.isIn(), false);
        assert.notEqual(server.ada.cookies.get("sid"), here);
        assert.match(words((await server.ada.get(answer.path)).text), /Your password is changed\..*signed in on this device\./);
        const old = new Visitor(server);
        old.cookies.set("sid", here);
        assert.equal(await old.isIn(), false);
        assert.equal((await new Visitor(server).signIn("ada", good)).status, 422);
        assert.equal((await new Visitor(server).signIn("ada", other)).status, 303);
    });

    test("a new password needs the current one, and is judged like the first", async () => {
        const server = await settle();
        const set = (current, password) => server.ada.post("/account/password", { current, password });
        assert.match(words((await set(other, other)).text), /This is not your password\./);
        assert.match(words((await set(good, "harbour")).text), /Too short by 5 characters/);
        assert.match(words((await set(good, "password1234")).text), /everybody tries first/);
        for (let i = 0; i < 4; i++) assert.equal((await set("wrong", other)).status, 422);
        const answer = await set("wrong", other);
        assert.equal(answer.status, 429);
        assert.match(words(answer.text), /Too many tries\./);
        assert.equal(await server.ada.isIn(), true);
        assert.equal((await new Visitor(server).signIn("ada", good)).status, 303);
    });

    test("name and words about oneself are shown to everybody in the house, and to nobody else", async () => {
        const server = await settle({ PARLOR_LOOPS: "1" }); /* so that the room's page is the remembered one */
        const bob = new Visitor(server);
        await bob.post(await linkOf(server.ada), { name: "Bob", handle: "bob", password: good });
        const posted = await server.ada.post(`/rooms/${server.room}/messages`, { nonce: "n1", body: "Here I am." });
        assert.equal(posted.status, 303);
        assert.match((await bob.get(`/rooms/${server.room}`)).text, /Ada Lovelace/);
        const answer = await server.ada.post("/account", { _method: "patch", name: "Countess", bio: "Counts.\r\nWrites & reads." });
        assert.equal(answer.path, "/account?done=profile");
        const page = words((await bob.get("/users/1")).text);
        assert.match(page, /Countess @ada .* Counts\. Writes & reads\./);
        const room = (await bob.get(`/rooms/${server.room}`)).text;
        assert.match(room, /Countess/);
        assert.doesNotMatch(room, /Ada Lovelace/);
        assert.match((await server.ada.get("/rooms")).text, /Countess/);
        assert.equal((await new Visitor(server).get("/users/1")).path, "/session?next=%2Fusers%2F1");
        for (const id of ["99", "0", "-1", "01", "1e3", "9223372036854775808"]) {
            assert.equal((await bob.get(`/users/${id}`)).status, 404, id);
        }
        assert.doesNotMatch((await bob.get("/users/1")).text, /argon2|password_hash|127\.0\.0\.1/);
    });

    test("a bio of 250 characters fits, one more does not and is kept", async () => {
        const server = await settle();
        const set = (name, bio) => server.ada.post("/account", { _method: "patch", name, bio });
        assert.equal((await set("Ada", "ä".repeat(250))).status, 303);
        const answer = await set(" ", "x".repeat(251));
        assert.equal(answer.status, 422);
        assert.match(words(answer.text), /The name is empty\./);
        assert.match(words(answer.text), /This is longer than 250 characters\./);
        assert.match(answer.text, new RegExp("x".repeat(251)));
        assert.equal((await set("Ada", "bell\u0007")).status, 422);
        assert.equal((await set("Ada", "")).status, 303);
        assert.deepEqual(server.sql("SELECT name, bio FROM person"), [{ name: "Ada", bio: "" }]);
    });
});
