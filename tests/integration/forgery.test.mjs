/* forgery.test.mjs -- every address that changes something, and the socket, when a page of somebody else's asks
 * for it. The addresses come from the program's own table, so that a new one is tried without a word here.
 *
 * SPDX-License-Identifier: MIT */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { ask } from "../support/raw.mjs";
import { eventually } from "../support/load.mjs";
import { Server, unlimited } from "../support/server.mjs";

const password = "tin kettle harbour";
const isUnsafe = ({ method }) => !["GET", "HEAD"].includes(method);
const form = (fields) => new URLSearchParams(fields).toString();

/* What makes a request good where the path alone does not. */
const fields = {
    "POST /session": { handle: "ada", password },
    "POST /join/:code": { name: "Bob", handle: "bob", password },
    "PATCH /account": { name: "Countess", bio: "Counts." },
    "POST /account/password": { current: password, password: "brass lantern meadow" },
    "POST /rooms": { name: "Workshop" },
    "PATCH /rooms/:room": { name: "Kitchen", topic: "Tea" },
    "POST /rooms/:room/messages": { nonce: "n2", body: "forged" },
    "PATCH /rooms/:room/messages/:seq": { body: "changed" },
};

/* By the name under which people come. */
const tryAt = (server, method, path, { fields, body }) => ask(server, method, path, { fields: { Host: server.host, ...fields }, body });

/* A house with one admin, ada, one room and one message of hers. */
const settle = async (publicUrl) => {
    const server = new Server({ environment: { ...unlimited, ...(publicUrl && { PARLOR_PUBLIC_URL: publicUrl }) } });
    server.addUser("ada", { password, admin: true });
    server.room = server.addRoom("Front room");
    server.expired = server.addSession("ada");
    server.change(`UPDATE session SET created_ms = 1, seen_ms = 1`);
    server.cookie = server.addSession("ada");
    await server.start();
    server.host = publicUrl ? new URL(publicUrl).host : `127.0.0.1:${server.port}`;
    const headers = { Cookie: server.cookie, Origin: publicUrl ?? server.origin };
    const send = (path, fields) => tryAt(server, "POST", path, { fields: headers, body: form(fields) });
    assert.equal((await send(`/rooms/${server.room}/messages`, { nonce: "n1", body: "as it was" })).status, 303);
    assert.equal((await send("/invitation", {})).status, 303);
    server.code = server.sql("SELECT code FROM invitation")[0].code;
    server.routes = JSON.parse(server.command(["routes", "--json"]));
    return server;
};
const pathOf = (server, { path }) =>
    path.replace(":room", server.room).replace(":seq", 1).replace(":code", server.code).replace(":user", 1);
/* All that is stored. */
const stateOf = (server) =>
    execFileSync("sqlite3", ["-readonly", join(server.data, "parlor.db"), ".dump"], { encoding: "utf8" });

/* One route as scripts send it and, where forms cannot, as our forms do. */
const requestsTo = (server, route) => {
    const body = fields[`${route.method} ${route.path}`] ?? {};
    const requests = [{ method: route.method, path: pathOf(server, route), body: form(body) }];
    if (route.method !== "POST") {
        requests.push({ ...requests[0], method: "POST", body: form({ _method: route.method.toLowerCase(), ...body }) });
    }
    return requests;
};
const send = (server, { method, path, body }, headers) => tryAt(server, method, path, { fields: headers, body });

const houses = {
    "without public_url": { url: null, own: (server) => server.origin },
    "with public_url": { url: "https://chat.org", own: () => "https://chat.org" },
};

