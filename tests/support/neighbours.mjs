/* neighbours.mjs -- two people who use the house while a test abuses it, and who notice nothing.
 *
 * One has a live socket, the other a connection that is kept alive. `noticeNothing` has both do something on
 * these very connections: what they are told must come, in order, and nothing besides.
 * SPDX-License-Identifier: MIT */
import assert from "node:assert/strict";
import { Raw } from "./raw.mjs";
import { Client } from "./ws.mjs";

export class Neighbours {
    #count = 0;
    #seq = 0;

    /* Makes them on a running server that has a room for all; its limits are lifted. */
    static async enter(server, room) {
        const neighbours = new Neighbours();
        for (const handle of ["nora", "nils"]) server.addUser(handle);
        neighbours.room = room;
        neighbours.cookie = server.addSession("nils");
        neighbours.socket = await Client.open(server, { cookie: server.addSession("nora"), room });
        neighbours.http = await Raw.open(server);
        await neighbours.socket.until(() => neighbours.socket.texts.length > 0);
        return neighbours;
    }

    /* The connection that is kept alive, by itself. */
    async isAnswered() {
        const { http } = this;
        const [first, second] = [`h${++this.#count}`, `h${++this.#count}`];
        const ask = (next) => `GET /session?next=/${next} HTTP/1.1\r\nHost: h\r\nCookie: ${this.cookie}\r\n\r\n`;
        await http.write(ask(first) + ask(second));
        const answers = await http.answers(2);
        assert.deepEqual(answers.map((answer) => [answer.status, answer.field("location")]),
            [[303, `/${first}`], [303, `/${second}`]], "a neighbour's connection answers in order");
        assert.equal(http.rest.length, 0);
    }

    async noticeNothing() {
        const { socket, room } = this;
        const first = `n${++this.#count}`;
        socket.post(room, first, "undisturbed");
        await this.isAnswered();
        await socket.until(() => socket.acks.length > 0 && socket.articles.length > 0);
        const [acks, articles] = [socket.acks.splice(0), socket.articles.splice(0)];
        assert.deepEqual(acks.map((ack) => ack.nonce), [first]);
        assert.deepEqual(articles.map((article) => article.nonce), [first], "nothing else came");
        assert.ok(acks[0].seq > this.#seq);
        this.#seq = acks[0].seq;
        assert.equal(socket.closed, null);
        assert.equal(socket.refusals.length, 0);
    }

    /* What the room was told by others until now: a post of one's own comes behind it. */
    async forget() {
        const { socket, room } = this;
        const nonce = `n${++this.#count}`;
        socket.post(room, nonce, "undisturbed");
        await socket.until(() => socket.acks.some((ack) => ack.nonce === nonce) && socket.articles.some((article) => article.nonce === nonce));
        const own = socket.articles.filter((article) => article.room === room);
        assert.deepEqual(own.map((article) => article.seq), [...own.keys()].map((i) => this.#seq + 1 + i), "all posts came, in order");
        this.#seq = own.at(-1).seq;
        socket.acks.length = 0;
        socket.articles.length = 0;
    }

    leave() {
        this.socket?.cut();
        this.http?.cut();
    }
}
