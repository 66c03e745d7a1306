/* keyboard.test.mjs -- every page by keyboard alone: nothing is clicked here, and no script sets the focus. Each stop
 * of Tab can be seen, none holds the reader, and what one does on a page is done with keys. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, Person } from "../support/browser.mjs";
import { openHouse } from "../support/house.mjs";
import { Server, unlimited } from "../support/server.mjs";

let house, empty, browser;

before(async () => {
    house = await openHouse();
    empty = await new Server({ environment: unlimited }).start(); // keys are fast
    browser = await launch();
});
after(async () => {
    await browser?.close();
    await house?.server.remove();
    await empty?.remove();
});

/* --- what Tab comes to ----------------------------------------------------------------------------- */

/* The element that has the focus: what it is, and what is wrong with how it shows. Null: the page has it. */
const stop = (page) =>
    page.evaluate(() => {
        const element = document.activeElement;
        if (!element || element === document.body) return null;
        const faults = [];
        const box = element.getBoundingClientRect();
        /* A box that only frames its field shows the ring in its place. */
        const { outlineStyle, outlineWidth } = getComputedStyle(element);
        const isFramed = element.matches("textarea") && getComputedStyle(element.parentElement).boxShadow.includes("inset");
        if ((outlineStyle === "none" || parseFloat(outlineWidth) < 1) && !isFramed) faults.push("no outline");
        const isIn = box.width > 0 && box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
        if (!isIn) faults.push("out of sight");
        const at = document.elementFromPoint(
            Math.min(Math.max(box.left + Math.min(box.width, 40) / 2, 0), innerWidth - 1),
            Math.min(Math.max(box.top + Math.min(box.height, 24) / 2, 0), innerHeight - 1),
        );
        if (isIn && !(element.contains(at) || at?.contains(element))) faults.push(`covered by ${at?.outerHTML.slice(0, 60)}`);
        if (element.tabIndex > 0) faults.push("a place of its own in the order");
        window.stops ??= [];
        const isAgain = window.stops.includes(element);
        const last = window.stops.at(-1);
        const isBefore = last && last.isConnected && !isAgain && last.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_PRECEDING;
        if (isBefore) faults.push("before the one that came first");
        window.stops.push(element);
        return { name: element.outerHTML.slice(0, 80), isAgain, faults };
    });

/* Goes round the page with Tab, from its top; the stops, and the faults of all of them. */
const round = async (page) => {
    const stops = [];
    for (let i = 0; i < 200 && (await stop(page)); i++) await page.keyboard.press("Tab"); // a room has given its box the focus
    await page.evaluate(() => (window.stops = []));
    for (let i = 0; i < 300; i++) {
        await page.keyboard.press("Tab");
        const now = await stop(page);
        if (now === null || now.isAgain) return { stops, faults: stops.flatMap(({ name, faults }) => faults.map((fault) => `${fault}: ${name}`)) };
        stops.push(now);
    }
    assert.fail("Tab does not come round");
};

const live = (page) => page.waitForSelector('html[data-live="on"]');
const pages = {
    "the first run": { guest: true, go: (page) => page.goto(`${empty.origin}/setup`) },
    "signing in": { guest: true, go: (page) => page.goto("/session") },
    "an invitation": { guest: true, go: (page) => page.goto(house.invitation) },
    "an invitation that does not hold": { guest: true, go: (page) => page.goto("/join/kettle-7f3q-oboe") },
    "the list of rooms": { go: (page) => page.goto("/rooms") },
    "a room": { go: (page) => page.goto(`/rooms/${house.front}`).then(() => live(page)) },
    "a new room": { go: (page) => page.goto(`/rooms/${house.kitchen}`).then(() => live(page)) },
    "older messages": { go: (page) => page.goto(`/rooms/${house.front}/messages?before=6`) },
    "one message": { go: (page) => page.goto(`/rooms/${house.front}/messages/9`) },
    "the people of a room": { go: (page) => page.goto(`/rooms/${house.front}/people`) },
    "what a room is called": { go: (page) => page.goto(`/rooms/${house.front}/edit`) },
    "the door of a room": { go: (page) => page.goto(`/rooms/${house.left}`) },
    "a person": { go: (page) => page.goto("/users/2") },
    "one's account": { go: (page) => page.goto("/account") },
    "what is not there": { go: (page) => page.goto("/nowhere") },
};

for (const [name, { guest, go }] of Object.entries(pages)) {
    test(`Tab goes round ${name}, seen at every stop, narrow and wide; the skip link comes first`, async () => {
        for (const viewport of [{ width: 360, height: 740 }, { width: 1440, height: 900 }]) {
            const ines = await Person.arrive(browser, house.server, guest ? null : "ines", { viewport });
            const { page } = ines;
            await go(page);
            const { stops, faults } = await round(page);
            assert.deepEqual(faults, [], `${viewport.width} wide`);
            assert.match(stops[0]?.name ?? "", /class="skip-link"/);
            if (!(await page.evaluate(() => document.activeElement.matches(".skip-link")))) await page.keyboard.press("Tab");
            const target = await page.evaluate(() => document.activeElement.getAttribute("href"));
            await page.keyboard.press("Enter");
            assert.ok(await page.evaluate((id) => document.querySelector(id).contains(document.activeElement) || location.hash === id, target), `${target} is gone to`);
            ines.complaints = []; // statuses of refusals
            await ines.leave();
        }
    });
}

/* --- what one does there ---------------------------------------------------------------------------- */

