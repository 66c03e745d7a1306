/* proxies.test.mjs -- Parlor behind the proxies that its configurations in packaging/ are for.
 *
 * H34: what is doubtful is sent to the proxy, with a further request behind it. Each request that the proxy says it
 * passed on is one that the server counted, and there is no other: nothing was smuggled from one into the next.
 * SPDX-License-Identifier: MIT */
import assert from "node:assert/strict";
import http2 from "node:http2";
import { after, before, describe, it } from "node:test";
import { rows } from "../support/bad_requests.mjs";
import { eventually } from "../support/load.mjs";
import { Proxy } from "../support/proxy.mjs";
import { Raw, ask } from "../support/raw.mjs";
import { Server, unlimited } from "../support/server.mjs";
import { Client } from "../support/ws.mjs";

const password = "correct horse battery";
const own = { Host: "h", Origin: "https://h" };
const doubtful = rows.filter(([id, , , statuses]) => id <= "H16" && !statuses.includes(413));
/* What one reader might take for a body and another for a request. */
const hidden = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";
const smuggling = ["H08", "a request hides in what may be a body", [
    `Content-Length: ${hidden.length}\r\nTransfer-Encoding: chunked`, "Transfer-Encoding: chunked\r\nContent-Length: 4",
    "Content-Length: 0\r\nContent-Length: 4", "Transfer-Encoding: xchunked", "Transfer-Encoding : chunked",
    "Transfer-Encoding:\tchunked", "Transfer-Encoding: chunked\r\nTransfer-Encoding: x",
    "X: y\r\n Transfer-Encoding: chunked", "Content-Length: +0", "Content-Length: 00", "Content-Length: 0\nX: y",
    "Content-Length : 0", "Transfer-Encoding: \x0bchunked", "transfer_encoding: chunked", "Content_Length: 4",
    "Expect: 100-continue\r\nContent-Length: 0", "Connection: Content-Length\r\nContent-Length: 4",
    "Upgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 0",
    "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQ",
].map((fields) => `POST /session HTTP/1.1\r\nHost: h\r\n${fields}\r\n\r\n0\r\n\r\n${hidden}`)];

