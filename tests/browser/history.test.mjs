/* history.test.mjs -- a room with a past: older messages come when one scrolls up, and nothing jumps. */
import test, { after, before } from "node:test";
import assert from "node:assert/strict";
import { Server, unlimited } from "../support/server.mjs";
import { Client } from "../support/ws.mjs";
import { Person, launch } from "../support/browser.mjs";

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
    /* Two pages come in above, one after the other, each asked for by bringing the top into view. Looked at
     * is the text: its article loses the day line above it to the message that is now the first. */
    const moved = await ada.page.evaluate(async () => {
        const list = document.getElementById("messages");
        const frame = () => new Promise(requestAnimationFrame);
        let furthest = 0;
        for (const count of [90, 130]) {
            const read = list.querySelector("article > div");
            read.closest("article").scrollIntoView({ block: "start" });
            await frame();
            const top = read.getBoundingClientRect().top;
            for (let frames = 0; list.childElementCount < count; frames++) {
                if (frames > 1200) throw new Error(`${list.childElementCount} messages, waiting for ${count}`);
                await frame();
                furthest = Math.max(furthest, Math.abs(read.getBoundingClientRect().top - top));
            }
            await frame();
            furthest = Math.max(furthest, Math.abs(read.getBoundingClientRect().top - top));
        }
        return furthest;
    });
    assert.equal(moved, 0);
    await ada.leave();
});

test("scrolling to the beginning brings every message once and in order", async () => {
    const ada = await Person.arrive(browser, server, "ada");
    await ada.open(room);
    for (let known = 50; known < COUNT; ) {
        await ada.page.locator("#older").scrollIntoViewIfNeeded();
        await ada.page.waitForFunction((n) => document.getElementById("messages").childElementCount > n, known);
        known = (await ada.messages()).length;
    }
    const expected = Array.from({ length: COUNT }, (_, i) => `message ${i + 1}`);
    assert.deepEqual(await ada.messages(), expected);
    await ada.page.waitForSelector("#older.older--end");
    await ada.leave();
});

test("without JavaScript one pages back and forth", async () => {
    const ada = await Person.arrive(browser, server, "ada", { javaScriptEnabled: false });
    await ada.page.goto(`/rooms/${room}`);
    await ada.page.click("text=Earlier messages");
    assert.equal((await ada.messages()).at(-1), `message ${COUNT - 50}`);
    assert.equal((await ada.messages()).length, 40);
    await ada.page.click("text=Later messages");
    assert.equal((await ada.messages())[0], `message ${COUNT - 49}`);
    await ada.leave();
});