/* Somebody who has a keyboard and nothing else. */
class Typist {
    constructor(person) {
        this.page = person.page;
        this.keyboard = person.page.keyboard;
    }
    at = (selector) => this.page.evaluate((wanted) => document.activeElement.matches(wanted), selector);
    async to(selector, key = "Tab") {
        for (let i = 0; i < 150; i++) {
            if (await this.at(selector)) return;
            await this.keyboard.press(key);
        }
        assert.fail(`${key} does not come to ${selector}`);
    }
    /* Replaces what a field holds. */
    async fill(selector, text) {
        await this.to(selector);
        await this.keyboard.press("Control+A");
        await this.keyboard.type(text);
    }
    async press(selector, key = "Enter") {
        await this.to(selector);
        await this.keyboard.press(key);
    }
    heading = (text) => this.page.waitForSelector(`h1:has-text(${JSON.stringify(text)})`);
}

test("a house is opened, lived in and left with keys alone", async () => {
    const ada = await Person.arrive(browser, empty, null);
    const keys = new Typist(ada);
    const { page } = ada;
    await ada.context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: empty.origin });

    await page.goto("/");
    await keys.fill("#room", "Front room");
    await keys.fill("#name", "Ada Lovelace");
    await keys.fill("#handle", "ada");
    await keys.fill("#password", "three plain words");
    await keys.press("button[type=submit]", "Space");
    await keys.heading("Front room");
    await ada.live();

    /* The first room says how to ask people in. */
    await keys.press("main a[href='/account#invitation']");
    await page.waitForURL("**/account#invitation");
    await keys.press("form[action='/invitation'] button[type=submit]");
    await page.waitForSelector("#link");
    const link = await page.inputValue("#link");
    await keys.press("[data-copy]", "Space");
    await page.getByText("Link copied").waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), link);

    await keys.fill("#bio", "Writes programs.");
    await keys.press("form[action='/account'] button[type=submit]");
    await page.waitForSelector(".notice");
    await keys.fill("#current", "three plain words");
    await keys.fill("#password", "four words, all plain");
    await keys.press("form[action='/account/password'] button[type=submit]");
    await page.waitForSelector(".notice:has-text('assword')");

    const bob = await Person.arrive(browser, empty, null);
    const his = new Typist(bob);
    await bob.page.goto(new URL(link).pathname);
    await his.fill("#name", "Bob Marsh");
    await his.fill("#handle", "bob");
    await his.fill("#password", "another few words");
    await his.press("button[type=submit]");
    await bob.page.waitForURL("**/rooms**");

    /* A room of one's own: made, renamed, left, found again. */
    await keys.press("#rooms .sidebar__name");
    await keys.heading("Rooms");
    await keys.fill("#name", "Front room");
    await keys.keyboard.press("Enter");
    await page.waitForSelector("#namesake");
    await keys.fill("#name", "Kitchen");
    await keys.keyboard.press("Enter");
    await keys.heading("Kitchen");
    await keys.press("main a[href$='/edit']");
    await keys.heading("About this room");
    await keys.fill("#name", "Galley");
    await keys.fill("#topic", "What is cooking");
    await keys.press("main form[action^='/rooms/'] .button--primary");
    await keys.heading("Galley");
    await keys.press("main a[href$='/people']");
    await keys.heading("People");
    await keys.press(".people a");
    await page.waitForURL("**/users/*");
    await page.goBack();
    await keys.heading("People");
    await keys.press("main .room__back");
    await ada.live();

    /* A message: written, linked to, changed, deleted; the question is left by Escape first. */
    await keys.to("#body");
    await keys.keyboard.type("kettle");
    await keys.keyboard.press("Shift+Enter");
    await keys.keyboard.type("and tea");
    await keys.keyboard.press("Enter");
    await ada.sees("kettle");
    await keys.to("#scroller", "Shift+Tab");
    await keys.keyboard.press("ArrowUp");
    await keys.keyboard.press("Enter");
    await page.waitForSelector("#edit-body");
    await keys.fill("#edit-body", "kettle and tea");
    await keys.press("#edit button[type=submit]");
    await ada.sees("kettle and tea");
    await ada.live();
    await keys.to("#scroller", "Shift+Tab");
    await keys.keyboard.press("ArrowUp");
    await keys.keyboard.press("Delete");
    await page.waitForSelector("#delete-message[open]");
    await keys.keyboard.press("Escape");
    await page.waitForSelector("#delete-message:not([open])", { state: "attached" });
    assert.ok(await page.evaluate(() => document.activeElement.closest("#messages > article") !== null), "back at the message");
    await keys.keyboard.press("Delete");
    await page.waitForSelector("#delete-message[open]");
    await keys.press("#delete-message .button--final");
    await page.waitForFunction(() => !document.querySelector("#messages")?.textContent.includes("kettle"));

    await keys.press("main a[href$='/edit']");
    await keys.heading("About this room");
    await keys.press(".button--danger");
    await page.waitForURL("**/rooms");
    const galley = await page.getAttribute("main a.rooms__row:has-text('Galley')", "href");
    await keys.press(`main a.rooms__row[href="${galley}"]`);
    await page.waitForSelector("main form[action$='/membership']");
    await keys.press("main form .button--primary", "Space");
    await ada.live();

    await page.goto("/rooms/4711");
    await keys.press("main a[href='/rooms']");
    await page.waitForURL("**/rooms");
    await keys.press("button[aria-label='Sign out']");
    await page.waitForURL("**/session");
    await keys.fill("#handle", "ada");
    await keys.fill("#password", "four words, all plain");
    await keys.keyboard.press("Enter");
    await keys.heading("Rooms");

    ada.complaints = ada.complaints.filter((text) => !/status of 4(04|22)/.test(text));
    await ada.leave();
    await bob.leave();
});
