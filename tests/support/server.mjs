/* server.mjs -- a real Parlor for a test: its own data folder, a port of its own, started and stopped at will.
 *
 * PARLOR_BIN names another program than build/release/parlor. PARLOR_ names are kept from the server, which
 * refuses those that it does not know; `environment` adds settings. However a server ends, its stderr may hold
 * no report of a sanitizer or a failed check, and it may not have ended before it was told to. */
import { spawn, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const program = resolve(process.env.PARLOR_BIN ?? "build/release/parlor");

/* What a load needs lifted. */
export const unlimited = {
    PARLOR_SOCKETS_PER_USER: "0",
    PARLOR_SOCKETS_PER_ADDRESS: "0",
    PARLOR_NEW_SOCKETS_PER_MINUTE: "0",
    PARLOR_POSTS_PER_SECOND: "0",
    PARLOR_FRAMES_PER_SECOND: "0",
};

const FAULT = /ERROR: \w+Sanitizer|runtime error:|WARNING: ThreadSanitizer|check failed/;

const clean = (extra) => {
    const environment = Object.entries(process.env).filter(([name]) => !name.startsWith("PARLOR_"));
    return { ...Object.fromEntries(environment), ...extra };
};

export class Server {
    #child = null;
    #exited = null;
    port = 0;
    stderr = "";

    /* `under`: words of another program that runs the server, a tracer. */
    constructor({ environment = {}, data, under = [] } = {}) {
        this.environment = environment;
        this.under = under;
        this.data = data ?? mkdtempSync(join(tmpdir(), "parlor-"));
    }

    get origin() {
        return `http://127.0.0.1:${this.port}`;
    }
    get pid() {
        return this.#child.pid;
    }

    /* A command on this server's folder; its output, trimmed. */
    command(words, input) {
        const options = { env: clean(this.environment), input, encoding: "utf8", stdio: "pipe" };
        return execFileSync(program, [...words, "--data", this.data], options).trim();
    }
    addUser(handle, { password = "", admin = false, name } = {}) {
        const words = ["user", "add", handle];
        if (admin) words.push("--admin");
        if (name) words.push("--name", name);
        if (password) words.push("--password-stdin");
        return this.command(words, password);
    }
    addRoom(name) {
        return Number(this.command(["room", "add", name]));
    }
    /* The cookie, as name=value. */
    addSession(handle) {
        return this.command(["session", "add", handle]);
    }

    /* Starts, on the port of before if there was one; resolves when it listens. */
    start() {
        const words = [...this.under, program, "serve", "--data", this.data, "--listen", `127.0.0.1:${this.port}`];
        const child = spawn(words[0], words.slice(1), { env: clean(this.environment), stdio: ["ignore", "pipe", "pipe"] });
        this.#child = child;
        this.#exited = new Promise((done) => child.on("close", (code, signal) => done({ code, signal })));
        child.stderr.setEncoding("utf8").on("data", (bytes) => (this.stderr += bytes));
        return new Promise((done, fail) => {
            let output = "";
            child.stdout.on("data", (bytes) => {
                output += bytes;
                const line = /^listening http:\/\/.*:(\d+)$/m.exec(output);
                if (line) {
                    this.port = Number(line[1]);
                    done(this);
                }
            });
            child.on("exit", (code) => fail(new Error(`exit ${code} before listening: ${this.stderr}`)));
        });
    }
    get isRunning() {
        return this.#child !== null;
    }
    /* Sends a signal and resolves to how it ended. */
    async end(signal) {
        if (!this.#child) return null;
        const isAlive = this.#child.exitCode === null && this.#child.signalCode === null;
        this.#child.kill(signal);
        const ended = await this.#exited;
        this.#child = null;
        if (!isAlive) throw new Error(`ended by itself with ${JSON.stringify(ended)}:\n${this.stderr}`);
        if (FAULT.test(this.stderr)) throw new Error(`a fault in the server:\n${this.stderr}`);
        return ended;
    }
    /* Resolves to how it ended by itself, which it is expected to. */
    async collapse() {
        const ended = await this.#exited;
        this.#child = null;
        if (FAULT.test(this.stderr)) throw new Error(`a fault in the server:\n${this.stderr}`);
        return ended;
    }
    stop = () => this.end("SIGTERM");
    kill = () => this.end("SIGKILL");
    freeze = () => this.#child.kill("SIGSTOP");
    thaw = () => this.#child.kill("SIGCONT");

    async remove() {
        try {
            await this.kill();
        } finally {
            rmSync(this.data, { recursive: true, force: true });
        }
    }

    /* One SQL question to the database, by the sqlite3 program, as rows of objects. */
    sql(question) {
        const words = ["-readonly", "-json", join(this.data, "parlor.db"), question];
        const output = execFileSync("sqlite3", words, { encoding: "utf8", maxBuffer: 1 << 28 });
        return output ? JSON.parse(output) : [];
    }

    /* Changes the database of a server that does not run: what no command can bring about yet. */
    change(statement) {
        if (this.isRunning) throw new Error("only the server itself may write while it runs");
        execFileSync("sqlite3", [join(this.data, "parlor.db"), statement], { stdio: "pipe" });
    }
    /* Writes `count` messages of person `author` into an empty room of a server that does not run:
     * "message 1" and so on, one a second since 2023. */
    fill(room, author, count) {
        const start = 1_700_000_000_000;
        const statements = `
            PRAGMA synchronous = OFF;
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
            INSERT INTO message (id, room_id, seq, rev, post_no, author_id, nonce, created_ms, body)
                SELECT (${start} + i * 1000) * 1048576, ${room}, i, i, i, ${author}, 'n' || i,
                    ${start} + i * 1000, 'message ' || i FROM n;
            UPDATE room SET last_seq = ${count}, last_post = ${count}, last_ms = ${start} + ${count} * 1000
                WHERE id = ${room};`;
        this.change(statements);
    }

    /* The counters, as numbers by name without "parlor_". */
    async metrics() {
        const text = await (await fetch(`${this.origin}/metrics`)).text();
        const lines = text.split("\n").filter((line) => line && !line.startsWith("#"));
        return Object.fromEntries(lines.map((line) => [line.split(" ")[0].slice(7), Number(line.split(" ")[1])]));
    }
}
