/* history.test.mjs -- a room with a past: older messages come when one scrolls up, and nothing jumps. */
import test, { after, before } from "node:test";
import assert from "node:assert/strict";
import { Server, unlimited } from "../support/server.mjs";
import { Client } from "../support/ws.mjs";
import { Person, launch } from "../support/browser.mjs";
import { movedBy, travel } from "../support/reading.mjs";

const COUNT = 400;
let server, browser, room;

before(async () => {
    server = new Server({ environment: unlimited });
    room = server.addRoom("Long room");
    server.addUser("ada", { name: "Ada" });
    server.addUser("bob", { name: "Bob" });
    await server.start();
    const bob = await Client.open(server, { cookie: server.addSession("bob"), room });
    for (let i = 1; i <= COUNT; i++) {
        bob.post(room, `n${i}`, `message ${i}`);
        if (i % 20 === 0) await bob.until(() => bob.acks.length === i);
    }
    bob.cut();
    browser = await launch();
});
after(async () => {
    await browser?.close();
    await server?.remove();
});

test("a room opens at its end, and older messages join above without moving what is read", async () => {
    const ada = await Person.arrive(browser, server, "ada");
    await ada.open(room);
    await ada.sees(`message ${COUNT}`);
    assert.equal((await ada.messages()).length, 50);
    const scroller = ada.page.locator("#scroller");
    assert.equal(await scroller.evaluate((element) => element.scrollTop), 0);
    assert.equal(await movedBy(ada, "older", 2), 0);
    await ada.leave();
});

test("the whole room can be read up to its beginning and down again, without a hole", async () => {
    const ada = await Person.arrive(browser, server, "ada");
    await ada.open(room);
    const up = await travel(ada, "older");
    assert.equal(up.length, COUNT);
    assert.equal((await ada.messages())[0], "message 1");
    assert.ok((await ada.messages()).length <= 320, "the page is capped");
    const down = await travel(ada, "newer");
    assert.ok(down.includes(`message ${COUNT}`));
    assert.equal((await ada.messages()).at(-1), `message ${COUNT}`);
    await ada.leave();
});

test("in the middle of a room nothing moves when pages join above or below", async () => {
    const ada = await Person.arrive(browser, server, "ada");
    await ada.page.goto(`/rooms/${room}?around=200`);
    await ada.live();
    assert.equal(await movedBy(ada, "newer", 2), 0);
    assert.equal(await movedBy(ada, "older", 2), 0);
    await ada.leave();
});

test("what comes while one reads the past is not placed there, is counted, and is there further down", async () => {
    const ada = await Person.arrive(browser, server, "ada");
    const bob = await Client.open(server, { cookie: server.addSession("bob"), room });
    await ada.page.goto(`/rooms/${room}?around=50`);
    await ada.live();
    bob.post(room, "meanwhile", "said meanwhile");
    await ada.page.waitForFunction(() => document.getElementById("newest").textContent === "1 new");
    assert.ok(!(await ada.messages()).includes("said meanwhile"));
    await travel(ada, "newer");
    assert.equal((await ada.messages()).filter((text) => text === "said meanwhile").length, 1);
    bob.post(room, "live-again", "said at the end");
    await ada.sees("said at the end");
    await ada.page.goto(`/rooms/${room}?around=50`);
    await ada.live();
    await ada.page.click("#newest");
    await ada.sees("said at the end");
    assert.equal(await ada.page.locator("#newest").isVisible(), false);
    bob.cut();
    await ada.leave();
});

test("a link to a message shows it in the middle, among the others, and one reads on both ways", async () => {
    const ada = await Person.arrive(browser, server, "ada");
    await ada.page.goto(`/rooms/${room}?around=200#m-${room}-200`);
    await ada.live();
    const place = await ada.page.locator(`#m-${room}-200`).evaluate((article) => {
        const view = document.getElementById("scroller").getBoundingClientRect();
        const { top, bottom } = article.getBoundingClientRect();
        return ((top + bottom) / 2 - view.top) / view.height;
    });
    assert.ok(place > 0.3 && place < 0.6, `at ${place} of the height`);
    assert.ok((await travel(ada, "older")).includes("message 1"));
    assert.ok((await travel(ada, "newer")).includes(`message ${COUNT}`));
    await ada.leave();
});

test("an edit that overtakes a page which was read before it is not lost", async () => {
    const ada = await Person.arrive(browser, server, "ada");
    const bob = server.addSession("bob");
    await ada.open(room);
    const first = Number(await ada.page.getAttribute("#messages", "data-first"));
    const seq = first - 5;
    let release;
    const released = new Promise((done) => (release = done));
    await ada.page.route("**/messages?before=*", async (route) => {
        const response = await route.fetch();
        await released;
        await route.fulfill({ response });
    });
    const asked = ada.page.waitForRequest("**/messages?before=*");
    await ada.page.locator("#older").scrollIntoViewIfNeeded();
    await asked;
    const answer = await fetch(`${server.origin}/rooms/${room}/messages/${seq}`, {
        method: "PATCH",
        headers: { Cookie: bob, Origin: server.origin, "HX-Request": "true" },
        body: new URLSearchParams({ body: "changed meanwhile" }),
    });
    assert.equal(answer.status, 204);
    await ada.page.waitForFunction(
        (rev) => Number(document.getElementById("room").dataset.cursor.split(":")[1]) >= rev,
        server.sql(`SELECT max(seq) AS seq FROM change WHERE room_id = ${room}`)[0].seq,
    );
    release();
    await ada.sees("changed meanwhile");
    await ada.leave();
});

/* Follows a link, and waits until the page that it leads to is there. */
const follow = async ({ page }, text) => {
    const link = page.getByRole("link", { name: text });
    const href = await link.getAttribute("href");
    await link.click();
    await page.waitForURL(`**${href}`);
};

test("without JavaScript one pages back and forth", async () => {
    const ada = await Person.arrive(browser, server, "ada", { javaScriptEnabled: false });
    await ada.page.goto(`/rooms/${room}`);
    await follow(ada, "Earlier messages");
    const earlier = await ada.messages();
    assert.equal(earlier.length, 40);
    await follow(ada, "Later messages");
    const later = await ada.messages();
    assert.equal(later.filter((text) => earlier.includes(text)).length, 0);
    await follow(ada, "Earlier messages");
    assert.deepEqual(await ada.messages(), earlier);
    await ada.leave();
});
