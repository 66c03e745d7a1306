/* raw.mjs -- HTTP on a raw socket: what is sent is sent byte for byte, and every answer is seen.
 *
 * SPDX-License-Identifier: MIT */
import net from "node:net";

const hasNoBody = (status, method) => method === "HEAD" || status === 204 || status === 304 || status < 200;

export class Raw {
    responses = []; // {status, fields (a Map of lists by lower-case name), head, body}
    ended = false; // closed in order
    error = null; // or reset
    #bytes = Buffer.alloc(0);
    #waiting = [];

    /* `methods` of the requests that will be sent, as far as they are not GET. A server that has a `connect` of
     * its own stands behind TLS. */
    static async open(server, methods = []) {
        const raw = new Raw();
        raw.methods = methods;
        raw.socket = server.connect?.() ?? net.connect({ port: server.port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
        raw.socket.on("data", (bytes) => {
            raw.#bytes = Buffer.concat([raw.#bytes, bytes]);
            while (raw.#take());
            raw.#wake();
        });
        raw.socket.on("end", () => {
            raw.ended = true;
            raw.#wake();
        });
        raw.socket.on("error", (error) => {
            raw.error = error;
            raw.#wake();
        });
        await new Promise((done) => raw.socket.once(server.connect ? "secureConnect" : "connect", done));
        return raw;
    }

    get isOver() {
        return this.ended || this.error !== null;
    }
    get rest() {
        return this.#bytes;
    }
    /* Resolves when the kernel has the bytes and the loop has turned. */
    write(bytes) {
        return new Promise((done) => this.socket.write(bytes, () => setImmediate(done)));
    }
    finish() {
        this.socket.end();
    }
    cut() {
        this.socket.destroy();
    }

    until(condition, ms = 20_000) {
        return new Promise((done, fail) => {
            const why = () => new Error(`waited in vain for ${condition}; ${this.responses.length} answers`);
            const timer = setTimeout(() => fail(why()), ms);
            const look = () => {
                if (!condition()) return false;
                clearTimeout(timer);
                done();
                return true;
            };
            if (!look()) this.#waiting.push(look);
        });
    }
    /* Resolves to the next `count` answers, or to fewer when the connection ends before. */
    async answers(count) {
        await this.until(() => this.responses.length >= count || this.isOver);
        return this.responses.splice(0, count);
    }
    async answer() {
        return (await this.answers(1))[0];
    }
    /* Resolves when the other side has closed; false: by a reset. */
    async close() {
        await this.until(() => this.isOver);
        this.cut();
        return this.error === null;
    }

    #wake() {
        this.#waiting = this.#waiting.filter((look) => !look());
    }
    #take() {
        const end = this.#bytes.indexOf("\r\n\r\n");
        if (end < 0) return false;
        const head = this.#bytes.subarray(0, end).toString("latin1");
        const status = Number(head.split(" ")[1]);
        const fields = new Map();
        for (const line of head.split("\r\n").slice(1)) {
            const name = line.slice(0, line.indexOf(":")).toLowerCase();
            const value = line.slice(line.indexOf(":") + 1).trim();
            fields.set(name, [...(fields.get(name) ?? []), value]);
        }
        const length = hasNoBody(status, this.methods[0] ?? "GET") ? 0 : Number(fields.get("content-length")[0]);
        if (this.#bytes.length < end + 4 + length) return false;
        const body = this.#bytes.subarray(end + 4, end + 4 + length);
        this.#bytes = this.#bytes.subarray(end + 4 + length);
        if (status >= 200) this.methods.shift();
        const field = (name) => fields.get(name)?.join(", ");
        this.responses.push({ status, head, fields, field, body });
        return true;
    }
}

/* One request on a connection of its own. */
export const ask = async (server, method, path, { fields = {}, body, version = "1.1" } = {}) => {
    const raw = await Raw.open(server, [method]);
    const all = { Host: `127.0.0.1:${server.port}`, Connection: "close", ...fields };
    if (body !== undefined) {
        all["Content-Type"] ??= "application/x-www-form-urlencoded";
        all["Content-Length"] ??= Buffer.byteLength(body);
    }
    const lines = Object.entries(all).filter(([, value]) => value !== null).map(([name, value]) => `${name}: ${value}\r\n`);
    await raw.write(`${method} ${path} HTTP/${version}\r\n${lines.join("")}\r\n${body ?? ""}`);
    const answer = await raw.answer();
    raw.cut();
    if (!answer) throw new Error(`no answer to ${method} ${path}`);
    return answer;
};

/* A form as our own page sends it. */
export const submit = (server, path, form, { cookie, fields = {} } = {}) =>
    ask(server, "POST", path, {
        fields: { Origin: server.origin, ...(cookie && { Cookie: cookie }), ...fields },
        body: new URLSearchParams(form).toString(),
    });
