// command.test.mjs -- the command line: exit codes, one line of explanation, and the same result whether a
// command works on the data folder itself or asks the running server.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync,
  writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";

const parlor = resolve(process.env.PARLOR_BIN ?? "build/release/parlor");
const folder = mkdtempSync(join(tmpdir(), "parlor-command-"));
const running = new Set();
let count = 0;

after(() => {
  for (const server of running) {
    server.kill("SIGKILL");
  }
  rmSync(folder, { recursive: true });
});

function newPath() {
  return join(folder, String(++count));
}

// Nothing of our own environment, which may hold PARLOR_ names that are no settings.
function run(words, { input = "", env = {} } = {}) {
  const result = spawnSync(parlor, words, { input, env, cwd: folder, encoding: "utf8" });
  return { code: result.status, out: result.stdout, err: result.stderr };
}

function assertDone(words, pattern, options) {
  const { code, out, err } = run(words, options);
  assert.equal(err, "");
  assert.match(out, pattern);
  assert.equal(code, 0);
  return out.trimEnd();
}

function assertRefused(words, expectedCode, pattern, options) {
  const { code, out, err } = run(words, options);
  assert.match(err, pattern);
  assert.match(err, /^parlor: [^\n]+\n$/, "one line");
  assert.equal(out, "");
  assert.equal(code, expectedCode);
}

async function serve(data, words = []) {
  const server = spawn(parlor, ["serve", "--data", data, "--listen", "127.0.0.1:0", ...words],
    { env: {}, stdio: ["ignore", "pipe", "ignore"] });
  running.add(server);
  server.ended = new Promise((done) => server.once("exit", (code, signal) => {
    running.delete(server);
    done(signal ?? code);
  }));
  let text = "";
  for await (const chunk of server.stdout) {
    text += chunk;
    if (text.includes("\n")) {
      break;
    }
  }
  server.url = text.match(/^listening (http:\/\/\S+)\n$/)?.[1];
  assert.ok(server.url, `the server is ready: ${text}`);
  return server;
}

async function stop(server, signal = "SIGTERM") {
  server.kill(signal);
  return server.ended;
}

describe("words and options", () => {
  it("says what there is", () => {
    assertDone(["--help"], /user add HANDLE[^]*--password-least/);
    assertDone(["user", "add", "--help"], /^Usage: parlor user add HANDLE[^]*--admin/);
    assertDone(["version"], /^parlor \d+\.\d+\.\d+\n$/);
    JSON.parse(assertDone(["routes", "--json"], /"path": "\/healthz"/));
  });

  it("refuses what it does not know, with exit code 2 and nothing done", () => {
    const data = newPath();
    for (const words of [[], ["user"], ["nonsense"], ["user", "add"], ["user", "add", "a", "b"],
      ["room", "add", "A", "--nonsense"], ["room", "add", "A", "-x"], ["room", "add", "A", "--config"],
      ["room", "add", "A", "--loops=many"], ["user", "add", "ada", "--admin=no"]]) {
      assertRefused(words.length > 1 ? [...words.slice(0, 2), `--data=${data}`, ...words.slice(2)] : words,
        2, /./);
    }
    assert.ok(!existsSync(data));
  });
});

