/* http.test.mjs -- HTTP over a raw socket: bytes in any pieces, requests in any order, doors that stay shut.
 *
 * SPDX-License-Identifier: MIT */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { after, before, describe, it as test } from "node:test";
import { Neighbours } from "../support/neighbours.mjs";
import { Raw, ask, submit } from "../support/raw.mjs";
import { Server, unlimited } from "../support/server.mjs";

const password = "correct horse battery";
const server = new Server({ environment: unlimited });
const get = (path, fields = "") => `GET ${path} HTTP/1.1\r\nHost: h\r\n${fields}\r\n`;
let room;
let cookie;
let neighbours;

before(async () => {
    await server.start();
    server.addUser("ada", { password });
    room = server.addRoom("Kitchen");
    cookie = server.addSession("ada");
    neighbours = await Neighbours.enter(server, server.addRoom("Next door"));
});
after(() => {
    neighbours?.leave();
    return server.remove();
});
/* Whatever happens here, two neighbours notice nothing of it. */
const it = (name, body) =>
    test(name, async () => {
        await body();
        await neighbours.noticeNothing();
    });

describe("one connection, many requests", () => {
    it("is kept alive, until one side says otherwise", async () => {
        const raw = await Raw.open(server);
        for (let i = 0; i < 3; i++) {
            await raw.write(get("/healthz"));
            assert.equal((await raw.answer()).status, 200);
        }
        await raw.write(get("/healthz", "Connection: close\r\n"));
        const last = await raw.answer();
        assert.equal(last.field("connection"), "close");
        assert.ok(await raw.close());
    });

    it("HTTP/1.0 closes, unless it asks not to", async () => {
        const raw = await Raw.open(server);
        await raw.write("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        assert.equal((await raw.answer()).field("connection"), "keep-alive");
        await raw.write("GET /healthz HTTP/1.0\r\n\r\n");
        assert.equal((await raw.answer()).status, 200);
        assert.ok(await raw.close());
    });

    /* Half of them wait for the store, half are answered at once. */
    for (const end of ["stays open", "is half closed at once"]) {
        it(`H24 50 pipelined requests are answered in order; the connection ${end}`, async () => {
            const raw = await Raw.open(server);
            const pairs = Array.from({ length: 25 }, (_, i) => get(`/rooms/${room}/messages/999`, `Cookie: ${cookie}\r\n`) +
                get(`/session?next=/n${i}`, `Cookie: ${cookie}\r\n`));
            const written = raw.write(pairs.join(""));
            if (end !== "stays open") raw.finish();
            await written;
            const answers = await raw.answers(50);
            const expected = pairs.flatMap((_, i) => [404, `/n${i}`]);
            assert.deepEqual(answers.map((answer) => answer.field("location") ?? answer.status), expected);
            if (end === "stays open") raw.cut();
            else assert.ok(await raw.close());
        });
    }

    it("H24 a good request before a bad one is answered, what follows the bad one is not", async () => {
        const raw = await Raw.open(server);
        await raw.write(`${get("/healthz")}GET / HTTP/1.1\nHost: h\n\n${get("/readyz")}`);
        const answers = await raw.answers(3);
        assert.deepEqual(answers.map((answer) => answer.status), [200, 400]);
        assert.ok(await raw.close());
    });

    it("H24 H37 a body is never taken for a request", async () => {
        const hidden = get("/healthz");
        const raw = await Raw.open(server);
        await raw.write(`POST /session HTTP/1.1\r\nHost: h\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}${get("/readyz")}`);
        const answers = await raw.answers(2);
        assert.deepEqual(answers.map((answer) => answer.status), [415, 200]);
        assert.equal(answers[1].body.toString(), "ready\n");
        raw.cut();
        const early = await Raw.open(server);
        await early.write(`POST /session HTTP/1.1\r\nHost: h\r\nContent-Length: 70000\r\n\r\n${hidden}${hidden}`);
        assert.deepEqual((await early.answers(2)).map((answer) => answer.status), [413]);
        assert.ok(await early.close());
    });

    it("what waits for its turn stays with the client", async () => {
        const raw = await Raw.open(server);
        const one = get(`/rooms/${room}/messages/999`, `Cookie: ${cookie}\r\n`); // waits for the store
        const many = one.repeat(Math.ceil((1 << 16) / one.length));
        let taken = 0; // by the two kernels and the server
        for (let i = 0; i < 1024; i++) raw.socket.write(many, (error) => (taken += error ? 0 : many.length));
        await raw.answers(1500);
        assert.ok(taken < 32 << 20, `${taken} of ${1024 * many.length} bytes were taken in`);
        raw.cut();
    });
});

describe("bytes in any pieces", () => {
    const form = "handle=nobody&password=x";
    const request = `POST /session?x=1 HTTP/1.1\r\nHost: h\r\nContent-Type: text/x\r\nContent-Length: ${form.length}\r\n\r\n${form}${get("/healthz")}`;
    const statuses = async (pieces) => {
        const raw = await Raw.open(server);
        for (const piece of pieces) await raw.write(piece);
        const answers = await raw.answers(2);
        raw.cut();
        return answers.map((answer) => answer.status).join();
    };

    it("H25 every split gives the same answers", async () => {
        const splits = Array.from({ length: request.length - 1 }, (_, i) => i + 1);
        for (let i = 0; i < splits.length; i += 16) {
            const some = splits.slice(i, i + 16).map((at) => statuses([request.slice(0, at), request.slice(at)]));
            for (const answer of await Promise.all(some)) assert.equal(answer, "415,200");
        }
    });
    it("H25 one byte at a time gives the same answers", async () => {
        assert.equal(await statuses(request), "415,200");
    });
    it("H35 what is not HTTP is refused and closed", async () => {
        const hello = Buffer.concat([Buffer.from("16030100f4010000f00303", "hex"), randomBytes(32), Buffer.from("\n\n")]);
        for (const bytes of [hello, Buffer.from("\0".repeat(9000)), Buffer.from("EHLO example.org\r\n\r\n")]) {
            const raw = await Raw.open(server);
            await raw.write(bytes);
            assert.match(String((await raw.answer()).status), /^4/);
            assert.ok(await raw.close());
        }
    });
});

describe("bodies", () => {
    it("H26 asks for the body that it wants, and for no other", async () => {
        const head = (length, expect) =>
            `POST /session HTTP/1.1\r\nHost: h\r\nContent-Length: ${length}\r\nExpect: ${expect}\r\n\r\n`;
        const raw = await Raw.open(server);
        await raw.write(head(3, "100-continue"));
        assert.equal((await raw.answer()).status, 100);
        await raw.write("a=b");
        assert.equal((await raw.answer()).status, 415);
        raw.cut();
        for (const [length, expect, status] of [[3, "tea", 417], [70_000, "100-continue", 413]]) {
            const refused = await Raw.open(server);
            await refused.write(head(length, expect));
            assert.equal((await refused.answer()).status, status);
            assert.ok(await refused.close());
        }
    });

    it("H28 an early refusal can be read while the client still sends", async () => {
        const raw = await Raw.open(server);
        const head = "POST /session HTTP/1.1\r\nHost: h\r\nContent-Length: 10000000\r\n\r\n";
        await raw.write(Buffer.concat([Buffer.from(head), Buffer.alloc(200_000)]));
        const answer = await raw.answer();
        assert.equal(answer.status, 413);
        assert.equal(answer.field("connection"), "close");
        for (let i = 0; i < 20; i++) await raw.write(Buffer.alloc(50_000));
        assert.equal(raw.error, null, "what is still sent is taken, not answered by a reset");
        raw.cut();
    });

    it("H28 the last answer of a connection can be read, whatever follows its request", async () => {
        for (const [version, fields] of [["1.1", "Host: h\r\nConnection: close\r\n"], ["1.0", ""]]) {
            const raw = await Raw.open(server);
            await raw.write(Buffer.concat([Buffer.from(`GET /healthz HTTP/${version}\r\n${fields}\r\n`), Buffer.alloc(200_000)]));
            assert.equal((await raw.answer()).status, 200);
            for (let i = 0; i < 20; i++) await raw.write(Buffer.alloc(50_000));
            await raw.until(() => raw.isOver);
            assert.equal(raw.error, null, "what is still sent is taken, not answered by a reset");
            raw.cut();
        }
    });

    it("H27 HEAD, 204 and 304 have none, and HEAD has the fields of GET", async () => {
        const asset = /\/assets\/[^"]+\.css/.exec((await ask(server, "GET", "/session")).body)[0];
        const etag = (await ask(server, "GET", asset)).field("etag");
        const raw = await Raw.open(server, ["HEAD", "GET", "GET", "POST", "GET"]);
        const posted = `nonce=bodiless&body=x`;
        await raw.write(get("/healthz").replace("GET", "HEAD") + get("/healthz") + get(asset, `If-None-Match: ${etag}\r\n`) +
            `POST /rooms/${room}/messages HTTP/1.1\r\nHost: h\r\nOrigin: http://h\r\nCookie: ${cookie}\r\nHX-Request: true\r\n` +
            `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${posted.length}\r\n\r\n${posted}` + get("/healthz"));
        const answers = await raw.answers(5);
        raw.cut();
        assert.deepEqual(answers.map((answer) => answer.status), [200, 200, 304, 204, 200]);
        assert.deepEqual(answers.map((answer) => answer.body.length), [0, 3, 0, 0, 3]);
        const names = (answer) => [...answer.fields].filter(([name]) => name !== "date");
        assert.deepEqual(names(answers[0]), names(answers[1]));
    });

    it("H38 compressed bodies are not looked into", async () => {
        const answer = await ask(server, "POST", "/session", { fields: { "Content-Encoding": "gzip" }, body: "x" });
        assert.equal(answer.status, 415);
    });
});

describe("what every answer carries", () => {
    const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; " +
        "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; " +
        "frame-ancestors 'none'";
    it("A26 A28 protection, whatever the status", async () => {
        const asset = /\/assets\/[^"]+\.css/.exec((await ask(server, "GET", "/session")).body)[0];
        const etag = (await ask(server, "GET", asset)).field("etag");
        const answers = [
            [200, await ask(server, "GET", `/rooms/${room}`, { fields: { Cookie: cookie } })],
            [303, await ask(server, "GET", "/rooms")],
            [304, await ask(server, "GET", asset, { fields: { "If-None-Match": etag } })],
            [400, await ask(server, "GET", "/a//b")],
            [403, await ask(server, "POST", "/session", { fields: { Origin: "null" }, body: "a=b" })],
            [404, await ask(server, "GET", "/nothing")],
            [405, await ask(server, "POST", "/healthz", { fields: { Origin: server.origin }, body: "" })],
            [422, await submit(server, "/session", { handle: "ada", password: "wrong" })],
            [426, await ask(server, "GET", `/live?room=${room}`)],
            [501, await ask(server, "BREW", "/")],
        ];
        for (const [status, answer] of answers) {
            assert.equal(answer.status, status);
            assert.equal(answer.field("content-security-policy"), policy);
            assert.equal(answer.field("x-content-type-options"), "nosniff");
            assert.equal(answer.field("referrer-policy"), "same-origin");
            assert.equal(answer.field("x-frame-options"), "DENY");
            assert.equal(answer.field("cross-origin-opener-policy"), "same-origin");
            assert.equal(answer.field("cross-origin-resource-policy"), "same-origin");
            assert.match(answer.field("permissions-policy"), /camera=\(\)/);
            assert.equal(answer.field("access-control-allow-origin"), undefined);
            assert.equal(answer.field("server"), undefined);
            if (/html/.test(answer.field("content-type"))) assert.equal(answer.field("cache-control"), "no-store");
        }
    });
    it("H22 a wrong method is told the right ones", async () => {
        for (const [method, path, allowed] of [["PUT", "/healthz", "GET, HEAD"], ["DELETE", `/rooms/${room}/messages`, "GET, HEAD, POST"]]) {
            const answer = await ask(server, method, path, { fields: { Origin: server.origin } });
            assert.equal(answer.status, 405);
            assert.equal(answer.field("allow"), allowed);
        }
    });
});

it("H20 H32 where somebody wanted to go is forgotten when it is too long to be asked for", async () => {
    const wanted = `/rooms/${room}?q=${";".repeat(600)}`;
    const short = (await ask(server, "GET", wanted)).field("location");
    assert.equal(new URL(short, server.origin).searchParams.get("next"), wanted);
    assert.equal((await ask(server, "GET", short)).status, 200);
    const long = await ask(server, "GET", `/rooms/${room}?q=${";".repeat(8000)}`);
    assert.equal(long.status, 303);
    assert.equal(long.field("location"), "/session");
    const signedIn = { fields: { Cookie: cookie } };
    for (const length of [8150, 3000]) {
        const next = await ask(server, "GET", `/session?next=/${"n".repeat(length)}`, signedIn);
        assert.equal(next.field("location"), "/rooms");
    }
});

it("what depends on who asks, and on htmx, says so", async () => {
    for (const path of ["/", "/session", `/rooms/${room}`, "/rooms", "/join/x"]) {
        assert.equal((await ask(server, "GET", path)).field("vary"), "HX-Request, Cookie", path);
    }
    assert.equal((await ask(server, "GET", "/healthz")).field("vary"), undefined);
});

describe("assets", () => {
    let asset;
    before(async () => {
        asset = /\/assets\/[^"]+base\.css/.exec((await ask(server, "GET", "/session")).body)[0];
    });
    const encoded = (accepted, path = asset) => ask(server, "GET", path, { fields: { "Accept-Encoding": accepted } });

    it("are the same bytes in every encoding", async () => {
        const plain = await ask(server, "GET", asset);
        assert.equal(plain.field("content-encoding"), undefined);
        assert.deepEqual(plain.body, readFileSync("assets/css/base.css"));
        assert.equal(plain.field("content-type"), "text/css; charset=utf-8");
        const brotli = await encoded("gzip, deflate, br");
        assert.equal(brotli.field("content-encoding"), "br");
        assert.deepEqual(brotliDecompressSync(brotli.body), plain.body);
        const gzip = await encoded("GZIP");
        assert.equal(gzip.field("content-encoding"), "gzip");
        assert.deepEqual(gunzipSync(gzip.body), plain.body);
        for (const accepted of ["", "identity", "br;q=0", "brx, xgzip", "gzip;q=0.000"]) {
            assert.equal((await encoded(accepted)).field("content-encoding"), undefined, accepted);
        }
        assert.equal((await encoded("br;q=0, gzip;q=0.5")).field("content-encoding"), "gzip");
        for (const answer of [plain, brotli, gzip]) assert.equal(answer.field("vary"), "Accept-Encoding");
    });
    it("have a tag of their own in each encoding, and only that one spares the bytes", async () => {
        const [plain, brotli, gzip] = [await encoded(""), await encoded("br"), await encoded("gzip")];
        const tags = [plain, brotli, gzip].map((answer) => answer.field("etag"));
        assert.equal(new Set(tags).size, 3, String(tags));
        const again = async (accepted, tag) =>
            (await ask(server, "GET", asset, { fields: { "Accept-Encoding": accepted, "If-None-Match": tag } })).status;
        assert.equal(await again("br", tags[1]), 304);
        assert.equal(await again("br", `"x", W/${tags[1]}`), 304, "a list, and a proxy's weak copy");
        assert.equal(await again("br", "*"), 304);
        assert.equal(await again("br", tags[0]), 200);
        assert.equal(await again("", tags[1]), 200);
        assert.equal(await again("gzip", tags[1]), 200);
    });
    it("are kept for ever under their digest, and asked for again in vain", async () => {
        const answer = await ask(server, "GET", asset);
        assert.equal(answer.field("cache-control"), "public, max-age=31536000, immutable");
        const again = await ask(server, "GET", asset, { fields: { "If-None-Match": answer.field("etag") } });
        assert.equal(again.status, 304);
        assert.equal(again.field("etag"), answer.field("etag"));
        assert.equal((await ask(server, "GET", asset, { fields: { "If-None-Match": '"other"' } })).status, 200);
    });
    it("H19 have one address: all others are 404, whatever they are spelled like", async () => {
        const [, , digest] = asset.split("/");
        const missing = ["/assets/", "/assets", `/assets/${digest}`, `/assets/${digest.replace(/./, "x")}/css/base.css`,
            "/assets/css/base.css", `/assets/${digest}/css/tokens.css`, `/assets/${digest}/css`, `/assets/${digest}/css/base.cs`,
            `/assets/${digest}/CSS/base.css`, `/assets/${digest}/etc/passwd`, `${asset}x`];
        const tricks = [`/assets/${digest}/../../etc/passwd`, `/assets/${digest}/css/%2e%2e/css/base.css`, "/assets//etc/passwd",
            `/assets/${digest}%2fcss%2fbase.css`, `${asset}%00`, `/assets/${digest}/css\\base.css`, "//evil.example/..", "/%c0%ae/",
            `${asset}/`, "/%2fadmin", "/%zz", "/./session"];
        for (const path of missing) assert.ok([400, 404].includes((await ask(server, "GET", path)).status), path);
        for (const path of tricks) {
            const answer = await ask(server, "GET", path);
            assert.equal(answer.status, 400, path);
            assert.equal(answer.field("location"), undefined);
        }
        assert.equal((await ask(server, "GET", "/..;/")).status, 400);
        assert.equal((await ask(server, "POST", asset, { fields: { Origin: server.origin }, body: "" })).status, 404);
    });
});
