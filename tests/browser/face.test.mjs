/* face.test.mjs -- the few measures that the face stands or falls with. */
import test, { after, before } from "node:test";
import assert from "node:assert/strict";
import { Person, launch } from "../support/browser.mjs";
import { openHouse } from "../support/house.mjs";

const TEXT_EDGE = 256 + 208; // the sidebar, and margin and gutters of the main column
let server, browser, front, kitchen;

before(async () => {
    ({ server, front, kitchen } = await openHouse());
    browser = await launch();
});
after(async () => {
    await browser?.close();
    await server?.remove();
});

/* Where the words of an element begin, seen from the left edge of the window. */
const wordsAt = (page, selector) =>
    page.evaluate((selector) => {
        const range = document.createRange();
        range.selectNodeContents(document.querySelector(selector));
        return Math.round(range.getBoundingClientRect().left);
    }, selector);
const typedAt = (page, id = "body") =>
    page.evaluate((id) => {
        const box = document.getElementById(id);
        const { borderLeftWidth, paddingLeft } = getComputedStyle(box);
        return Math.round(box.getBoundingClientRect().left + parseFloat(borderLeftWidth) + parseFloat(paddingLeft));
    }, id);

for (const width of [1120, 1440, 1600]) {
    test(`title, words, stage directions and what is typed share one edge at ${width}`, async () => {
        const ines = await Person.arrive(browser, server, "ines", { viewport: { width, height: 900 } });
        await ines.open(front);
        const words = ["h1", "#messages > article:not([data-event]) > div", "#messages > article[data-event] > div", "#older"];
        for (const selector of words) assert.equal(await wordsAt(ines.page, selector), TEXT_EDGE, selector);
        assert.equal(await typedAt(ines.page), TEXT_EDGE);
        for (const path of ["/rooms", "/account", `/rooms/${front}/edit`, `/rooms/${front}/messages?before=6`]) {
            await ines.page.goto(path);
            assert.equal(await wordsAt(ines.page, "h1"), TEXT_EDGE, path);
        }
        await ines.leave();
    });
}

for (const [width, height] of [[360, 740], [800, 900], [1440, 900]]) {
    test(`the composer stands at the foot of the window, however little was said, at ${width}`, async () => {
        const ines = await Person.arrive(browser, server, "ines", { viewport: { width, height } });
        await ines.open(kitchen);
        /* By now the server has said something of its own, which hangs in the page behind the room. */
        await ines.page.waitForSelector("#sys:not([hidden])", { state: "attached" });
        const foot = await ines.page.evaluate(() => {
            const bottom = (selector) => Math.round(document.querySelector(selector).getBoundingClientRect().bottom);
            return { composer: bottom("#composer"), window: innerHeight, page: document.documentElement.scrollHeight };
        });
        assert.deepEqual(foot, { composer: height, window: height, page: height });
        await ines.leave();
    });
}

test("a run names its speaker once, and the day stands once above its first message", async () => {
    const ines = await Person.arrive(browser, server, "ines");
    await ines.open(front);
    const runs = await ines.page.$$eval("#messages > article.message--run", (articles) => articles.map((article) => article.querySelector("div").textContent));
    assert.ok(runs.includes("I was kind about it."));
    assert.ok(!runs.includes("Two of those are fridges. I phoned. We do not do fridges."));
    assert.equal(await ines.page.locator("#messages > article[data-day]").count(), 1);
    await ines.leave();
});

test("who wants no motion sees none, also while the lamp waits", async () => {
    const ines = await Person.arrive(browser, server, "ines", { reducedMotion: "reduce" });
    await ines.open(front);
    await ines.page.evaluate(() => (document.documentElement.dataset.live = "wait"));
    const moving = await ines.page.evaluate(() => document.getAnimations().length);
    assert.equal(moving, 0);
    await ines.leave();
});

