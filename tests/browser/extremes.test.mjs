/* extremes.test.mjs -- text that would burst a page: piles of marks, words without an end, turned and turned
 * again. It is clipped or broken where it stands, and its neighbours keep their places.
 *
 * SPDX-License-Identifier: MIT */
import test, { after, before } from "node:test";
import assert from "node:assert/strict";
import { Person, launch } from "../support/browser.mjs";
import { Member } from "../support/member.mjs";
import { Server, unlimited } from "../support/server.mjs";

const marks = "\u0300\u0316\u035b\u0489\u20dd";
const texts = {
    "500 combining marks": `a${marks.repeat(100)} b`,
    "500 combining marks on each of many letters": [..."Zalgo comes"].map((letter) => letter + marks.repeat(100)).join(""),
    "a word of 16 KiB": "w".repeat(16_384),
    "a word of 16 KiB in wide letters": "饼".repeat(5461),
    "a word of 4,096 pictures": "🪑".repeat(4096),
    "64 nested turns": `${"\u202e\u2067".repeat(32)}turned${"\u2069\u202c".repeat(32)} and back`,
    "turns that are never closed": "\u202e\u2067\u202b".repeat(64) + "for ever",
    "from right to left": "שלום עולם ".repeat(200),
    "code without a break": "~~~\n" + "x".repeat(8000) + "\n~~~",
    "a table of long words": `|${"a".repeat(2000)}|${"b".repeat(2000)}|\n|---|---|\n|${"c".repeat(2000)}|d|`,
    "an address without a break": `https://example.org/${"p".repeat(4000)}`,
    "lists in lists": Array.from({ length: 12 }, (_, i) => `${"  ".repeat(i)}- ${"deep".repeat(40)}`).join("\n"),
};
const long = { name: "N".repeat(64), piled: `B${marks.slice(0, 4).repeat(6)}`, room: "R".repeat(64), topic: "T".repeat(250) };
let server, browser, front, other;

before(async () => {
    server = new Server({ environment: unlimited });
    server.addUser("ada", { name: long.name, admin: true });
    server.addUser("bob", { name: long.piled });
    front = server.addRoom("Front room");
    other = server.addRoom(long.room);
    await server.start();
    const [ada, bob] = [new Member(server, "ada"), new Member(server, "bob")];
    const takes = async (answer) => assert.equal((await answer).status, 303);
    await takes(ada.change(`/rooms/${other}`, { name: long.room, topic: long.topic }));
    await takes(ada.change("/account", { name: long.name, bio: "b".repeat(250) }));
    for (const [i, text] of Object.values(texts).entries()) {
        await takes(ada.send(`/rooms/${front}/messages`, { nonce: `before-${i}`, body: `before ${i}` }));
        await takes(bob.send(`/rooms/${front}/messages`, { nonce: `text-${i}`, body: text }));
        await takes(ada.send(`/rooms/${front}/messages`, { nonce: `after-${i}`, body: `after ${i}` }));
    }
    browser = await launch();
});
after(async () => {
    await browser?.close();
    await server?.remove();
});

const sizes = [{ width: 360, height: 740 }, { width: 1440, height: 900 }];

/* What of the page is wider than its place. */
const overflows = (page) =>
    page.evaluate(() => {
        const boxes = [document.documentElement, document.body, ...document.querySelectorAll("main, #scroller, .scroller, .log, .plain, .sidebar, .room__head")];
        const isSeen = (box) => getComputedStyle(box).clipPath === "none";
        return boxes.filter((box) => isSeen(box) && box.scrollWidth > box.clientWidth + 1).map((box) => `${box.tagName}.${box.className} ${box.scrollWidth} > ${box.clientWidth}`);
    });

/* Every message stands below the one before it, within the log; what is painted over its own edges is clipped.
 * Looked at in the middle of each text of a neighbour: it is the neighbour that is hit there. */