for (const [how, { url, own }] of Object.entries(houses)) {
    describe(`pages of somebody else's, ${how}`, () => {
        let server, foreign;
        before(async () => {
            server = await settle(url);
            const at = own(server);
            const { protocol, hostname, port, host } = new URL(at);
            foreign = [
                "null", "", `${protocol}//${hostname}:${port === "1" ? 2 : 1}`, `${at}.evil`,
                `${protocol}//evil${host}`, `${protocol}//${hostname}.${port && ":" + port}`, at.toUpperCase(), `${at}/`,
                `${at}\``, `${at}$`, `${protocol}//\`${host}`, `${protocol}//$${host}`, `${at}, ${at}`, ` ${at} x`,
                `${protocol}//ada@${host}`, "https://evil.example", host, "file://",
            ];
            /* Only with public_url is it known by which scheme people come, and by no other address than that. */
            if (url) foreign.push(`http://${host}`, server.origin);
        });
        after(() => server?.remove());

        it("A21 every address that changes something is one of the table's, and there are enough", () => {
            assert.ok(server.routes.filter(isUnsafe).length >= 14);
            for (const name of Object.keys(fields)) {
                assert.ok(server.routes.some(({ method, path }) => `${method} ${path}` === name), name);
            }
        });

        it("A21 A22 P10 no foreign, null or missing origin changes anything, whatever the address", async () => {
            const earlier = stateOf(server);
            const forgeries = [
                {}, ...foreign.map((Origin) => ({ Origin })),
                ...["cross-site", "same-site", "", "Same-Origin", "same-origin, none"].map((site) =>
                    ({ "Sec-Fetch-Site": site, Origin: own(server) })),
            ];
            for (const route of server.routes.filter(isUnsafe)) {
                for (const request of requestsTo(server, route)) {
                    for (const forgery of forgeries) {
                        const answer = await send(server, request, { Cookie: server.cookie, ...forgery });
                        const what = `${request.method} ${request.path} ${JSON.stringify(forgery)}`;
                        assert.equal(answer.status, 403, what);
                        assert.equal(answer.field("set-cookie"), undefined, what);
                        assert.equal(answer.field("location"), undefined, what);
                    }
                }
            }
            assert.equal(stateOf(server), earlier);
        });

        it("A21 nothing is changed by looking: each address as GET, its form in the query", async () => {
            const earlier = stateOf(server);
            for (const route of server.routes.filter(isUnsafe)) {
                const query = form({ _method: route.method.toLowerCase(), ...fields[`${route.method} ${route.path}`] });
                for (const method of ["GET", "HEAD"]) {
                    await tryAt(server, method, `${pathOf(server, route)}?${query}`, { fields: { Cookie: server.cookie } });
                }
            }
            assert.equal(stateOf(server), earlier);
        });

        it("A21 A08 nothing is changed by what is no form, from our own pages either", async () => {
            const earlier = stateOf(server);
            for (const route of server.routes.filter(isUnsafe)) {
                const json = JSON.stringify(fields[`${route.method} ${route.path}`] ?? { handle: { $ne: null } });
                for (const type of ["text/plain", "application/json", "multipart/form-data; boundary=x", ""]) {
                    const headers = { Cookie: server.cookie, Origin: own(server), "Content-Type": type };
                    const answer = await send(server, { method: route.method, path: pathOf(server, route), body: json }, headers);
                    assert.equal(answer.status, 415, `${route.method} ${route.path} ${type}`);
                }
            }
            assert.equal(stateOf(server), earlier);
        });

        it("A21 nothing is changed for a session that has ended, nor for none", async () => {
            const routes = server.routes.filter((route) => isUnsafe(route) && route.who === "signed in");
            await send(server, requestsTo(server, routes[0])[0], { Cookie: server.expired, Origin: own(server) }); // its end
            await eventually(() => server.sql("SELECT count(*) AS n FROM session WHERE seen_ms = 1")[0].n === 0, "it is removed");
            const earlier = stateOf(server);
            assert.ok(routes.length >= 10);
            for (const route of routes) {
                for (const request of requestsTo(server, route)) {
                    for (const Cookie of [server.expired, `${server.cookie.slice(0, -1)}!`, null]) {
                        const answer = await send(server, request, { Cookie, Origin: own(server) });
                        const what = `${request.method} ${request.path} ${Cookie}`;
                        assert.deepEqual([answer.status, answer.field("location")], [303, "/session"], what);
                    }
                }
            }
            assert.equal(stateOf(server), earlier);
        });

        it("A24 no preflight from elsewhere is told anything, whatever the address", async () => {
            for (const { method, path } of server.routes) {
                const fields = { Cookie: server.cookie, Origin: "https://evil.example", "Access-Control-Request-Method": method,
                    "Access-Control-Request-Headers": "hx-request" };
                const answer = await tryAt(server, "OPTIONS", pathOf(server, { path }), { fields });
                assert.equal(answer.status, 405, path);
                assert.doesNotMatch(answer.head, /access-control/i, path);
            }
        });

        it("A23 P10 no socket is opened for a foreign, null or missing origin", async () => {
            const upgrade = {
                Upgrade: "websocket", Connection: "Upgrade", "Sec-WebSocket-Version": "13",
                "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", Cookie: server.cookie,
            };
            const open = (more) => tryAt(server, "GET", `/live?room=${server.room}`, { fields: { ...upgrade, ...more } });
            for (const Origin of [null, ...foreign]) {
                const answer = await open({ Origin });
                assert.equal(answer.status, 403, Origin);
                assert.equal(answer.field("sec-websocket-accept"), undefined);
            }
            /* What a browser says of where it comes from opens no socket: only the exact origin does. */
            assert.equal((await open({ Origin: null, "Sec-Fetch-Site": "same-origin" })).status, 403);
            assert.equal((await open({ Origin: own(server) })).status, 101);
        });

        /* Last, because it uses everything up: the same requests from our own pages are taken. */
        it("A21 from our own pages each of them is taken", async () => {
            const isLast = ({ method }) => method === "DELETE";
            const routes = server.routes.filter(isUnsafe);
            for (const route of [...routes.filter((one) => !isLast(one)), ...routes.filter(isLast)]) {
                const [request] = requestsTo(server, route);
                const cookie = server.addSession("ada");
                const earlier = stateOf(server);
                const answer = await send(server, request, { Cookie: cookie, Origin: own(server) });
                const name = `${route.method} ${route.path}`;
                assert.notEqual(answer.status, 403, name);
                if (fields[name]) assert.ok(answer.status === 303 && stateOf(server) !== earlier, `${name}: ${answer.status}`);
            }
        });
    });
}