describe("check-config", () => {
  function check(text, pattern) {
    const file = newPath();
    writeFileSync(file, text);
    assertRefused(["check-config", "--config", file], 2, pattern);
  }

  it("prints what holds and where it comes from, and touches nothing", () => {
    const before = readdirSync(folder);
    assertDone(["check-config", "--loops", "2"], /# PARLOR_DATA\ndata = elsewhere\n[^]*# --loops\nloops = 2\n/,
      { env: { PARLOR_DATA: "elsewhere" } });
    assert.deepEqual(readdirSync(folder), before);
  });

  it("accepts the example and its own output", () => {
    assertDone(["check-config", "--config", resolve("parlor.conf.example")], /listen = 127/);
    const file = newPath();
    writeFileSync(file, run(["check-config"]).out);
    assertDone(["check-config"], new RegExp(`# ${file}:2\nlisten = `), { env: { PARLOR_CONFIG: file } });
  });

  it("refuses a bad file with its line", () => {
    check("", /:1: the file is empty/);
    check("loops = 1\nloops = 2\n", /:2: loops: is set a second time/);
    check("# x\n\nlistn = 1\n", /:3: listn: there is no such setting/);
    check("loops = two\n", /:1: loops: "two" is not a whole number/);
    check("loops = -1\n", /:1: loops: -1 is not between 0 and 64/);
    check("posts_per_second = 99999999999G\n", /:1: posts_per_second: /);
    check("listen = 127.0.0.1:70000\n", /:1: listen: /);
    check("public_url = chat.example.org\n", /:1: public_url: /);
    check(Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2]), /:1: there is a control character/);
    check("#".repeat(10 * 1024 * 1024), /:1: the file is longer than/);
    assertRefused(["check-config", "--config", join(folder, "missing")], 2, /missing: cannot be read/);
    assertRefused(["check-config", "--config", folder], 2, /cannot be read/);
  });

  it("judges the environment and the command line alike", () => {
    assertRefused(["check-config"], 2, /PARLOR_LISTN: there is no such/, { env: { PARLOR_LISTN: "x" } });
    assertRefused(["check-config"], 2, /PARLOR_LOOPS: loops: /, { env: { PARLOR_LOOPS: "" } });
    assertRefused(["check-config", "--password-least", "7"], 2, /--password-least: 7 is not between/);
  });

  it("keeps serve from starting", () => {
    const data = newPath();
    assertRefused(["serve", "--data", data, "--listen", "127.0.0.1:70000"], 2, /--listen: /);
    assert.ok(!existsSync(data));
  });
});

// The same commands with and without a server that holds the folder.
function behavesAlike(data) {
  it("adds people, once each", () => {
    assertDone(["user", "add", "ada", "--data", data], /^\d+\n$/);
    assertRefused(["user", "add", "Ada", "--data", data], 1, /ada/);
    assertRefused(["user", "add", "a b", "--data", data], 2, /handle/);
    assertDone(["user", "add", "--data", data, "--admin", "grace", "--name", "Grace Ä"], /^\d+\n$/);
  });

  it("takes a password from stdin, by the rules", () => {
    const words = ["user", "add", "bob", "--password-stdin", "--data", data];
    assertRefused(words, 2, /fewer than 12/, { input: "too short\n" });
    assertRefused(words, 2, /fewer than 12/, { input: "" });
    assertRefused(words, 2, /longer than 1024/, { input: "x".repeat(100000) });
    assertRefused(words, 2, /not text/, { input: Buffer.from("twelve\0chars and more") });
    assertRefused(words, 2, /not text/, { input: Buffer.from("twelve chars \xff", "latin1") });
    assertDone(words, /^\d+\n$/, { input: "correct horse battery\n" });
  });

  it("adds rooms, also of one name", () => {
    const first = Number(assertDone(["room", "add", "General", "--data", data], /^\d+\n$/));
    const second = Number(assertDone(["room", "add", "General", `--data=${data}`], /^\d+\n$/));
    assert.ok(second > first);
    assertRefused(["room", "add", "", "--data", data], 2, /./);
  });

  it("signs people in, with the cookie's name", () => {
    const one = assertDone(["session", "add", "ada", "--data", data], /^sid=[\w-]{43}\n$/);
    const two = assertDone(["session", "add", "ADA", "--data", data], /^sid=[\w-]{43}\n$/);
    assert.notEqual(one, two);
    assertRefused(["session", "add", "nobody", "--data", data], 1, /no account nobody/);
  });
}

describe("commands on the folder itself", () => {
  const data = newPath();
  behavesAlike(data);

  it("keeps the folder private", () => {
    assert.equal(statSync(data).mode & 0o777, 0o700);
    for (const name of readdirSync(data)) {
      assert.equal(statSync(join(data, name)).mode & 0o077, 0, name);
    }
  });

  it("names the cookie for https", () => {
    assertDone(["session", "add", "ada", "--data", data, "--public-url", "https://chat.example.org"],
      /^__Host-sid=[\w-]{43}\n$/);
  });

  it("works with its first descriptors closed and no environment", () => {
    const result = spawnSync("/bin/sh", ["-c", `exec <&- >&- 2>&-; exec "${parlor}" room add X --data "${data}"`],
      { env: {} });
    assert.equal(result.status, 0);
  });

  it("says when its output is lost", () => {
    const result = spawnSync("/bin/sh", ["-c", `"${parlor}" version > /dev/full`], { env: {}, encoding: "utf8" });
    assert.equal(result.status, 1);
    assert.match(result.stderr, /^parlor: cannot write the output: /);
  });
});

