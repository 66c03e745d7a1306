/* protection.test.mjs -- what every cookie and every answer carries, whoever asked for what.
 *
 * SPDX-License-Identifier: MIT */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { Member } from "../support/member.mjs";
import { ask, Raw, submit } from "../support/raw.mjs";
import { Server, unlimited } from "../support/server.mjs";

const password = "tin kettle harbour";
const servers = [];
const serve = async (environment = {}) => {
    const server = new Server({ environment: { PARLOR_REGISTRATION: "open", ...environment } });
    servers.push(server);
    return server.start();
};
after(() => Promise.all(servers.map((server) => server.remove())));

for (const [how, url] of [["where people come by http", null], ["where people come by https", "https://chat.example.org"]]) {
    test(`A11 every cookie that is ever set is set as it should be, ${how}`, async () => {
        const server = await serve({ ...unlimited, ...(url && { PARLOR_PUBLIC_URL: url }) });
        const fields = url ? { Origin: url, Host: new URL(url).host } : {};
        const prefix = url ? "__Host-" : "";
        let cookie = "";
        const seen = { sid: 0, device: 0, ended: 0 };
        const post = async (path, form) => {
            const answer = await submit(server, path, form, { cookie, fields });
            for (const line of answer.fields.get("set-cookie") ?? []) {
                const [, name, value, age] = /^(?:__Host-)?(sid|device)=([^;]*); Path=\/; HttpOnly; SameSite=Lax; Max-Age=(\d+)(?:; Secure)?$/.exec(line) ?? assert.fail(line);
                assert.ok(line.startsWith(`${prefix}${name}=`), line);
                assert.equal(line.endsWith("; Secure"), url !== null, line);
                if (value === "") {
                    assert.deepEqual([name, age], ["sid", "0"]);
                    seen.ended++;
                    continue;
                }
                assert.match(value, /^[A-Za-z0-9_-]{43}$/);
                assert.equal(age, name === "sid" ? "2592000" : "31536000");
                seen[name]++;
                if (name === "sid") cookie = `${prefix}sid=${value}`;
            }
            return answer.status;
        };
        assert.equal(await post("/setup", { room: "R", name: "Ada", handle: "ada", password }), 303);
        assert.equal(await post("/account/password", { current: password, password: "brass lantern meadow" }), 303);
        assert.equal(await post("/session", { _method: "delete" }), 303);
        assert.equal(await post("/session", { handle: "ada", password: "brass lantern meadow" }), 303);
        assert.equal(await post("/session", { handle: "ada", password: "wrong" }), 422);
        cookie = "";
        assert.equal(await post("/join", { name: "Bob", handle: "bob", password }), 303);
        assert.deepEqual(seen, { sid: 4, device: 4, ended: 1 });
    });
}

describe("every answer", () => {
    /* What must be there whatever the answer is, also where the request was never understood. */
    const assertProtected = (answer, what) => {
        assert.match(answer.field("content-security-policy"), /default-src 'none'; script-src 'self'.*frame-ancestors 'none'/, what);
        assert.doesNotMatch(answer.field("content-security-policy"), /unsafe|nonce|\*/, what);
        for (const [name, value] of [["x-frame-options", "DENY"], ["x-content-type-options", "nosniff"], ["referrer-policy", "same-origin"],
            ["cross-origin-opener-policy", "same-origin"], ["cross-origin-resource-policy", "same-origin"]]) {
            assert.equal(answer.field(name), value, `${what}: ${name}`);
        }
        for (const feature of ["camera", "microphone", "geolocation", "payment", "usb"]) {
            assert.match(answer.field("permissions-policy"), new RegExp(`${feature}=\\(\\)`), what);
        }
        assert.equal(answer.field("access-control-allow-origin"), undefined, what);
    };

    test("A26 A28 on what every address of the table answers, to members and to strangers", async () => {
        const server = await serve(unlimited);
        server.addUser("ada", { password, admin: true });
        server.addRoom("Kitchen");
        const { cookie } = new Member(server, "ada");
        const statuses = new Set();
        for (const { method, path } of JSON.parse(server.command(["routes", "--json"]))) {
            const at = path.replace(/:(room|seq|user)/g, "1").replace(":code", "x");
            for (const Cookie of [cookie, null]) {
                if (method === "DELETE" && path === "/session") continue; // she stays
                const fields = { Cookie, Origin: server.origin };
                const answer = await ask(server, method, at, { fields, body: method === "GET" ? undefined : "x=1" });
                assertProtected(answer, `${method} ${at}`);
                statuses.add(answer.status);
            }
        }
        for (const status of [200, 303, 404, 422, 426]) assert.ok(statuses.has(status), String(status));
    });

    test("A26 A28 on 4xx and 5xx that come before the request is understood", async () => {
        const server = await serve(unlimited);
        server.addUser("ada");
        const heads = {
            400: "GET / HTTP/1.1\nHost: h\n\n",
            413: "POST /session HTTP/1.1\r\nHost: h\r\nContent-Length: 70000\r\n\r\n",
            414: `GET /${"x".repeat(9000)} HTTP/1.1\r\nHost: h\r\n\r\n`,
            415: "POST /session HTTP/1.1\r\nHost: h\r\nOrigin: http://h\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx",
            417: "POST /session HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nExpect: tea\r\n\r\n",
            431: `GET / HTTP/1.1\r\nHost: h\r\n${"A: b\r\n".repeat(70)}\r\n`,
            501: "POST /session HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            505: "GET / HTTP/2.0\r\nHost: h\r\n\r\n",
        };
        for (const [status, head] of Object.entries(heads)) {
            const raw = await Raw.open(server);
            await raw.write(head);
            const answer = await raw.answer();
            assert.equal(answer.status, Number(status));
            assertProtected(answer, status);
            raw.cut();
        }
    });

    test("A26 A28 on 429 and 503, which ask for patience", async () => {
        const server = await serve({ PARLOR_POSTS_PER_SECOND: "1" });
        server.addUser("ada", { password });
        server.addRoom("Kitchen");
        const { cookie } = new Member(server, "ada");
        const seen = new Map();
        for (let i = 0; i < 30; i++) {
            const posted = await submit(server, "/rooms/1/messages", { nonce: `n${i}`, body: "x" }, { cookie });
            seen.set(posted.status, posted);
        }
        const tries = await Promise.all(Array.from({ length: 80 }, () => Raw.open(server)));
        server.freeze(); // it looks when all have asked: more than can wait for their turn
        for (const [i, raw] of tries.entries()) {
            const form = `handle=nobody${i}&password=wrong`;
            await raw.write(`POST /session HTTP/1.1\r\nHost: h\r\nOrigin: http://h\r\nContent-Type: application/x-www-form-urlencoded\r\n` +
                `Content-Length: ${form.length}\r\n\r\n${form}`);
        }
        server.thaw();
        for (const raw of tries) {
            const answer = await raw.answer();
            seen.set(answer.status, answer);
            raw.cut();
        }
        for (const status of [303, 422, 429, 503]) assertProtected(seen.get(status), String(status));
        for (const status of [429, 503]) assert.match(seen.get(status).field("retry-after"), /^\d+$/);
    });
});
