/* load.mjs -- people who post, people who follow, and what must hold of a room's log whatever happened.
 *
 * A Writer keeps a journal as the page's outbox does: what it sent, what was acknowledged, what it must send
 * again. A Follower is an open page: it knows a cursor, comes back with it after a cut, reloads its room when
 * it is told to, and checks each frame as it arrives. */
import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { Client } from "./ws.mjs";

/* How much of a test is run: TEST_SHORT for slow builds, TEST_LONG by hand. */
export const extent = (short, usual, long) =>
    process.env.TEST_LONG ? long : process.env.TEST_SHORT ? short : usual;

/* Numbers in [0, 1) that a printed seed brings again. */
export const randomness = (seed) => () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let bits = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
};
export const newSeed = () => Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);

/* Resolves when `condition()` holds; for facts that no frame announces. */
export const eventually = async (condition, what, ms = 20_000) => {
    for (const end = Date.now() + ms; !(await condition()); await wait(10)) {
        assert.ok(Date.now() < end, `waited in vain: ${typeof what === "function" ? what() : what}`);
    }
};

/* `count` people with a session each, in all open rooms; before the server runs. */
export const people = (server, count) =>
    Array.from({ length: count }, (_, i) => {
        server.addUser(`person${i}`);
        return { handle: `person${i}`, cookie: server.addSession(`person${i}`) };
    });

export class Writer {
    acked = new Map(); // nonce → seq
    unacked = new Set(); // nonces sent, perhaps stored, without an answer
    #posted = 0;
    #isPosting = false;

    constructor(server, { cookie, room, name, inFlight = 4, body = (nonce) => `says ${nonce}` }) {
        Object.assign(this, { server, cookie, room, name, inFlight, body });
    }