describe("a data folder that was mistyped", () => {
  it("gets no new house from whoever signs somebody in", () => {
    const data = newPath();
    assertRefused(["session", "add", "ada", "--data", data], 1, /there is no house in data folder .*--data/);
    assert.ok(!existsSync(data));
    mkdirSync(data, { mode: 0o700 });
    assertRefused(["session", "add", "ada", "--data", data], 1, /there is no house in data folder/);
    assert.deepEqual(readdirSync(data), []);
  });

  it("is made by the first account or room, before any server", () => {
    for (const words of [["user", "add", "ada"], ["room", "add", "Kitchen"]]) {
      const data = newPath();
      assertDone([...words, "--data", data], /^\d+\n$/);
      assert.ok(existsSync(join(data, "parlor.db")));
    }
  });
});

describe("commands beside a running server", () => {
  const data = newPath();
  let server;
  before(async () => {
    server = await serve(data);
  });
  behavesAlike(data);

  it("asks it through a private socket", () => {
    assert.equal(statSync(join(data, "control.sock")).mode & 0o777, 0o600);
  });

  it("makes sessions that the server knows at once", async () => {
    assertDone(["user", "add", "eve", "--data", data], /^\d+\n$/);
    const cookie = assertDone(["session", "add", "eve", "--data", data], /^sid=/);
    const { status } = await fetch(`${server.url}/rooms`, { headers: { cookie }, redirect: "manual" });
    const stranger = await fetch(`${server.url}/rooms`, { redirect: "manual" });
    assert.equal(status, 200);
    assert.equal(stranger.status, 303);
  });

  it("makes the server forget what it remembered", async () => {
    const cookie = assertDone(["session", "add", "eve", "--data", data], /^sid=/);
    const page = async () => (await fetch(`${server.url}/rooms`, { headers: { cookie } })).text();
    assert.ok(!(await page()).includes("Brand new room"));
    assertDone(["room", "add", "Brand new room", "--data", data], /^\d+\n$/);
    assert.ok((await page()).includes("Brand new room"));
  });

  it("lets no second server in", () => {
    assertRefused(["serve", "--data", data, "--listen", "127.0.0.1:0"], 1,
      /is in use by another parlor process/);
  });

  it("does not keep a server from stopping, and leaves no socket", async () => {
    assert.equal(await stop(server), 0);
    assert.ok(!existsSync(join(data, "control.sock")));
    assertDone(["room", "add", "Later", "--data", data], /^\d+\n$/);
  });

  it("replaces the socket that a killed server left", async () => {
    await stop(await serve(data), "SIGKILL");
    assert.ok(existsSync(join(data, "control.sock")));
    assertDone(["room", "add", "Meanwhile", "--data", data], /^\d+\n$/);
    const second = await serve(data);
    assertDone(["room", "add", "Again", "--data", data], /^\d+\n$/);
    await stop(second);
  });
});

describe("the data folder", () => {
  it("is refused when others may write to it", () => {
    const data = newPath();
    mkdirSync(data);
    chmodSync(data, 0o777);
    assertRefused(["room", "add", "X", "--data", data], 2, /others may write/);
    assertRefused(["serve", "--data", data, "--listen", "127.0.0.1:0"], 2, /others may write/);
    assert.deepEqual(readdirSync(data), []);
  });

  it("is refused when it is no folder or has no parent", () => {
    const file = newPath();
    writeFileSync(file, "");
    assertRefused(["room", "add", "X", "--data", file], 1, /cannot open data folder/);
    assertRefused(["room", "add", "X", "--data", join(folder, "no", "such")], 1, /cannot make data folder/);
  });

  it("may have a path longer than a socket's name, and be reached by a link", async () => {
    const data = join(folder, "x".repeat(200));
    const link = newPath();
    mkdirSync(data, { mode: 0o700 });
    symlinkSync(data, link);
    const server = await serve(data);
    assertDone(["room", "add", "X", "--data", link], /^\d+\n$/);
    assert.equal(await stop(server), 0);
  });
});