for (const kind of ["nginx", "haproxy"]) {
    describe(`behind ${kind}`, () => {
        const settings = { PARLOR_PUBLIC_URL: "https://h", PARLOR_TRUSTED_PROXIES: "127.0.0.1", PARLOR_LOG_LEVEL: "debug" };
        const server = new Server({ environment: { ...unlimited, ...settings } });
        let proxy;
        let room;
        let cookie;
        before(async () => {
            room = server.addRoom("Kitchen");
            server.addUser("ada", { password });
            await server.start();
            cookie = server.addSession("ada");
            proxy = await new Proxy(kind, server).start();
        });
        after(async () => {
            await proxy?.stop();
            await server.remove();
        });
        const look = (path, fields) => ask(proxy, "GET", path, { fields: { ...own, ...fields } });

        it("H33 people come in by their own address, whatever they claim, and are let in by https alone", async () => {
            const claims = { "X-Forwarded-For": "203.0.113.7", Forwarded: "for=203.0.113.7", "X-Real-IP": "203.0.113.7" };
            const answer = await ask(proxy, "POST", "/session", { fields: { ...own, ...claims }, body: `handle=ada&password=${password}` });
            assert.equal(answer.status, 303);
            assert.match(answer.fields.get("set-cookie")[0], /^__Host-sid=.*; Secure$/);
            assert.equal(answer.field("strict-transport-security"), "max-age=63072000");
            assert.deepEqual(server.sql("SELECT DISTINCT address FROM session WHERE address <> ''"), [{ address: "127.0.0.2" }]);
            assert.equal((await look(`/rooms/${room}`, { Cookie: cookie })).status, 200);
            assert.equal((await look("/session", { Host: "evil.example" })).status, 421);
        });
        it("counters are not shown to the world, nor to an admin from there", async () => {
            server.addUser("root", { admin: true });
            assert.equal((await look("/metrics", { Cookie: server.addSession("root") })).status, 404);
            assert.ok((await server.metrics()).http_requests_total > 0);
        });
        it("a live socket works: posts, pushes, a long message, and the end", async () => {
            const enter = () => Client.open(proxy, { cookie, room, origin: own.Origin, headers: { Host: own.Host } });
            const [one, two] = [await enter(), await enter()];
            assert.deepEqual([one.status, two.status], [101, 101]);
            for (const client of [one, two]) await client.until(() => client.texts.length > 0);
            one.post(room, "short", "hello");
            two.post(room, "long", "word ".repeat(3000));
            for (const client of [one, two]) await client.until(() => client.articles.length === 2 && client.acks.length === 1);
            two.answersClose = true;
            one.cut();
            await eventually(async () => (await server.metrics()).sockets === 1, "the server hears of the cut");
            two.send("no JSON");
            await two.until(() => two.ended);
            assert.equal(two.closed, 1008);
            const foreign = await Client.open(proxy, { cookie, room, origin: "https://evil.example", headers: { Host: own.Host } });
            assert.equal(foreign.status, 403);
            foreign.cut();
        });
        it("pages come by HTTP/2 too", async () => {
            const session = http2.connect(proxy.origin, { rejectUnauthorized: false, servername: "h" });
            const stream = session.request({ ":path": `/rooms/${room}`, ":authority": "h", cookie });
            const status = await new Promise((done) => stream.on("response", (fields) => done(fields[":status"])));
            assert.equal(status, 200);
            session.destroy();
        });

        /* Sends the requests, each on a connection of its own and with two behind it, of which the last ends it. */
        const sendAll = async (requests) => {
            const behind = "GET /behind HTTP/1.1\r\nHost: h\r\n\r\nGET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
            const send = async (request) => {
                const raw = await Raw.open(proxy, request.startsWith("POST") ? ["POST"] : []);
                raw.socket.on("error", () => {});
                await raw.write(Buffer.from(request + behind, "latin1"));
                await raw.until(() => raw.isOver || raw.responses.at(-1)?.field("connection") === "close").catch(() => {});
                raw.cut();
                return raw.responses;
            };
            const answers = [];
            for (let i = 0; i < requests.length; i += 16) answers.push(...(await Promise.all(requests.slice(i, i + 16).map(send))).flat());
            return answers;
        };
        for (const [id, what, requests] of [...doubtful, smuggling]) {
            it(`H34 ${id} ${what}: what the proxy passes on is what the server gets`, async () => {
                const [earlier, linesBefore] = [(await server.metrics()).http_requests_total, proxy.lines().length];
                const from = server.stderr.length;
                const answers = await sendAll(requests);
                await look("/barrier");
                const fresh = () => proxy.lines().slice(linesBefore);
                await eventually(() => fresh().some((line) => line.request === "GET /barrier HTTP/1.1"), "the proxy has logged all");
                const some = (kind) => fresh().filter((line) => line[kind]);
                const least = some("isPassed").length;
                let looks = 0; // each is a request too
                const counted = async () => (await server.metrics()).http_requests_total - earlier - ++looks;
                let there;
                await eventually(async () => (there = await counted()) >= least, "what has been passed on has come");
                /* A line may come behind the barrier's: the proxy logs a request when it has done with it. */
                const most = () => some("isBegun").length;
                await eventually(() => there <= most(), () => `${there} requests there, where the proxy knows of ${most()}`);
                for (const path of ["/behind", "/smuggled"]) {
                    const arrived = () => server.stderr.slice(from).split(` method=GET path=${path} `).length - 1;
                    const passed = some("isPassed").filter((line) => line.request === `GET ${path} HTTP/1.1`).length;
                    await eventually(() => arrived() >= passed, `${path} there as often as here: ${passed}`);
                    assert.equal(arrived(), passed, path);
                }
                const got = answers.filter((answer) => answer.status >= 200).length + 1;
                assert.ok(got <= fresh().length, `${got} answers for the ${fresh().length} requests that the proxy saw`);
            });
        }
    });
}
