/* bench.test.mjs -- the bench measures any WebSocket server that it is pointed at, and believes none: what it
 * reports was audited, so a server that loses or repeats a post gets no figure.
 *
 * No time and no rate is judged here, only that the runs are whole. The bench wants two processors.
 * SPDX-License-Identifier: MIT */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { Broadcast } from "../support/broadcast.mjs";
import { Server, unlimited } from "../support/server.mjs";

const MEMBERS = 8;
const short = ["--members", String(MEMBERS), "--sockets", "40", "--seconds", "0.2", "--repeats", "1"];

/* {code, errors, results, text}; `results` is what --folder got as JSON. */
const bench = async (words) => {
    const folder = mkdtempSync(join(tmpdir(), "parlor-bench-"));
    const written = join(folder, "RESULTS.md");
    const all = [...short, "--folder", folder, "--write", written, ...words];
    const child = spawn("build/release/bench", all, { stdio: ["ignore", "ignore", "pipe"] });
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (text) => (errors += text));
    const code = await new Promise((done) => child.on("close", done));
    const results = code === 0 ? JSON.parse(readFileSync(join(folder, "results.json"), "utf8")) : null;
    const text = readFileSync(written, "utf8");
    rmSync(folder, { recursive: true });
    return { code, errors, results, text };
};

const figure = ({ results }, row) => results.figures.find((each) => each.row === row);
const isWhole = (run, rows) => {
    assert.equal(run.code, 0, run.errors);
    assert.deepEqual(run.results.figures.map(({ row }) => row), rows);
    for (const { ours, unit } of run.results.figures) {
        assert.ok(ours.length === 1 && Number.isFinite(ours[0]), unit);
    }
};

describe("the bench against a server that only broadcasts", () => {
    const payload = '{"say":"{n} and nothing more"}';
    const run = async (spoil, row) => {
        const peer = await Broadcast.start({ spoil });
        try {
            return await bench(["--peer", peer.url, "--payload", payload, row]);
        } finally {
            peer.stop();
        }
    };

    it("measures it, and says which machine, commit and command", async () => {
        const all = await run(() => 1, "fanout");
        isWhole(all, ["fanout"]);
        const { details, p50_ms, p99_ms, p999_ms } = figure(all, "fanout");
        assert.equal(details.members[0], MEMBERS);
        assert.equal(details["members that saw another order than the first"][0], 0);
        assert.ok(details["posts audited"][0] > 0);
        for (const times of [p50_ms, p99_ms, p999_ms]) assert.ok(Number.isFinite(times[0]));
        for (const fact of ["cpu", "commit", "command", "kernel"]) assert.ok(all.results[fact].length > 0, fact);
        assert.match(all.text, /\| peer: fan-out, saturated \| deliveries\/s \|/);
    });
    it("gives no figure where a member misses a post that another gets twice", async () => {
        const { code, errors } = await run((number) => ({ 207: 0, 208: 2 })[number] ?? 1, "fanout");
        assert.equal(code, 1);
        assert.match(errors, /audit: member \d+ got \d+ messages of \d+/);
    });
    it("gives no figure where a member gets one post twice instead of another", async () => {
        // The last member, who is none of those that post: their own posts are waited for.
        const spoil = (number) => (number % MEMBERS === 0 ? { 27: 0, 28: 2 }[number / MEMBERS] ?? 1 : 1);
        const { code, errors } = await run(spoil, "fanout");
        assert.equal(code, 1);
        assert.match(errors, /audit: member \d+ got as many posts as were sent, but not each once/);
    });
});

describe("the bench against Parlor as a peer", () => {
    const server = new Server({ environment: { ...unlimited, PARLOR_LOOPS: "1" } });
    let peer;

    before(async () => {
        for (let room = 1; room <= 64; room++) server.addRoom(`Room ${room}`);
        server.addUser("ann");
        const cookie = server.addSession("ann");
        await server.start();
        peer = ["--peer", `ws://127.0.0.1:${server.port}/live?room={room}`, "--peer-header", `Cookie: ${cookie}`,
            "--peer-header", `Origin: ${server.origin}`, "--peer-pid", String(server.pid),
            "--payload", '{"type":"post","room":{room},"nonce":"b{n}","body":"number {n}"}',
            "--expect", 'data-nonce="b{n}"'];
    });
    after(() => server.remove());

    it("measures every row that a peer can be asked for", async () => {
        const run = await bench(peer);
        isWhole(run, ["fanout", "single", "memory", "posts"]);
        for (const row of ["fanout", "single", "posts"]) {
            const { cpu_user_us, cpu_system_us, rss_mib } = figure(run, row);
            for (const cost of [cpu_user_us, cpu_system_us, rss_mib]) assert.ok(cost[0] >= 0);
        }
        assert.doesNotMatch(run.text, /sid=/, "the cookie is in the results");
    });
    it("runs no row that asks for more", async () => {
        const { code, errors } = await bench([...peer, "page"]);
        assert.equal(code, 1);
        assert.match(errors, /page cannot be run against a peer/);
    });
});