test("the bar over the first message of a day leaves the day's line in sight", async () => {
    const ines = await Person.arrive(browser, server, "ines");
    await ines.open(front);
    const first = ines.page.locator("#messages > article[data-day]").first();
    await first.scrollIntoViewIfNeeded();
    await first.hover();
    await ines.page.waitForSelector("#actions:not([hidden])");
    const { line, bar } = await first.evaluate((article) => {
        const { bottom, height } = getComputedStyle(article, "::after");
        const bar = document.getElementById("actions").getBoundingClientRect();
        const top = article.getBoundingClientRect().bottom - parseFloat(bottom) - parseFloat(height);
        return { line: top + parseFloat(height), bar: bar.top };
    });
    assert.ok(line <= bar, `the line ends at ${line}, the bar begins at ${bar}`);
    await ines.leave();
});

test("initials are a picture of the name: whoever hears the page hears names alone", async () => {
    const ines = await Person.arrive(browser, server, "ines");
    await ines.open(front);
    await ines.write("Tea is ready.");
    await ines.sees("Tea is ready.");
    await ines.page.waitForFunction(() => [...document.querySelectorAll("#messages > article h3 > i")].every((face) => face.ariaHidden === "true"));
    await ines.page.getByRole("heading", { level: 3, name: "Marguerite Okafor", exact: true }).first().waitFor();
    const [message] = await ines.page.$$eval("#messages > article[data-post]", (articles) => articles.map((article) => article.dataset.seq));
    await ines.page.goto(`/rooms/${front}/messages/${message}`);
    await ines.page.getByRole("heading", { level: 3, name: "Marguerite Okafor", exact: true }).waitFor();
    await ines.leave();
});

for (const [width, edge] of [[360, 16 + 32], [800, 256 + 16 + 32], [1440, TEXT_EDGE]]) {
    test(`on the page of a message all of it shares one edge at ${width}`, async () => {
        const ines = await Person.arrive(browser, server, "ines", { viewport: { width, height: 900 } });
        await ines.page.goto(`/rooms/${front}/messages/1`);
        for (const selector of ["article > div", "article ~ .older"]) assert.equal(await wordsAt(ines.page, selector), edge, selector);
        assert.equal(await typedAt(ines.page, "edit-body"), edge);
        const button = await ines.page.locator(".button--danger").boundingBox();
        assert.equal(Math.round(button.x), edge);
        await ines.leave();
    });
}

test("a name that is cut is read in full where the pointer rests", async () => {
    const long = "The room behind the kitchen for whatever nobody fetched";
    const room = server.addRoom(long);
    const ines = await Person.arrive(browser, server, "ines", { viewport: { width: 1120, height: 800 } });
    await ines.open(room);
    const row = ines.page.locator(`#rooms a[href="/rooms/${room}"] .row__name`);
    /* Once the list has settled, which is fetched anew for the new room. */
    const isCut = (selector) => document.querySelector(selector)?.scrollWidth > document.querySelector(selector)?.clientWidth;
    await ines.page.waitForFunction(isCut, `#rooms a[href="/rooms/${room}"] .row__name`);
    assert.equal(await row.getAttribute("title"), long);
    assert.equal(await ines.page.locator("h1").getAttribute("title"), long);
    await ines.leave();
});

test("a name written from right to left is cut at its end too, and stays at the edge of the others", async () => {
    server.addUser("layla", { name: "ليلى حسن عبد الرحمن الطويلة جدا" });
    const layla = await Person.arrive(browser, server, "layla", { viewport: { width: 1120, height: 800 } });
    await layla.open(kitchen);
    for (const selector of [".me__name", ".composer__who span"]) {
        const { box, first, isCut } = await layla.page.$eval(selector, (name) => {
            const range = document.createRange();
            range.setStart(name.firstChild, 0);
            range.setEnd(name.firstChild, 1);
            const { left, right } = name.getBoundingClientRect();
            return { box: { left, right }, first: range.getBoundingClientRect().right, isCut: name.scrollWidth > name.clientWidth };
        });
        assert.ok(isCut, `${selector} is cut`);
        assert.ok(first > box.left && first <= box.right + 1, `${selector} begins in sight: ${first} of ${JSON.stringify(box)}`);
    }
    const right = server.addRoom("غرفة");
    await layla.open(right);
    const row = `#rooms a[href="/rooms/${right}"] .row__name`;
    assert.equal(await wordsAt(layla.page, row), await wordsAt(layla.page, `#rooms a[href="/rooms/${front}"] .row__name`));
    await layla.leave();
});
