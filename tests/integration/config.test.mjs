/* config.test.mjs -- settings and surroundings that a server cannot work with: it says so in one line, and has
 * bound and written nothing; and those that must make no difference.
 *
 * A house with two neighbours runs all the time and notices nothing. Settings for TLS, secrets, PostgreSQL and a
 * bus do not exist yet, so nothing of C03, C08 to C11 is here.
 * SPDX-License-Identifier: MIT */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, truncateSync,
    writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { Neighbours } from "../support/neighbours.mjs";
import { Server, program, unlimited } from "../support/server.mjs";
import { Client } from "../support/ws.mjs";

const folder = mkdtempSync(join(tmpdir(), "parlor-config-"));
const house = new Server({ environment: unlimited });
let room;
let neighbours;
let count = 0;

before(async () => {
    room = house.addRoom("Kitchen");
    await house.start();
    neighbours = await Neighbours.enter(house, room);
});
after(async () => {
    neighbours?.leave();
    await house.remove();
    rmSync(folder, { recursive: true });
});
afterEach(() => neighbours.noticeNothing());

const isRoot = process.getuid() === 0;
const newPath = () => join(folder, `p${++count}`);
const fileOf = (text) => {
    const path = newPath();
    writeFileSync(path, text);
    return path;
};
/* A program that does not end is a failure: none of these starts. */
const run = (words, { env = {}, under = [] } = {}) => {
    const [first, ...rest] = [...under, program, ...words];
    const { status, signal, stdout, stderr } = spawnSync(first, rest, { env, cwd: folder, encoding: "utf8", timeout: 60_000 });
    return { code: signal ?? status, out: stdout, err: stderr };
};
const refuses = (words, code, pattern, options) => {
    const { code: actual, out, err } = run(words, options);
    assert.match(err, pattern);
    assert.match(err, /^parlor: [^\n]+\n$/, "one line says why");
    assert.deepEqual([out, actual], ["", code], err);
};
const serve = (data, ...words) => ["serve", "--data", data, "--listen", "127.0.0.1:0", ...words];
/* Names, modes and contents of a folder. */
const digest = (path) =>
    readdirSync(path).sort().map((name) => {
        const { mode, size } = statSync(join(path, name));
        const bytes = statSync(join(path, name)).isFile() ? readFileSync(join(path, name)) : "";
        return `${name} ${mode} ${size} ${createHash("sha256").update(bytes).digest("hex")}`;
    });
/* A data folder with a room in it that is in nobody's use. */
const newHouse = () => {
    const data = newPath();
    assert.equal(run(["room", "add", "Hall", "--data", data]).code, 0);
    return data;
};
/* It starts with these words, does its work, and stops. */
const works = async (options, words = []) => {
    const server = new Server({ ...options, data: newPath() });
    server.words = words;
    try {
        const place = server.addRoom("Hall");
        server.addUser("ada");
        await server.start();
        const client = await Client.open(server, { cookie: server.addSession("ada"), room: place });
        client.post(place, "n", "Hello");
        await client.until(() => client.acks.length === 1);
        const [{ created_ms: time }] = server.sql("SELECT created_ms FROM message");
        client.cut();
        assert.deepEqual(await server.stop(), { code: 0, signal: null });
        return { time, stderr: server.stderr };
    } finally {
        await server.remove();
    }
};

