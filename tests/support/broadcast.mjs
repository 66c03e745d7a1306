/* broadcast.mjs -- the smallest WebSocket server that the bench can be pointed at: what somebody sends goes
 * to everybody, the sender included. It stands for the servers that people compare Parlor with.
 *
 * `spoil(number)` says how often the delivery of this number is sent: 1 as a rule; 0 and 2 are the faults
 * that an audit must find.
 * SPDX-License-Identifier: MIT */
import net from "node:net";
import { createHash } from "node:crypto";

const ACCEPT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

const head = (length) => {
    if (length < 126) return Buffer.from([0x81, length]);
    const bytes = Buffer.from([0x81, 126, 0, 0]);
    bytes.writeUInt16BE(length, 2);
    return bytes;
};

/* The first frame in `bytes`, {opcode, payload, end}, or null while it is not whole. Clients' frames here are
 * masked and shorter than 64 KiB. */
const takeFrame = (bytes) => {
    if (bytes.length < 2) return null;
    const short = bytes[1] & 0x7f;
    const at = short === 126 ? 4 : 2;
    if (bytes.length < at + 4) return null;
    const length = short === 126 ? bytes.readUInt16BE(2) : short;
    const end = at + 4 + length;
    if (bytes.length < end) return null;
    const mask = bytes.subarray(at, at + 4);
    const payload = Buffer.from(bytes.subarray(at + 4, end));
    for (let i = 0; i < payload.length; i++) payload[i] ^= mask[i & 3];
    return { opcode: bytes[0] & 0x0f, payload, end };
};

export class Broadcast {
    #sockets = new Set();
    #spoil;
    #count = 0;

    static async start({ spoil = () => 1 } = {}) {
        const broadcast = new Broadcast();
        broadcast.#spoil = spoil;
        broadcast.server = net.createServer((socket) => broadcast.#accept(socket));
        await new Promise((listening) => broadcast.server.listen(0, "127.0.0.1", listening));
        broadcast.url = `ws://127.0.0.1:${broadcast.server.address().port}/`;
        return broadcast;
    }

    stop() {
        for (const socket of this.#sockets) socket.destroy();
        this.server.close();
    }

    #accept(socket) {
        let bytes = Buffer.alloc(0);
        let isOpen = false;
        socket.setNoDelay(true);
        socket.on("error", () => {}); // whoever measures cuts its sockets off
        socket.on("close", () => this.#sockets.delete(socket));
        socket.on("data", (more) => {
            bytes = Buffer.concat([bytes, more]);
            if (!isOpen) {
                const end = bytes.indexOf("\r\n\r\n");
                if (end < 0) return;
                this.#answer(socket, bytes.toString("latin1", 0, end));
                bytes = bytes.subarray(end + 4);
                isOpen = true;
            }
            for (let frame; (frame = takeFrame(bytes)); bytes = bytes.subarray(frame.end)) {
                if (frame.opcode === 1) this.#tellAll(frame.payload);
            }
        });
    }

    #answer(socket, request) {
        const key = /^sec-websocket-key: (.*)$/im.exec(request)[1].trim();
        const accept = createHash("sha1").update(key + ACCEPT).digest("base64");
        socket.write(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
                `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
        );
        this.#sockets.add(socket);
    }

    #tellAll(payload) {
        const frame = Buffer.concat([head(payload.length), payload]);
        for (const socket of this.#sockets) {
            for (let times = this.#spoil(++this.#count); times > 0; times--) socket.write(frame);
        }
    }
}
