/* session.test.mjs -- coming in and going out by plain HTTP, and the doors that foreign pages find shut.
 *
 * SPDX-License-Identifier: MIT */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Neighbours } from "../support/neighbours.mjs";
import { Raw, ask, submit } from "../support/raw.mjs";
import { Server, unlimited } from "../support/server.mjs";

const password = "correct horse battery";
const server = new Server({ environment: { ...unlimited, PARLOR_LOOPS: "2" } });
let room;

before(async () => {
    await server.start();
    server.addUser("ada", { password });
    room = server.addRoom("Kitchen");
});
after(() => server.remove());

const signIn = (form = {}, options) => submit(server, "/session", { handle: "ada", password, ...form }, options);
const cookieOf = (answer) => answer.fields.get("set-cookie")[0].split(";")[0];
const page = (path, cookie) => ask(server, "GET", path, { fields: cookie ? { Cookie: cookie } : {} });

describe("signing in", () => {
    it("A11 gives a cookie for us alone, and the page that was asked for", async () => {
        const asked = await page(`/rooms/${room}?x=1`);
        assert.equal(asked.status, 303);
        assert.equal(asked.field("location"), `/session?next=${encodeURIComponent(`/rooms/${room}?x=1`)}`);
        const form = await page(asked.field("location"));
        assert.match(form.body.toString(), new RegExp(`name="next" value="/rooms/${room}\\?x=1"`));
        const answer = await signIn({ next: `/rooms/${room}?x=1` });
        assert.equal(answer.status, 303);
        assert.equal(answer.field("location"), `/rooms/${room}?x=1`);
        const [session, device, ...others] = answer.fields.get("set-cookie");
        assert.match(session, /^sid=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=2592000$/);
        assert.match(device, /^device=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=31536000$/);
        assert.deepEqual(others, []);
        assert.equal((await page(`/rooms/${room}`, cookieOf(answer))).status, 200);
    });
    it("A01 says the same of a wrong name and a wrong password", async () => {
        const shown = (answer) => answer.body.toString().replace(/value="[^"]*"/g, "");
        const wrong = await signIn({ password: "something else" });
        const unknown = await signIn({ handle: "nobody" });
        const impossible = await signIn({ handle: "../" });
        for (const answer of [wrong, unknown, impossible]) {
            assert.equal(answer.status, 422);
            assert.equal(answer.field("set-cookie"), undefined);
            assert.equal(shown(answer), shown(wrong));
        }
    });
    it("A03 A08 takes no password that is too long, twice there, or not text", async () => {
        assert.equal((await signIn({ password: "x".repeat(1025) })).status, 422);
        for (const body of ["handle=ada&password=a&password=b", "handle=ada&password=a%00", "handle=ada&password=%ff"]) {
            assert.equal((await ask(server, "POST", "/session", { fields: { Origin: server.origin }, body })).status, 400);
        }
        const json = { Origin: server.origin, "Content-Type": "application/json" };
        assert.equal((await ask(server, "POST", "/session", { fields: json, body: "{}" })).status, 415);
    });
    it("A10 always gives a new token", async () => {
        const first = await signIn({}, { cookie: `sid=${"A".repeat(43)}` });
        const second = await signIn({}, { cookie: cookieOf(first) });
        assert.notEqual(cookieOf(first), `sid=${"A".repeat(43)}`);
        assert.notEqual(cookieOf(first), cookieOf(second));
        assert.equal((await page("/rooms", `sid=${"A".repeat(43)}`)).status, 303);
    });
    it("A12 knows nobody by a cookie that is not quite one", async () => {
        const good = cookieOf(await signIn());
        const flipped = good.slice(0, -2) + (good.at(-2) === "A" ? "B" : "A") + good.at(-1);
        for (const cookie of ["sid=", good.slice(0, -1), flipped, `${good}; ${good}`, `sid=${"A".repeat(4096)}`, `${good}x`, good.toUpperCase()]) {
            assert.equal((await page("/rooms", cookie)).status, 303, cookie);
        }
        const twice = await Raw.open(server);
        await twice.write(`GET /rooms HTTP/1.1\r\nHost: h\r\nCookie: ${good}\r\nCookie: ${good}\r\n\r\n`);
        assert.equal((await twice.answer()).status, 303);
        twice.cut();
        assert.equal((await page("/rooms", `theme=dark; ${good}; a=b`)).status, 200);
    });
});