describe("settings", () => {
    /* Neither serve nor check-config goes on, and a house that exists stays as it is. */
    const isBad = (text, pattern) => {
        const data = newHouse();
        const earlier = digest(data);
        const nowhere = newPath();
        const config = ["--config", fileOf(text)];
        refuses([...serve(data), ...config], 2, pattern);
        refuses([...serve(nowhere), ...config], 2, pattern);
        refuses(["check-config", ...config], 2, pattern);
        assert.ok(!existsSync(nowhere));
        assert.deepEqual(digest(data), earlier);
    };
    for (const [what, text, pattern] of [
        ["empty", "", /:1: the file is empty/],
        ["binary", Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2]), /:1: there is a control character/],
        ["not UTF-8", Buffer.from("# caf\xe9\n", "latin1"), /:1: the file is not UTF-8/],
        ["10 MiB of comment", "#".repeat(10 << 20), /:1: the file is longer than/],
        ["10 MiB of settings", "loops = 1\n".repeat(1 << 20), /:1: the file is longer than/],
        ["a line without end", `loops = ${"1".repeat(5000)}\n`, /:1: /],
        ["an unknown key", "\n# x\nlistn = 127.0.0.1:1\n", /:3: listn: there is no such setting/],
        ["a key in capitals", "LOOPS = 1\n", /:1: LOOPS: there is no such setting/],
        ["a key twice", "loops = 1\nlog_level = warn\nloops = 1\n", /:3: loops: is set a second time/],
        ["a line without =", "loops = 1\nloops\n", /:2: this is not key = value/],
        ["a section", "[server]\nloops = 1\n", /:1: there are no sections/],
        ["a word for a number", "loops = two\n", /:1: loops: "two" is not a whole number/],
        ["a fraction", "loops = 1.5\n", /:1: loops: /], ["hexadecimal", "loops = 0x1\n", /:1: loops: /], ["nothing", "loops =\n", /:1: loops: /],
        ["below zero", "loops = -1\n", /:1: loops: -1 is not between/],
        ["99999999999G", "posts_per_second = 99999999999G\n", /:1: posts_per_second: /],
        ["2^64", "posts_per_second = 18446744073709551616\n", /:1: posts_per_second: /],
        ["port 70000", "listen = 127.0.0.1:70000\n", /:1: listen: the port/], ["port -1", "listen = 127.0.0.1:-1\n", /:1: listen: the port/],
        ["no port", "listen = 127.0.0.1\n", /:1: listen: /], ["no address", "listen = chat.example.org:80\n", /:1: listen: /],
        ["an unknown level", "log_level = loud\n", /:1: log_level: /], ["an unknown form", "log_format = xml\n", /:1: log_format: /],
        ["no proxy's address", "trusted_proxies = 10.0.0.1, proxy\n", /:1: trusted_proxies: "proxy"/],
        ["a data folder of no name", "data =\n", /:1: data: /], ["who may join", "registration = anyone\n", /:1: registration: /],
    ]) {
        it(`C01 ${what}: exit 2, with the line`, () => isBad(text, pattern));
    }
    it("C01 a file that is missing or a folder; the environment and the command line alike", () => {
        const data = newPath();
        refuses([...serve(data), "--config", newPath()], 2, /cannot be read/);
        refuses([...serve(data), "--config", folder], 2, /cannot be read/);
        refuses(serve(data), 2, /PARLOR_LISTN: there is no such setting/, { env: { PARLOR_LISTN: "x" } });
        refuses(serve(data), 2, /PARLOR_LOOPS: loops: /, { env: { PARLOR_LOOPS: "two" } });
        refuses(serve(data, "--loops", "65"), 2, /--loops: 65 is not between/);
        refuses(serve(data, "--nonsense", "1"), 2, /nonsense/);
        refuses(serve(data, "extra"), 2, /extra/);
        assert.ok(!existsSync(data));
    });
    for (const url of ["chat.example.org", "ftp://chat.example.org", "https://", "https://chat.example.org/", "https://chat.example.org/chat",
        "https://Chat.example.org", "https://chat.example.org:443", "http://chat.example.org:80", "https://chat.example.org:0", "https://a b",
        "https://user@chat.example.org", "https://chat.example.org?x", "https://[::1", "//chat.example.org", "javascript:alert(1)"]) {
        it(`C02 public_url ${url}: nobody's origin could be told from it`, () => isBad(`public_url = ${url}\n`, /:1: public_url: /));
    }
    it("C02 without public_url it starts, and what is not a good origin is one", async () => {
        await works({ environment: {} }); // Origin is then the Host's: Client says so
        for (const url of ["https://chat.example.org", "http://127.0.0.1:3000", "https://[2001:db8::1]:8443"]) {
            assert.equal(run(["check-config", "--public-url", url]).code, 0, url);
        }
    });
    it("C13 passwords shorter than the floor cannot be allowed", () => {
        isBad("password_least = 7\n", /:1: password_least: 7 is not between 8 and 128/);
        isBad("password_least = 0\n", /:1: password_least: /);
    });
    it("C14 check-config touches nothing, and asks nothing of the house that runs", () => {
        const earlier = digest(house.data).filter((line) => !/-shm|-wal/.test(line));
        const result = run(["check-config", "--data", house.data, "--listen", `127.0.0.1:${house.port}`]);
        assert.deepEqual([result.code, result.err], [0, ""]);
        assert.deepEqual(digest(house.data).filter((line) => !/-shm|-wal/.test(line)), earlier);
        const nowhere = newPath();
        assert.equal(run(["check-config", "--data", nowhere]).code, 0);
        assert.ok(!existsSync(nowhere));
        const trace = newPath();
        run(["check-config", "--data", nowhere], { under: ["strace", "-f", "-qq", "-e", "trace=openat,mkdir,socket,bind,unlink,rename", "-o", trace] });
        const doings = readFileSync(trace, "utf8").split("\n").filter((line) => /O_WRONLY|O_RDWR|O_CREAT|mkdir|socket|bind|unlink|rename/.test(line));
        assert.deepEqual(doings, []);
    });
});

