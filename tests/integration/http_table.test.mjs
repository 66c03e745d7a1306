/* http_table.test.mjs -- what no request may look like: the head and the framing, byte for byte.
 *
 * Each row is sent on a connection of its own with a further request behind it: exactly one answer comes, with
 * one of the row's statuses, then the connection ends in order. So nothing of what was refused was taken for
 * a request. Afterwards two neighbours use connections that were open all the time.
 * SPDX-License-Identifier: MIT */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Neighbours } from "../support/neighbours.mjs";
import { LINE, SMUGGLED, get, head, post, rows } from "../support/bad_requests.mjs";
import { Raw, ask } from "../support/raw.mjs";
import { Server, unlimited } from "../support/server.mjs";

const server = new Server({ environment: unlimited });
let neighbours;
before(async () => {
    const room = server.addRoom("Kitchen");
    await server.start();
    neighbours = await Neighbours.enter(server, room);
});
after(() => {
    neighbours?.leave();
    return server.remove();
});

const send = async (request) => {
    const raw = await Raw.open(server);
    raw.socket.on("error", () => {});
    await raw.write(Buffer.from(request + SMUGGLED, "latin1"));
    const answers = await raw.answers(2);
    return { answers, isClosed: await raw.close(), rest: raw.rest.length };
};

/* Sixteen at once: a row may hold hundreds of requests. */
const isRefused = async (requests, statuses) => {
    const earlier = (await server.metrics()).http_refusals_total;
    for (let i = 0; i < requests.length; i += 16) {
        await Promise.all(requests.slice(i, i + 16).map(async (request) => {
            const what = JSON.stringify(request.slice(0, 120));
            const { answers, isClosed, rest } = await send(request);
            assert.equal(answers.length, 1, `${what} is answered once, not ${answers.map((answer) => answer.status)}`);
            assert.ok(statuses.includes(answers[0].status), `${what}: ${answers[0].status}`);
            assert.equal(answers[0].field("connection"), "close", what);
            assert.equal(rest, 0, what);
            assert.ok(isClosed, `${what}: the end is in order`);
        }));
    }
    assert.equal((await server.metrics()).http_refusals_total, earlier + requests.length, "each is counted");
};

describe("requests that are refused", () => {
    for (const [id, what, requests, statuses] of rows) {
        it(`${id} ${what}: ${statuses.join(" or ")}`, async () => {
            await isRefused(requests, statuses);
            await neighbours.noticeNothing();
        });
    }
});

/* id, what, status, request: the same, one step inside each bound: that what is refused above is refused for its fault alone. */
const good = [
    ["H03", "bytes above ASCII in a value", 200, get("X: \x80\xff\t~")],
    ["H08", "a length alone", 415, post(["Content-Length: 5"], "hello")],
    ["H10", "no body by length", 422, post(["Content-Length: 0"], "")],
    ["H17", "a host with a port", 200, head(LINE, "Host: [::1]:8080")],
    ["H20", "a request line of 8,192 bytes", 200, head(`GET /healthz?${"a".repeat(8192 - "GET /healthz? HTTP/1.1".length)} HTTP/1.1`,
        "Host: h")],
    ["H21", "64 fields", 200, get(...Array.from({ length: 63 }, (_, i) => `X${i}: y`))],
    ["H21", "a head of 16,384 bytes", 200, get(`X: ${"y".repeat(16_384 - get("X: ").length)}`)],
    ["H23", "an upgrade to HTTP/2 is not taken up", 200, get("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c",
        "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA")],
];

describe("requests at the edge of what is taken", () => {
    for (const [id, what, status, request] of good) {
        it(`${id} ${what}: answered, and so is the next`, async () => {
            const raw = await Raw.open(server);
            await raw.write(Buffer.from(request + get("Connection: close"), "latin1"));
            const answers = await raw.answers(3);
            assert.deepEqual(answers.map((answer) => answer.status), [status, 200]);
            assert.equal(answers[0].field("upgrade"), undefined);
            assert.ok(await raw.close());
            await neighbours.noticeNothing();
        });
    }
});

describe("paths", () => {
    const bad = ["//evil.example/..", "/%2e%2e/", "/%2E%2e/etc/passwd", "/..", "/../etc/passwd", "/.", "/./session", "/session/", "/a//b",
        "/%00", "/a%00b",
        "/%zz", "/%", "/%4", "/%c0%ae", "/%c0%ae%c0%ae/etc/passwd", "/%ff", "/%2fadmin", "/%2Fetc%2fpasswd", "/%5c..%5c", "/%0d%0aX:%20y",
        "/%7f", "/%ed%a0%80"];
    const missing = ["/..;", "/..;/session", "/;/session", "/%252e%252e", "/%252fadmin", "/.git/config", "/index.html", "/assets/..%3b/x",
        "/session;jsessionid=1", "/SESSION", "/%e2%80%8bsession", "/.../parlor.db", "/data/parlor.db"];
    it("H19 have one spelling: decoded once, led nowhere, and no file beside the assets", async () => {
        for (const [paths, status] of [[bad, 400], [missing, 404], [["/%68ealthz", "/he%61lthz"], 200]]) {
            for (const path of paths) {
                const answer = await ask(server, "GET", path);
                assert.equal(answer.status, status, path);
                assert.equal(answer.field("location"), undefined, path);
                assert.doesNotMatch(answer.body.toString(), /root:|SQLite|jsessionid|passwd/, path);
            }
        }
        assert.equal((await ask(server, "GET", "/back\\slash")).status, 400);
        await neighbours.noticeNothing();
    });
    it("H20 8,000 slashes are refused like two", async () => {
        await isRefused([head(`GET ${"/".repeat(8000)} HTTP/1.1`, "Host: h"), head("GET //healthz HTTP/1.1", "Host: h")], [400]);
        await neighbours.noticeNothing();
    });
});

describe("methods", () => {
    it("H22 what an address does not take is 405, and nothing of a request comes back in a refusal", async () => {
        const mark = "ech0ed";
        for (const [line, status] of [[`PUT /healthz?${mark} HTTP/1.1`, 405], [`DELETE /session/${mark} HTTP/1.1`, 404],
        [`${mark.toUpperCase()} /${mark} HTTP/1.1`, 501],
            [`OPTIONS /healthz?${mark} HTTP/1.1`, 405], [`PATCH /?${mark} HTTP/1.1`, 405]]) {
            const raw = await Raw.open(server);
            await raw.write(head(line, "Host: h", `X-${mark}: ${mark}`, "Connection: close"));
            const [answer] = await raw.answers(2);
            assert.equal(answer.status, status, line);
            assert.ok(!answer.head.toLowerCase().includes(mark) && !answer.body.toString().toLowerCase().includes(mark), line);
            assert.ok(await raw.close());
        }
        await neighbours.noticeNothing();
    });
});