    async connect() {
        const { cookie, room } = this;
        this.client = await Client.open(this.server, { cookie, room, onText: (_, client) => this.#hear(client) });
        this.client.socket.on("close", () => (this.#isPosting = false));
        await this.client.until(() => this.client.texts.length > 0 || this.client.ended);
        return !this.client.ended;
    }
    /* Keeps `inFlight` posts without an answer under way, from now on until the socket ends. */
    startPosting() {
        this.#isPosting = true;
        while (this.unacked.size < this.inFlight) this.post();
    }
    stopPosting() {
        this.#isPosting = false;
    }
    post() {
        const nonce = `${this.name}-${++this.#posted}`;
        this.unacked.add(nonce);
        this.client.post(this.room, nonce, this.body(nonce));
        return nonce;
    }
    /* Sends again what has no answer, and what was answered a short while ago: the answer must be the same. */
    async retry() {
        const again = [...this.acked.keys()].slice(-3);
        for (const nonce of [...again, ...this.unacked]) this.client.post(this.room, nonce, this.body(nonce));
        await this.client.until(() => this.unacked.size === 0 && again.every((nonce) => this.#hears(nonce)));
    }

    #hears(nonce) {
        return this.client.acks.some((ack) => ack.nonce === nonce);
    }
    #hear(client) {
        this.client = client; // frames may come in one piece with the answer to the handshake
        for (const { nonce, seq } of client.acks.slice(client.heardAcks ?? 0)) {
            assert.equal(this.acked.get(nonce) ?? seq, seq, `${nonce} is acknowledged with one number`);
            this.acked.set(nonce, seq);
            this.unacked.delete(nonce);
        }
        client.heardAcks = client.acks.length;
        assert.deepEqual(client.refusals, []);
        while (this.#isPosting && this.unacked.size < this.inFlight) this.post();
    }
}

const attribute = (markup, name) => new RegExp(` ${name}="([^"]*)"`).exec(markup)?.[1];

/* The articles of a page: [{seq, rev, nonce}]. What stands in a <template> is no message. */
export const articlesOf = (markup) =>
    [...markup.replace(/<template[^]*?<\/template>/g, "").matchAll(/<article class="message" id="m-\d+-(\d+)"([^>]*)>/g)].map(([, seq, attributes]) => ({
        seq: Number(seq),
        rev: Number(attribute(attributes, "data-rev") ?? seq),
        nonce: attribute(attributes, "data-nonce"),
    }));

/* GET as somebody; the text of a 200. */
export const get = async (server, path, cookie) => {
    const response = await fetch(`${server.origin}${path}`, { headers: { cookie } });
    assert.equal(response.status, 200, `${path} is there`);
    return response.text();
};

/* A room's page: its cursor and its articles. */
export const loadRoom = async (server, room, cookie) => {
    const markup = await get(server, `/rooms/${room}`, cookie);
    const [epoch, seq] = attribute(markup, "data-cursor").split(":");
    return { epoch, seq: Number(seq), articles: articlesOf(markup), markup };
};

/* The room's page, and a socket that goes on from its cursor: when this resolves, it is a member. */
export const enter = async (server, { cookie, room }) => {
    const { epoch, seq } = await loadRoom(server, room, cookie);
    const client = await Client.open(server, { cookie, room, after: `${epoch}:${seq}` });
    await client.until(() => client.heads.length > 0 || client.ended);
    assert.equal(client.ended, false, `let in, not closed with ${client.closed}`);
    return client;
};

export class Follower {
    nonces = new Map(); // seq → nonce: what it has seen, wherever from
    connections = 0;
    resets = 0;
    first = null; // the log of this page begins behind this number
    sentAway = 0; // closed by the server with a code that means "come back"
    #reloading = null;
    #isCut = false;

    constructor(server, { cookie, room, name }) {
        Object.assign(this, { server, cookie, room, name });
    }

    get cursor() {
        return `${this.epoch}:${this.seq}`;
    }
    get state() {
        const { closed, ended } = this.client;
        return JSON.stringify({ at: this.seq, connections: this.connections, resets: this.resets, closed, ended });
    }
    /* Opens the page, or comes back with the cursor. */
    async connect(after) {
        if (this.first === null) {
            await this.#load();
            this.first = this.seq;
        }
        this.connections++;
        this.next = after === undefined ? this.seq + 1 : null;
        const { cookie, room } = this;
        const onText = (text, client) => this.#hear(client);
        this.#isCut = false;
        const client = await Client.open(this.server, { cookie, room, after: after ?? this.cursor, onText });
        this.client = client;
        client.until(() => client.ended, 600_000).then(() => this.#comeBack(client)).catch((error) => (this.error = error));
    }
    /* As the page does after 1013, which a server that cannot keep up with this reader sends. */
    async #comeBack(client) {
        if (this.#isCut || client !== this.client) return;
        assert.ok(client.head, `${this.name}: there is no server`); // else it would come back for ever
        assert.ok(client.closed === 1013 || client.closed === null, `${this.name}: closed with ${client.closed}`);
        this.sentAway++;
        await this.#reloading;
        await this.connect();
    }
    async cut() {
        this.#isCut = true;
        this.client.cut();
        await this.client.until(() => this.client.ended);
        await this.#reloading;
    }
    /* Has everything up to `seq`. */
    async has(seq) {
        await eventually(() => {
            if (this.error) throw this.error;
            return this.seq >= seq && !this.#reloading;
        }, () => `${this.name} has ${seq}; ${this.state}`, 60_000);
    }
    close() {
        this.#isCut = true;
        this.client?.cut();
    }

    /* On one connection the numbers come one after the other, replays included. */
    #hear(client) {
        this.client = client;
        for (const { room, seq, nonce } of client.articles.splice(0)) {
            assert.equal(room, this.room);
            assert.equal(seq, this.next, `${this.name}: neither gap nor double on connection ${this.connections}`);
            this.next = seq + 1;
            this.#note(seq, nonce);
            this.seq = seq;
        }
        client.texts.length = 0;
        if (client.resets > (client.heardResets ?? 0)) {
            client.heardResets = client.resets;
            this.resets++;
            this.#reloading = this.#reload(client).finally(() => (this.#reloading = null));
            this.#reloading.catch((error) => (this.error = error));
        }
    }
    #note(seq, nonce) {
        assert.equal(this.nonces.get(seq) ?? nonce, nonce, `${this.name}: message ${seq} is always the same`);
        this.nonces.set(seq, nonce);
    }
    /* The page's articles end at its cursor. */
    async #load() {
        const page = await loadRoom(this.server, this.room, this.cookie);
        const numbers = page.articles.map((article) => article.seq);
        assert.deepEqual(numbers, numbers.map((_, i) => page.seq - numbers.length + 1 + i), "a page without a hole");
        for (const { seq, nonce } of page.articles) this.#note(seq, nonce);
        this.epoch = page.epoch;
        this.seq = page.seq;
        return page.articles[0]?.seq ?? page.seq + 1;
    }
    /* As the page does: the room anew, and the same socket goes on from its cursor. Then older pages until
     * they meet what was there before, so that nothing is missing in the end. */
    async #reload(client) {
        const before = this.seq;
        let oldest = await this.#load();
        this.next = this.seq + 1;
        client.send({ type: "open", room: this.room, after: this.cursor });
        while (this.first !== null && oldest > Math.max(before, this.first) + 1) {
            const path = `/rooms/${this.room}/messages?before=${oldest}`;
            const older = articlesOf(await get(this.server, path, this.cookie));
            assert.ok(older.length > 0, `there is something before ${oldest}`);
            assert.equal(older.at(-1).seq, oldest - 1, "older pages follow without a hole");
            for (const { seq, nonce } of older) this.#note(seq, nonce);
            oldest = older[0].seq;
        }
    }
}

/* --- what must hold of the store ------------------------------------------------------------------------ */

/* In every room the numbers of messages and changes are 1..last_seq and those of posts 1..last_post. */
export const checkLogs = (server) => {
    const rooms = server.sql("SELECT id, last_seq, last_post FROM room");
    assert.ok(rooms.length > 0);
    for (const { id, last_seq, last_post } of rooms) {
        const numbers = (question) => server.sql(question).map((row) => row.n);
        const upTo = (last) => Array.from({ length: last }, (_, i) => i + 1);
        assert.deepEqual(numbers(`SELECT seq AS n FROM message WHERE room_id = ${id}
            UNION ALL SELECT seq FROM change WHERE room_id = ${id} ORDER BY n`), upTo(last_seq), `room ${id}: seq`);
        assert.deepEqual(numbers(`SELECT post_no AS n FROM message WHERE room_id = ${id} AND post_no IS NOT NULL
            ORDER BY seq`), upTo(last_post), `room ${id}: post_no, in the order of seq`);
    }
};
export const checkDatabase = (server) => {
    assert.deepEqual(server.sql("PRAGMA integrity_check"), [{ integrity_check: "ok" }]);
};
/* How often each nonce is stored, and at which number: nonce → [seq …]. */
export const storedNonces = (server, room) => {
    const stored = new Map();
    for (const { nonce, seq } of server.sql(`SELECT nonce, seq FROM message WHERE room_id = ${room} ORDER BY seq`)) {
        stored.set(nonce, [...(stored.get(nonce) ?? []), seq]);
    }
    return stored;
};
/* Acknowledged: stored once, at the number that was said. Without an answer: at most once. */
export const checkJournal = (server, writers) => {
    for (const room of new Set(writers.map((writer) => writer.room))) {
        const stored = storedNonces(server, room);
        for (const writer of writers.filter((one) => one.room === room)) {
            for (const [nonce, seq] of writer.acked) {
                assert.deepEqual(stored.get(nonce), [seq], `${nonce}, which was acknowledged, is stored once`);
            }
            for (const nonce of writer.unacked) {
                assert.ok((stored.get(nonce) ?? []).length <= 1, `${nonce} is stored at most once`);
            }
        }
    }
};
