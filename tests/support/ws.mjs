/* ws.mjs -- a WebSocket client on a raw socket, so that tests see every frame and can misbehave.
 *
 * Keeps what it was sent: `texts`, `closed` (the close code), and what the frames mean for a room:
 * `articles` ({room, seq, rev, nonce}), `acks`, `refusals`, `heads`, `resets`. */
import net from "node:net";
import { randomBytes } from "node:crypto";

/* A frame as a client may send it, or may not: `mask` null: none; `bits`: how wide the length is written, which
 * claims to be `length`. */
export const oddFrame = ({ fin = true, rsv = 0, opcode = 1, payload = "", mask = randomBytes(4), bits, length } = {}) => {
    const masked = Buffer.from(payload);
    const claimed = BigInt(length ?? masked.length);
    const width = bits ?? (claimed < 126n ? 7 : claimed < 65536n ? 16 : 64);
    const header = Buffer.alloc({ 7: 2, 16: 4, 64: 10 }[width]);
    header[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
    header[1] = (mask ? 0x80 : 0) | { 7: Number(claimed & 127n), 16: 126, 64: 127 }[width];
    if (width === 16) header.writeUInt16BE(Number(claimed), 2);
    if (width === 64) header.writeBigUInt64BE(claimed, 2);
    for (let i = 0; mask && i < masked.length; i++) masked[i] ^= mask[i & 3];
    return Buffer.concat([header, mask ?? "", masked].map((part) => Buffer.from(part)));
};
export const frame = (payload, opcode = 1) => oddFrame({ opcode, payload });

export class Client {
    texts = [];
    articles = [];
    acks = [];
    refusals = [];
    heads = [];
    resets = 0;
    closed = null;
    reason = "";
    answersClose = true;
    ended = false;
    head = "";
    #waiting = [];
    #bytes = Buffer.alloc(0);

    /* Connects; resolves with the head of the answer, 101 or not. `early` goes in one piece with the request. */
    static open(server, { cookie, room, after, origin = server.origin, headers = {}, early = "", onText } = {}) {
        const client = new Client();
        client.onText = onText;
        client.socket = server.connect?.() ?? net.connect(server.port, "127.0.0.1");
        const query = after === undefined ? `room=${room}` : `room=${room}&after=${encodeURIComponent(after)}`;
        const fields = {
            Host: `127.0.0.1:${server.port}`,
            Upgrade: "websocket",
            Connection: "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": randomBytes(16).toString("base64"),
            ...(origin && { Origin: origin }),
            ...(cookie && { Cookie: cookie }),
            ...headers,
        };
        const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
        const request = Buffer.from(`GET /live?${query} HTTP/1.1\r\n${lines.join("")}\r\n`);
        client.socket.write(Buffer.concat([request, Buffer.from(early)]));
        client.socket.on("data", (bytes) => client.#read(bytes));
        client.socket.on("error", () => {});
        client.socket.on("close", () => {
            client.ended = true;
            client.#wake();
        });
        return client.until(() => client.head || client.ended).then(() => client);
    }

    get status() {
        return Number(this.head.split(" ")[1]);
    }
    send(message) {
        this.socket.write(frame(typeof message === "string" ? message : JSON.stringify(message)));
    }
    post(room, nonce, body) {
        this.send({ type: "post", room, nonce, body });
    }
    cut() {
        this.socket.destroy();
    }

    /* Resolves when `condition()` holds, looked at after each frame; rejects after `ms`. */
    until(condition, ms = 20_000) {
        return new Promise((done, fail) => {
            const timer = setTimeout(() => fail(new Error(`waited in vain for ${condition}`)), ms);
            const look = () => {
                if (!condition()) return false;
                clearTimeout(timer);
                done();
                return true;
            };
            if (!look()) this.#waiting.push(look);
        });
    }
    #wake() {
        this.#waiting = this.#waiting.filter((look) => !look());
    }

    #read(bytes) {
        this.#bytes = Buffer.concat([this.#bytes, bytes]);
        if (!this.head) {
            const end = this.#bytes.indexOf("\r\n\r\n");
            if (end < 0) return;
            this.head = this.#bytes.subarray(0, end).toString();
            this.#bytes = this.#bytes.subarray(end + 4);
        }
        while (this.status === 101 && this.#takeFrame());
        this.#wake();
    }
    #takeFrame() {
        const bytes = this.#bytes;
        if (bytes.length < 2) return false;
        let length = bytes[1];
        let at = 2;
        if (length === 126) {
            if (bytes.length < 4) return false;
            length = bytes.readUInt16BE(2);
            at = 4;
        } else if (length === 127) {
            if (bytes.length < 10) return false;
            length = Number(bytes.readBigUInt64BE(2));
            at = 10;
        }
        if (bytes.length < at + length) return false;
        const opcode = bytes[0] & 15;
        const payload = bytes.subarray(at, at + length);
        this.#bytes = bytes.subarray(at + length);
        if (opcode === 8) {
            this.closed = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
            this.reason = payload.subarray(2).toString();
            if (this.answersClose) this.socket.write(frame(payload, 8)); // TCP is then the server's to end
        }
        if (opcode === 1) this.#takeText(payload.toString());
        else if (opcode !== 8) (this.others ??= []).push({ opcode, payload });
        return true;
    }
    #takeText(text) {
        this.texts.push(text);
        for (const [, room, seq, attributes] of text.matchAll(/<article class="message" id="m-(\d+)-(\d+)"([^>]*)>/g)) {
            const rev = /data-rev="(\d+)"/.exec(attributes)?.[1] ?? seq;
            const nonce = /data-nonce="([^"]*)"/.exec(attributes)?.[1];
            this.articles.push({ room: Number(room), seq: Number(seq), rev: Number(rev), nonce });
        }
        const sys = /<i id=sys ([^>]*)>/.exec(text)?.[1] ?? "";
        const ack = /data-ack=(\S+)/.exec(sys)?.[1];
        if (ack) this.acks.push({ nonce: ack, seq: Number(/data-seq=(\d+)/.exec(sys)[1]) });
        const refusal = /data-err=(\S+)/.exec(sys)?.[1];
        if (refusal) this.refusals.push({ kind: refusal, nonce: /data-nonce=(\S+)/.exec(sys)[1] });
        const head = /data-head=(\d+):([^:]+):(\d+)/.exec(sys);
        if (head) this.heads.push({ room: Number(head[1]), epoch: head[2], seq: Number(head[3]) });
        if (/data-do=reset/.test(sys)) this.resets++;
        this.onText?.(text, this);
    }
}
