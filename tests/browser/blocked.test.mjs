/* blocked.test.mjs -- people behind a proxy that lets no WebSocket through: the page asks instead. */
import assert from "node:assert/strict";
import http from "node:http";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { eventually } from "../support/load.mjs";
import { launch, Person } from "../support/browser.mjs";
import { Server } from "../support/server.mjs";

/* Hands plain requests on; what it does with an upgrade is `upgrade`, given the socket. */
class Proxy {
    #held = new Set();
    constructor(server, upgrade) {
        this.server = server;
        this.upgrade = upgrade;
        this.http = http.createServer((request, response) => this.#forward(request, response));
        this.http.on("upgrade", (request, socket) => {
            this.#held.add(socket);
            socket.on("error", () => {});
            this.upgrade(socket, request, this.server.port);
        });
    }
    #forward(request, response) {
        const { method, url, headers } = request;
        const onward = http.request({ port: this.server.port, host: "127.0.0.1", method, path: url, headers }, (answer) => {
            response.writeHead(answer.statusCode, answer.headers);
            answer.pipe(response);
        });
        onward.on("error", () => response.destroy());
        request.pipe(onward);
    }
    async start() {
        await new Promise((done) => this.http.listen(0, "127.0.0.1", done));
        return this;
    }
    get origin() {
        return `http://127.0.0.1:${this.http.address().port}`;
    }
    addSession = (handle) => this.server.addSession(handle);
    stop() {
        for (const socket of this.#held) socket.destroy();
        this.http.closeAllConnections();
        this.http.close();
    }
}
const refuse = (socket) => socket.end("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
const swallow = () => {};
const pass = (socket, { method, url, rawHeaders }, port) => {
    const onward = connect(port, "127.0.0.1").on("error", () => socket.destroy());
    const fields = rawHeaders.map((text, i) => text + (i % 2 ? "\r\n" : ": ")).join("");
    onward.write(`${method} ${url} HTTP/1.1\r\n${fields}\r\n`);
    socket.pipe(onward).pipe(socket);
};

let server;
let browser;

before(async () => {
    server = new Server();
    server.addRoom("Front room");
    server.addRoom("Kitchen");
    for (const handle of ["ada", "bob", "cleo"]) server.addUser(handle);
    await server.start();
    browser = await launch();
});
after(async () => {
    await browser?.close();
    await server?.remove();
});

const asks = (person) => person.page.waitForSelector('html[data-live="asks"]');
const uniqueIds = (person) =>
    person.page.evaluate(() => {
        const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
        return ids.length === new Set(ids).size;
    });

test("D12 no WebSocket gets through, refused or swallowed: the page asks, from the same cursor", async () => {
    const refusing = await new Proxy(server, refuse).start();
    const swallowing = await new Proxy(server, swallow).start();
    const ada = await Person.arrive(browser, refusing, "ada");
    const bob = await Person.arrive(browser, swallowing, "bob");
    const cleo = await Person.arrive(browser, server, "cleo");
    await Promise.all([ada.page.goto("/rooms/1"), bob.page.goto("/rooms/1"), cleo.open(1)]);
    await cleo.write("before anybody asked");
    await Promise.all([asks(ada), asks(bob), ada.sees("before anybody asked"), bob.sees("before anybody asked")]);

    /* Written without a socket: in order, once, for everybody. */
    for (const text of ["one", "two", "three"]) await ada.write(text);
    await Promise.all([ada, bob, cleo].map((person) => person.sees("three")));
    await ada.page.waitForFunction(() => parlor.outbox.count() === 0);
    const all = ["before anybody asked", "one", "two", "three"];
    for (const person of [ada, bob, cleo]) {
        assert.deepEqual(await person.messages(), all);
        assert.equal(await person.pending(), 0);
        assert.ok(await uniqueIds(person));
    }

    /* What changes comes as well, and so do the counters of other rooms. */
    const last = cleo.page.locator("#messages > article[data-seq]").first();
    await last.hover();
    await cleo.page.click('[data-action="edit"]');
    await cleo.page.fill("#messages textarea, .editor textarea", "said otherwise");
    await cleo.page.keyboard.press("Enter");
    await Promise.all([ada.sees("said otherwise"), bob.sees("said otherwise")]);
    await cleo.page.click('#rooms a.row[data-room="2"]');
    await cleo.page.waitForSelector('#room[data-room="2"]');
    await cleo.write("in the kitchen");
    await ada.page.waitForSelector('#u2:text-is("1")');

    /* Another room, without a socket. */
    await ada.page.click('#rooms a.row[data-room="2"]');
    await ada.sees("in the kitchen");
    await cleo.write("and again");
    await ada.sees("and again");

    /* What is read is told, and a new room is listed. */
    await ada.page.bringToFront();
    const read = () => server.sql("SELECT read_post FROM member WHERE person_id = 1 AND room_id = 2")[0].read_post;
    await eventually(() => read() === 2, "the read mark is stored");
    server.addRoom("Attic");
    await ada.page.waitForSelector("#rooms a.row:has-text('Attic')");

    for (const person of [ada, bob]) await person.leave({ mayMissServer: true });
    await cleo.leave();
    refusing.stop();
    swallowing.stop();
});

test("a house that is asked may go away and come back, and the socket with it", async () => {
    const proxy = await new Proxy(server, refuse).start();
    const ada = await Person.arrive(browser, proxy, "ada");
    const cleo = await Person.arrive(browser, server, "cleo");
    await Promise.all([ada.page.goto("/rooms/1"), cleo.open(1)]);
    await asks(ada);
    await server.stop();
    await ada.page.waitForFunction(() => document.documentElement.dataset.live !== "asks");
    await server.start();
    await cleo.live();
    await cleo.write("after the restart");
    await Promise.all([asks(ada), ada.sees("after the restart")]);

    /* The proxy has learnt to let sockets through. */
    proxy.upgrade = pass;
    await ada.page.click("#connection button");
    await ada.live();
    await ada.write("live at last");
    await cleo.sees("live at last");
    await ada.leave({ mayMissServer: true });
    await cleo.leave({ mayMissServer: true });
    proxy.stop();
});

test("R11 a page without a socket that writes faster than it may sends the rest a little later", async () => {
    const strict = new Server({ environment: { PARLOR_POSTS_PER_SECOND: "1" } });
    strict.addRoom("Front room");
    strict.addUser("ada");
    await strict.start();
    const proxy = await new Proxy(strict, refuse).start();
    try {
        const ada = await Person.arrive(browser, proxy, "ada");
        await ada.page.goto("/rooms/1");
        await asks(ada);
        const told = [];
        ada.page.on("response", (answer) => answer.request().method() === "POST" && told.push(answer.status()));
        const texts = Array.from({ length: 8 }, (_, i) => `number ${i}`);
        for (const text of texts) await ada.write(text);
        await ada.page.waitForFunction(() => parlor.outbox.count() === 0);
        await ada.sees("number 7");
        assert.deepEqual(await ada.messages(), texts);
        assert.ok(told.includes(429), String(told));
        ada.complaints.length = 0; // the browser names the refusals
        await ada.leave({ mayMissServer: true });
    } finally {
        proxy.stop();
        await strict.remove();
    }
});