describe("going out", () => {
    it("A13 ends the token and the cookie", async () => {
        const cookie = cookieOf(await signIn());
        const answer = await submit(server, "/session", { _method: "delete" }, { cookie });
        assert.equal(answer.status, 303);
        assert.equal(answer.field("location"), "/session");
        assert.equal(answer.field("set-cookie"), "sid=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
        assert.equal((await page("/rooms", cookie)).status, 303);
        assert.equal((await submit(server, "/session", { _method: "delete" }, { cookie })).field("set-cookie"), undefined);
    });
    it("A25 is no link: GET changes nothing", async () => {
        const cookie = cookieOf(await signIn());
        assert.equal((await page("/session?_method=delete", cookie)).status, 303);
        assert.equal((await page("/rooms", cookie)).status, 200);
    });
});

describe("where a redirect leads", () => {
    it("H32 H31 only to a path of ours", async () => {
        const cookie = cookieOf(await signIn());
        const foreign = ["//evil.example", "/\\evil.example", "\\\\evil.example", "https:evil.example", "https://evil.example",
            "javascript:alert(1)", "", "evil", "/a b", "/a\r\nSet-Cookie: x=y", "/\t/evil.example", "/a\u00e9", "/a\u007f"];
        for (const next of foreign) {
            const query = new URLSearchParams({ next }).toString();
            const answer = await page(`/session?${query}`, cookie);
            assert.equal(answer.field("location"), "/rooms", next);
            assert.equal(answer.field("set-cookie"), undefined);
            assert.equal((await signIn({ next })).field("location"), "/rooms", next);
        }
        for (const next of ["/", "/rooms/1?x=%20#", "/%09/evil.example"]) {
            const query = new URLSearchParams({ next }).toString();
            assert.equal((await page(`/session?${query}`, cookie)).field("location"), next);
        }
    });
});

describe("foreign pages", () => {
    const own = () => ({ Origin: server.origin });
    const forgeries = () => [
        { Origin: "null" }, { Origin: "https://evil.example" }, { Origin: server.origin.replace("http:", "https:") + "0" },
        { Origin: `${server.origin}.evil.example` }, { Origin: `${server.origin}/` }, { Origin: server.origin.toUpperCase() },
        { Origin: "" }, {}, { ...own(), "Sec-Fetch-Site": "cross-site" }, { ...own(), "Sec-Fetch-Site": "same-site" },
        { "Sec-Fetch-Site": "" },
    ];
    it("A21 A22 P10 cannot post, nor sign anybody out", async () => {
        const cookie = cookieOf(await signIn());
        const tries = [[`/rooms/${room}/messages`, "nonce=forged&body=forged"], ["/session", "_method=delete"]];
        for (const [path, body] of tries) {
            for (const origin of forgeries()) {
                const answer = await ask(server, "POST", path, { fields: { Cookie: cookie, ...origin }, body });
                assert.equal(answer.status, 403, `${path} ${JSON.stringify(origin)}`);
            }
        }
        const plain = { Cookie: cookie, ...own(), "Content-Type": "text/plain" };
        assert.equal((await ask(server, "POST", `/rooms/${room}/messages`, { fields: plain, body: "nonce=a&body=b" })).status, 415);
        assert.deepEqual(server.sql("SELECT count(*) AS n FROM message"), [{ n: 0 }]);
        assert.equal((await page("/rooms", cookie)).status, 200, "still signed in");
    });
    it("A25 cannot sign anybody in", async () => {
        for (const origin of forgeries().filter((fields) => Object.keys(fields).length > 0)) {
            const answer = await ask(server, "POST", "/session", { fields: origin, body: `handle=ada&password=${password}` });
            assert.equal(answer.status, 403, JSON.stringify(origin));
            assert.equal(answer.field("set-cookie"), undefined);
        }
    });
    it("A24 are told nothing by a preflight", async () => {
        const asking = { Origin: "https://evil.example", "Access-Control-Request-Method": "POST" };
        const answer = await ask(server, "OPTIONS", `/rooms/${room}/messages`, { fields: asking });
        assert.equal(answer.status, 405);
        assert.doesNotMatch(answer.head, /access-control/i);
    });
    it("own pages can, also where the browser alone says so", async () => {
        for (const fields of [{}, { Origin: null, "Sec-Fetch-Site": "same-origin" }, { Origin: null, "Sec-Fetch-Site": "none" }]) {
            assert.equal((await signIn({}, { fields })).status, 303);
        }
    });
});

describe("posting by a form", () => {
    const post = (form, options) => submit(server, `/rooms/${room}/messages`, form, options);
    const stored = () => server.sql("SELECT nonce, body FROM message ORDER BY seq");

    it("D01 a repeated nonce is stored once", async () => {
        const cookie = cookieOf(await signIn());
        for (let i = 0; i < 2; i++) {
            const answer = await post({ nonce: "once", body: "Hello\r\nworld " }, { cookie });
            assert.equal(answer.status, 303);
            assert.equal(answer.field("location"), `/rooms/${room}`);
        }
        assert.equal((await post({ nonce: "once", body: "Hello\nworld" }, { cookie, fields: { "HX-Request": "true" } })).status, 204);
        assert.deepEqual(stored(), [{ nonce: "once", body: "Hello\nworld" }]);
        assert.match((await page(`/rooms/${room}`, cookie)).body.toString(), /data-nonce="once"/);
    });
    it("what does not fit is refused, and nothing is stored", async () => {
        const cookie = cookieOf(await signIn());
        const before = stored();
        for (const form of [{ body: "x" }, { nonce: "a b", body: "x" }, { nonce: "n", body: " " }, { nonce: "n" }, { nonce: "n", body: "x".repeat(16385) }]) {
            assert.equal((await post(form, { cookie })).status, 422, JSON.stringify(form).slice(0, 60));
        }
        assert.equal((await submit(server, "/rooms/999/messages", { nonce: "n", body: "x" }, { cookie })).status, 404);
        assert.equal((await post({ nonce: "n", body: "x" })).field("location"), "/session");
        assert.deepEqual(stored(), before);
    });
});

describe("behind https", () => {
    const secure = new Server({ environment: { ...unlimited, PARLOR_PUBLIC_URL: "https://chat.example.org" } });
    before(() => secure.start());
    after(() => secure.remove());

    const look = (path, fields) => ask(secure, "GET", path, { fields: { Host: "chat.example.org", ...fields } });

    it("A11 A22 the cookie is bound to the host, and the origin is the public one", async () => {
        secure.addUser("ada", { password });
        const post = (origin, Host = "chat.example.org") =>
            ask(secure, "POST", "/session", { fields: { Origin: origin, Host }, body: `handle=ada&password=${password}` });
        for (const origin of ["http://chat.example.org", "https://chat.example.org.", "https://chat.example.org:443", secure.origin]) {
            assert.equal((await post(origin)).status, 403, origin);
        }
        assert.equal((await post("https://evil.example")).status, 403);
        const answer = await post("https://chat.example.org");
        const [session, device] = answer.fields.get("set-cookie");
        assert.match(session, /^__Host-sid=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=2592000; Secure$/);
        assert.match(device, /^__Host-device=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=31536000; Secure$/);
        const [name, value] = cookieOf(answer).split("=");
        assert.equal((await look("/rooms", { Cookie: `${name}=${value}` })).status, 200);
        assert.equal((await look("/rooms", { Cookie: `sid=${value}` })).status, 303);
    });
    it("A26 whatever is answered, plain http is given up", async () => {
        const answers = [await look("/session"), await look("/healthz"), await look("/a//b"), await look("/x", { Host: "evil.example" })];
        for (const answer of answers) assert.equal(answer.field("strict-transport-security"), "max-age=63072000");
        assert.equal((await page("/session")).field("strict-transport-security"), undefined, "not without https");
    });
    it("H17 under another name there is nothing, for pages, forms, assets and sockets alike", async () => {
        for (const Host of ["evil.example", "inner:3000", `127.0.0.1:${secure.port}`, "chat.example.org:80"]) {
            for (const path of ["/session", "/rooms", "/nothing", "/live?room=1", "/assets/x/css/base.css"]) {
                const answer = await look(path, { Host });
                assert.equal(answer.status, 421, `${Host} ${path}`);
                assert.ok(!answer.body.includes(Host), "no link, no echo of the name");
                assert.equal(answer.field("location"), undefined);
            }
            const form = { fields: { Host, Origin: "https://chat.example.org" }, body: "handle=ada" };
            assert.equal((await ask(secure, "POST", "/session", form)).status, 421);
            assert.equal((await look("/healthz", { Host })).status, 200, "a balancer may ask");
        }
        for (const Host of ["chat.example.org", "Chat.Example.org:443"]) assert.equal((await look("/session", { Host })).status, 200);
    });
});

describe("for those who watch", () => {
    it("is healthy, ready, and counts", async () => {
        assert.equal((await page("/healthz")).body.toString(), "ok\n");
        assert.equal((await page("/readyz")).body.toString(), "ready\n");
        const metrics = await page("/metrics");
        assert.equal(metrics.status, 200);
        assert.match(metrics.field("content-type"), /^text\/plain/);
        assert.match(metrics.body.toString(), /^parlor_http_requests_total [1-9]\d*$/m);
    });
    it("counters are for this machine and for admins, not for whom a proxy forwards", async () => {
        const status = async (fields) => (await ask(server, "GET", "/metrics", { fields })).status;
        for (const Host of [`127.0.0.1:${server.port}`, `localhost:${server.port}`, "[::1]"]) assert.equal(await status({ Host }), 200, Host);
        for (const Host of ["evil.example", "chat.example.org", "127.0.0.1.evil.example", "localhost.evil.example"]) {
            assert.equal(await status({ Host }), 404, Host);
        }
        const told = { "X-Forwarded-For": "127.0.0.1", Forwarded: "for=127.0.0.1", "X-Real-IP": "127.0.0.1", Via: "1.1 x" };
        for (const [name, value] of Object.entries(told)) assert.equal(await status({ [name]: value }), 404, name);
        server.addUser("root", { password, admin: true });
        assert.equal(await status({ "X-Forwarded-For": "203.0.113.7", Cookie: server.addSession("root") }), 200);
        assert.equal(await status({ "X-Forwarded-For": "203.0.113.7", Cookie: server.addSession("ada") }), 404);
    });
    it("counters are for admins alone where the setting names nobody", async () => {
        const strict = new Server({ environment: { PARLOR_METRICS_FROM: "" } });
        try {
            strict.addUser("root", { password, admin: true });
            await strict.start();
            assert.equal((await ask(strict, "GET", "/metrics")).status, 404);
            assert.equal((await ask(strict, "GET", "/metrics", { fields: { Cookie: strict.addSession("root") } })).status, 200);
        } finally {
            await strict.remove();
        }
    });
    it("R15 refusals are counted each, logged once a second and kind, and without what was sent", async () => {
        const secret = "s3cret-that-nobody-may-read";
        const fields = { Cookie: `sid=${secret}`, Authorization: secret, Origin: "https://evil.example" };
        const kinds = [
            [400, () => ask(server, "GET", `/${secret}//x`, { fields })],
            [403, () => ask(server, "POST", `/session?${secret}`, { fields, body: `password=${secret}` })],
            [403, () => ask(server, "GET", "/live?room=1", { fields: { ...fields, Upgrade: "websocket", Connection: "upgrade",
                "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==" } })],
            [405, () => ask(server, "PUT", "/healthz", { fields: { Origin: server.origin, Cookie: `sid=${secret}` } })],
            [413, () => ask(server, "POST", "/session", { fields: { ...fields, "Content-Length": "70000" }, body: secret })],
            [415, () => ask(server, "POST", "/session", { fields: { Origin: server.origin, "Content-Type": secret }, body: secret })],
            [501, () => ask(server, "BREW", `/?${secret}`, { fields })],
        ];
        for (const [status, refused] of kinds) {
            const [before, from, start] = [(await server.metrics()).http_refusals_total, server.stderr.length, Date.now()];
            for (let i = 0; i < 30; i++) assert.equal((await refused()).status, status);
            assert.equal((await server.metrics()).http_refusals_total, before + 30);
            const lines = server.stderr.slice(from).split("\n").filter((line) => line.includes(` status=${status} `));
            const most = (2 + Math.floor((Date.now() - start) / 1000)) * Number(server.environment.PARLOR_LOOPS);
            assert.ok(lines.length <= most, `${lines.length} lines for ${status}, at most ${most}`);
        }
        for (const status of [400, 403, 405, 413, 415, 501]) assert.match(server.stderr, new RegExp(` status=${status} `));
        assert.ok(!server.stderr.includes(secret), "no word of it in the log");
    });
    it("H33 nobody is believed who says for whom they ask", async () => {
        const claims = { "X-Forwarded-For": "203.0.113.7", Forwarded: "for=203.0.113.7", "X-Real-IP": "203.0.113.7" };
        const neighbours = await Neighbours.enter(server, room);
        await signIn({}, { fields: claims });
        assert.deepEqual(server.sql("SELECT DISTINCT address FROM session WHERE address <> ''"), [{ address: "127.0.0.1" }]);
        const raw = await Raw.open(server);
        await raw.write("PROXY TCP4 203.0.113.7 127.0.0.1 1 2\r\nGET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
        assert.match(String((await raw.answer()).status), /^(400|501)$/);
        assert.ok(await raw.close());
        await neighbours.noticeNothing();
        neighbours.leave();
    });
});