describe("places", () => {
    it("C04 a port that is taken: said clearly, and nothing of the server stays", () => {
        const data = newHouse();
        refuses(["serve", "--data", data, "--listen", `127.0.0.1:${house.port}`], 1, /127\.0\.0\.1:\d+.*(in use|taken)/i);
        assert.ok(!existsSync(join(data, "control.sock")));
        assert.equal(run(["room", "add", "Later", "--data", data]).code, 0, "the folder is free");
    });
    it("C05 a folder that is missing is made, for its owner alone", async () => {
        const server = new Server({ data: newPath() });
        try {
            await server.start();
            assert.equal(statSync(server.data).mode & 0o7777, 0o700);
            for (const name of readdirSync(server.data)) assert.equal(statSync(join(server.data, name)).mode & 0o077, 0, name);
        } finally {
            await server.remove();
        }
    });
    it("C05 a folder that others may write to, or that is somebody else's, is refused as it is", () => {
        for (const mode of [0o777, 0o770, 0o702]) {
            const data = newPath();
            mkdirSync(data);
            chmodSync(data, mode);
            refuses(serve(data), 2, /others may write to data folder .*chmod 700/);
            assert.deepEqual(readdirSync(data), []);
        }
        let foreign = "/"; // root's, for everybody else
        if (isRoot) {
            foreign = newPath();
            mkdirSync(foreign, { mode: 0o700 });
            chownSync(foreign, 12345, 12345);
        }
        const earlier = readdirSync(foreign);
        refuses(serve(foreign), 2, /belongs to user \d+, and this is user \d+/);
        assert.deepEqual(readdirSync(foreign), earlier);
    });
    it("C05 a folder that cannot be written to is refused, full or empty", () => {
        const mount = ["unshare", isRoot ? "-m" : "-rm", "sh", "-c", 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'];
        const empty = newPath();
        mkdirSync(empty, { mode: 0o700 });
        for (const data of [empty, newHouse()]) {
            const earlier = digest(data);
            refuses(serve(data), 1, /read-only/i, { under: [...mount, data] });
            assert.deepEqual(digest(data), earlier);
        }
    });
    it("C06 a second server on one folder is refused, whoever holds the lock", () => {
        const earlier = house.stderr;
        refuses(serve(house.data), 1, /is in use by another parlor process/);
        assert.equal(house.stderr, earlier);
        const data = newHouse();
        refuses(serve(data), 1, /is in use by another parlor process/, { under: ["flock", join(data, "lock")] });
    });
    describe("C07 a database that is not ours to open is refused, its bytes untouched", () => {
        const sqlite = (path, statement) => execFileSync("sqlite3", [path, statement], { stdio: "pipe" });
        for (const [what, pattern, spoil] of [
            ["newer than the program", /has schema \d+, this program knows \d+: it is too old/, (path) => sqlite(path, "PRAGMA user_version = 9999")],
            ["of another program", /belongs to another program/, (path) => sqlite(path, "PRAGMA application_id = 7")],
            ["of another program, without an id", /belongs to another program/, (path) => {
                rmSync(path);
                sqlite(path, "CREATE TABLE place (url)");
            }],
            ["a text", /is no readable database/, (path) => writeFileSync(path, "Dear diary,\n".repeat(2000))],
            ["a short text", /is no readable database/, (path) => writeFileSync(path, "x")],
            ["cut inside a page", /is no readable database/, (path) => truncateSync(path, 5000)],
            ["cut inside its head", /is no readable database/, (path) => truncateSync(path, 60)],
            ["zeros", /is no readable database/, (path) => writeFileSync(path, Buffer.alloc(8192))],
        ]) {
            it(`C07 ${what}`, () => {
                const data = newHouse();
                const path = join(data, "parlor.db");
                sqlite(path, "PRAGMA wal_checkpoint(TRUNCATE)");
                for (const suffix of ["-wal", "-shm"]) rmSync(path + suffix, { force: true });
                spoil(path);
                for (const suffix of ["-wal", "-shm"]) rmSync(path + suffix, { force: true });
                copyFileSync(path, `${data}.before`);
                refuses(serve(data), 2, pattern);
                refuses(["room", "add", "X", "--data", data], 2, pattern);
                assert.ok(readFileSync(path).equals(readFileSync(`${data}.before`)));
            });
        }
    });
});

describe("surroundings", () => {
    it("C12 as root it goes on with one warning, else there is none", async () => {
        const { stderr } = await works({ environment: {} });
        assert.equal(stderr.split("\n").filter((line) => / warn user\.root /.test(line)).length, isRoot ? 1 : 0, stderr);
    });
    it("C15 with the first descriptors closed, without HOME, in a strange time zone: the same, and times are UTC", async () => {
        const closed = ["sh", "-c", 'exec 0<&- 2>&-; exec "$0" "$@"'];
        const before = Date.now();
        for (const options of [
            { under: closed },
            { under: ["env", "-u", "HOME", "-u", "PATH"] },
            { under: ["env", "-i"] },
            { environment: { TZ: "Pacific/Kiritimati" } }, { environment: { TZ: ":/nowhere" } }, { environment: { TZ: "XXX-14:59:59YYY,J1/0,J365/23" } },
            { environment: { LC_ALL: "tr_TR.UTF-8", LANG: "xx", TMPDIR: "/nowhere", HOME: "/nowhere" } },
        ]) {
            const { time } = await works(options);
            assert.ok(time >= before && time <= Date.now() + 1000, JSON.stringify(options));
        }
    });
    it("C15 no descriptor of a file or socket is ever one of the first three", async () => {
        const server = new Server({ data: newPath(), under: ["sh", "-c", 'exec 0<&- 2>&-; exec "$0" "$@"'] });
        try {
            await server.start();
            for (const [fd, target] of [[0, "/dev/null"], [2, "/dev/null"]]) {
                assert.equal(resolve(execFileSync("readlink", [`/proc/${server.pid}/fd/${fd}`], { encoding: "utf8" }).trim()), target);
            }
        } finally {
            await server.remove();
        }
    });
});