const covered = (page) =>
    page.evaluate(() => {
        const found = [];
        const log = document.querySelector(".log").getBoundingClientRect();
        const articles = [...document.querySelectorAll("#messages > article")];
        articles.forEach((article, i) => {
            const box = article.getBoundingClientRect();
            const next = articles[i + 1]?.getBoundingClientRect();
            const nonce = article.dataset.nonce;
            if (box.left < log.left - 1 || box.right > log.right + 1) found.push(`${nonce} leaves the log`);
            if (next && box.bottom > next.top + 1) found.push(`${nonce} reaches into the next`);
            for (const part of article.querySelectorAll(":scope > div, :scope > a")) {
                const inner = part.getBoundingClientRect();
                if (inner.width > 0 && (inner.left < box.left - 1 || inner.right > box.right + 1)) found.push(`${nonce} ${part.tagName} leaves it`);
            }
            if (!/^(before|after)-/.test(nonce)) return;
            article.scrollIntoView({ block: "center" });
            const text = article.querySelector(":scope > div");
            const range = document.createRange();
            range.selectNodeContents(text);
            const { left, top, width, height } = range.getBoundingClientRect();
            const hit = document.elementFromPoint(left + width / 2, top + height / 2);
            if (hit !== text) found.push(`${nonce} is covered by ${hit?.outerHTML.slice(0, 120)}`);
        });
        return found;
    });

for (const viewport of sizes) {
    test(`U06 at ${viewport.width}: no text of a message bursts the room or covers its neighbours`, async () => {
        const ada = await Person.arrive(browser, server, "ada", { viewport });
        await ada.open(front);
        assert.equal(await ada.page.locator("#messages > article").count(), 3 * Object.keys(texts).length);
        assert.deepEqual(await overflows(ada.page), []);
        assert.deepEqual(await covered(ada.page), []);
        await ada.leave();
    });

    test(`U06 at ${viewport.width}: the marks of one line are not painted over the lines of others`, async () => {
        const ada = await Person.arrive(browser, server, "ada", { viewport });
        await ada.open(front);
        /* Fonts differ in how high they pile marks; a shadow is painted outside of its line in any. */
        const pile = ada.page.locator('article[data-nonce="text-0"] > div');
        const shadow = (text) => pile.evaluate((body, value) => (body.style.textShadow = value), text);
        for (const neighbour of ["before-0", "after-0"]) {
            const text = ada.page.locator(`article[data-nonce="${neighbour}"] > div`);
            await text.scrollIntoViewIfNeeded();
            await ada.page.mouse.move(0, 0);
            const box = await text.boundingBox();
            const clip = { x: box.x, y: box.y, width: box.width, height: box.height };
            const without = await ada.page.screenshot({ clip });
            await shadow("0 -40px 0 red, 0 40px 0 red, 0 -60px 0 red, 0 60px 0 red");
            const withPile = await ada.page.screenshot({ clip });
            await shadow("");
            assert.ok(withPile.equals(without), `${neighbour} is painted over`);
        }
        await ada.leave();
    });

    test(`U06 at ${viewport.width}: what is turned around stays in its message`, async () => {
        const ada = await Person.arrive(browser, server, "ada", { viewport });
        await ada.open(front);
        const directions = await ada.page.$$eval("#messages > article", (articles) =>
            articles.filter((article) => /^(before|after)-/.test(article.dataset.nonce)).map((article) => {
                const range = document.createRange();
                const text = article.querySelector(":scope > div").firstChild;
                const letter = (at) => (range.setStart(text, at), range.setEnd(text, at + 1), range.getBoundingClientRect().left);
                return letter(0) < letter(1) && getComputedStyle(article).direction;
            }));
        assert.deepEqual(new Set(directions), new Set(["ltr"]));
        await ada.leave();
    });

    test(`U06 at ${viewport.width}: long names, topics and titles burst no page`, async () => {
        const ada = await Person.arrive(browser, server, "ada", { viewport });
        for (const path of [`/rooms/${other}`, "/rooms", `/rooms/${other}/people`, `/rooms/${other}/edit`, "/account", "/users/1", "/users/2",
            `/rooms/${front}/messages/8`, `/rooms/${front}/messages?before=99`]) {
            await ada.page.goto(path);
            assert.deepEqual(await overflows(ada.page), [], path);
        }
        await ada.leave();
    });
}
