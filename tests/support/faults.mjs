/* faults.mjs -- a system that fails: strace that injects faults into a running server, a small disk of its own, and
 * a clock that is moved.
 *
 * SPDX-License-Identifier: MIT */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/* Attaches to a server; what `inject` says happens to its system calls on `file` of its data folder from when
 * this resolves until `end`. */
export class Injection {
    static async start(server, file, inject) {
        const injection = new Injection();
        const words = ["-f", "-p", String(server.pid), "-P", join(server.data, file), "-e", `inject=${inject}`, "-o", "/dev/null"];
        injection.child = spawn("strace", words, { stdio: ["ignore", "ignore", "pipe"] });
        injection.exited = new Promise((done) => injection.child.on("close", done));
        injection.child.stderr.setEncoding("utf8");
        let said = "";
        await new Promise((done, fail) => {
            // One line a thread; the first says how many there are, the last that all are held.
            injection.child.stderr.on("data", (text) => {
                said += text;
                const threads = Number(/attached with (\d+) threads/.exec(said)?.[1] ?? 0);
                if (threads > 0) done();
            });
            injection.child.on("error", fail);
            injection.exited.then(() => fail(new Error(`strace ended: ${said}`)));
        });
        return injection;
    }
    async end() {
        this.child.kill("SIGINT");
        await this.exited;
    }
}

const isRoot = process.getuid() === 0;

/* Words that run a server with its data folder, which exists, on a disk of `bytes` of its own. */
export const onSmallDisk = (data, bytes) => {
    const script = `mkdir "$0.disk" && mount -t tmpfs -o mode=0700,size=${bytes} none "$0.disk" && cp -a "$0/." "$0.disk/" &&
        mount --bind "$0.disk" "$0" && exec "$@"`;
    return ["unshare", isRoot ? "-m" : "-rm", "sh", "-c", script, data];
};
/* Words that run a program where the server is; a file there, and what is left of the disk. */
export const beside = (server) => ["nsenter", "-t", String(server.pid), "-m", ...(isRoot ? [] : ["-U", "--preserve-credentials"])];
export const seenBy = (server, name = "") => join(`/proc/${server.pid}/root`, server.data, name);
export const bytesFree = (server) => {
    const { bavail, bsize } = statfsSync(seenBy(server));
    return bavail * bsize;
};

/* A library that moves the clocks of whoever is started with it; the offsets are in a file and hold at once. */
export class Clock {
    constructor() {
        this.folder = mkdtempSync(join(tmpdir(), "parlor-clock-"));
        this.file = join(this.folder, "offsets");
        this.library = join(this.folder, "clock.so");
        execFileSync("gcc", ["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", this.library, "tests/support/moved_clock.c"]);
        this.set({});
    }
    get environment() {
        // A server with sanitizers wants to be the first library; here it need not be.
        const options = [process.env.ASAN_OPTIONS, "verify_asan_link_order=0"].filter(Boolean).join(":");
        return { LD_PRELOAD: this.library, MOVED_CLOCK: this.file, ASAN_OPTIONS: options };
    }
    /* Milliseconds that are added; `isFrozen`: the wall clock shows these milliseconds and nothing else. */
    set({ wall = 0, steady = 0, isFrozen = false }) {
        const bytes = Buffer.alloc(24);
        bytes.writeBigInt64LE(BigInt(wall), 0);
        bytes.writeBigInt64LE(BigInt(steady), 8);
        bytes.writeBigInt64LE(BigInt(isFrozen), 16);
        writeFileSync(this.file, bytes, { flag: this.isThere ? "r+" : "w" });
        this.isThere = true;
    }
    remove() {
        rmSync(this.folder, { recursive: true });
    }
}

