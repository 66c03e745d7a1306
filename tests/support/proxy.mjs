/* proxy.mjs -- a real nginx or HAProxy in front of a server, with the configuration that we ship.
 *
 * Only ports, paths and logs are other than in packaging/. `lines()` is what the proxy logged, a line a request:
 * {isBegun, isPassed, request}, whether it turned to the server, whether that has answered, and the request line.
 * SPDX-License-Identifier: MIT */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";
import { eventually } from "./load.mjs";

const freePort = () =>
    new Promise((done) => {
        const listener = net.createServer().listen(0, "127.0.0.1", () => {
            const { port } = listener.address();
            listener.close(() => done(port));
        });
    });

/* Replaces what must be there, so that a changed configuration is noticed. */
const put = (text, pairs) =>
    pairs.reduce((result, [from, to]) => {
        if (!result.includes(from)) throw new Error(`the configuration has no "${from}"`);
        return result.replaceAll(from, to);
    }, text);

const kinds = {
    nginx: {
        configure: (folder, back, port) => {
            const site = put(readFileSync("packaging/nginx.conf", "utf8"), [
                ["127.0.0.1:3000", `127.0.0.1:${back}`],
                ["listen 443 ", `listen 127.0.0.1:${port} `],
                ["/etc/ssl/chat.example.org.crt", join(folder, "crt")],
                ["/etc/ssl/chat.example.org.key", join(folder, "key")],
            ]);
            const names = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
            const places = names.map((name) => `${name}_temp_path ${folder}/${name};`).join(" ");
            return `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/errors; events { worker_connections 512; }
                http { ${places} log_format passed '$upstream_status "$request"'; access_log ${folder}/log passed;\n${site}}`;
        },
        command: (file, folder) => ["nginx", ["-c", file, "-p", folder, "-e", join(folder, "errors")]],
        line: (text) => ({ isBegun: /^\d+ /.test(text), isPassed: /^\d+ /.test(text), request: /"(.*)"$/.exec(text)[1] }),
    },
    haproxy: {
        configure: (folder, back, port) =>
            put(readFileSync("packaging/haproxy.cfg", "utf8"), [
                ["127.0.0.1:3000", `127.0.0.1:${back}`],
                ["bind :443 ", `bind 127.0.0.1:${port} `],
                ["log /dev/log local0", "log stdout format raw local0"],
                ["/etc/haproxy/chat.example.org.pem", join(folder, "pem")],
                ["maxconn 20000", "maxconn 500"],
            ]),
        command: (file) => ["haproxy", ["-db", "-f", file]],
        /* Of the times behind the server's name the fourth is the wait for its answer, or -1. */
        line: (text) => ({
            isBegun: / parlor\/parlor /.test(text),
            isPassed: / parlor\/parlor \d+\/\d+\/\d+\/\d+\//.test(text),
            request: /"(.*)"$/.exec(text)[1],
        }),
    },
};

export class Proxy {
    constructor(kind, server) {
        this.kind = kinds[kind];
        this.server = server;
        this.folder = mkdtempSync(join(tmpdir(), `parlor-${kind}-`));
    }
    get origin() {
        return `https://127.0.0.1:${this.port}`;
    }
    async start() {
        const certificate = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=h",
            "-keyout", join(this.folder, "key"), "-out", join(this.folder, "crt")];
        execFileSync("openssl", certificate, { stdio: "ignore" });
        writeFileSync(join(this.folder, "pem"), readFileSync(join(this.folder, "crt")) + readFileSync(join(this.folder, "key")));
        this.port = await freePort();
        writeFileSync(join(this.folder, "conf"), this.kind.configure(this.folder, this.server.port, this.port));
        const [program, words] = this.kind.command(join(this.folder, "conf"), this.folder);
        this.output = "";
        this.child = spawn(program, words, { env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } });
        for (const stream of [this.child.stdout, this.child.stderr]) stream.setEncoding("utf8").on("data", (text) => (this.output += text));
        this.ended = new Promise((done) => this.child.on("close", done));
        const answers = () => new Promise((done) => {
            const socket = this.connect().on("secureConnect", () => done(true)).on("error", () => done(false));
            socket.on("close", () => done(false));
        });
        await eventually(async () => {
            if (this.child.exitCode !== null) throw new Error(`the proxy ended: ${this.output}${this.#file("errors")}`);
            return answers();
        }, "the proxy listens");
        return this;
    }
    /* A connection as a browser makes it, from an address that is not the proxy's. */
    connect() {
        return tls.connect({ port: this.port, host: "127.0.0.1", localAddress: "127.0.0.2", rejectUnauthorized: false, servername: "h",
            ALPNProtocols: ["http/1.1"] });
    }
    #file(name) {
        const path = join(this.folder, name);
        return existsSync(path) ? readFileSync(path, "utf8") : "";
    }
    lines() {
        const text = this.#file("log") || this.output;
        return text.split("\n").filter((line) => /"$/.test(line)).map(this.kind.line);
    }
    async stop() {
        this.child?.kill("SIGKILL");
        await this.ended;
        rmSync(this.folder, { recursive: true, force: true });
    }
}
