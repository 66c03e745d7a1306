/* access.test.mjs -- every page for everybody: axe finds nothing, light and dark, narrow and wide; the keyboard
 * reaches everything in a sensible order; nothing scrolls sideways at 400 % zoom. */
import test, { after, before } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Server } from "../support/server.mjs";
import { Person, launch } from "../support/browser.mjs";
import { openHouse, password } from "../support/house.mjs";

const axe = readFileSync("node_modules/axe-core/axe.min.js", "utf8");
let empty, open, closed, server, browser, front, kitchen, left, invitation;

before(async () => {
    ({ server, front, kitchen, left, invitation } = await openHouse());
    empty = await new Server().start();
    open = await lived("open");
    closed = await lived("closed");
    browser = await launch();
});
after(async () => {
    await browser?.close();
    await server?.remove();
    for (const other of [empty, open, closed]) await other?.remove();
});

/* Another house, where somebody lives already. */
const lived = (registration) => {
    const other = new Server({ environment: { PARLOR_REGISTRATION: registration } });
    other.addUser("marguerite", { name: "Marguerite Okafor", admin: true });
    return other.start();
};

/* What axe finds, a line each, in both schemes. The page's own policy stays in force: axe comes in by the
 * debugger, not as a script of the page. */
const findings = async (page) => {
    const found = [];
    for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
        for (const { id, nodes } of violations) {
            for (const node of nodes) found.push(`${colorScheme} ${id}: ${node.html.slice(0, 120)} ${node.failureSummary}`);
        }
    }
    return found;
};

const live = (page) => page.waitForSelector('html[data-live="on"]');
/* Sends a newcomer's form with a password that is too short. */
const turnedAway = async (page) => {
    if (await page.isVisible("#room")) await page.fill("#room", "Front room");
    await page.fill("#name", "Ada");
    await page.fill("#handle", "ada");
    await page.fill("#password", "short");
    await page.press("#password", "Enter");
    await page.waitForSelector("#password-error");
};
const pages = {
    "signing in": { guest: true, go: (page) => page.goto("/session") },
    "signing in with an error": {
        guest: true,
        go: async (page) => {
            await page.goto("/session");
            await page.fill("#handle", "ines");
            await page.fill("#password", "wrong");
            await page.press("#password", "Enter");
            await page.waitForSelector("#sign-in-error");
        },
    },
    "signing in where all may come": { guest: true, go: (page) => page.goto(`${open.origin}/session`) },
    "making an account where all may": { guest: true, go: (page) => page.goto(`${open.origin}/join`) },
    "signing in where nobody new may come": { guest: true, go: (page) => page.goto(`${closed.origin}/session`) },
    "the first run": { guest: true, go: (page) => page.goto(`${empty.origin}/setup`) },
    "an invitation": { guest: true, go: (page) => page.goto(invitation) },
    "an invitation that does not hold": { guest: true, go: (page) => page.goto("/join/kettle-7f3q-oboe") },
    "one's account": { go: (page) => page.goto("/account") },
    "a person": { go: (page) => page.goto("/users/2") },
    "the people of a room": { go: (page) => page.goto(`/rooms/${front}/people`) },
    "what a room is called": { go: (page) => page.goto(`/rooms/${front}/edit`) },
    "the door of a room": { go: (page) => page.goto(`/rooms/${left}`) },
    "a message that is edited": {
        go: async (page) => {
            await page.goto(`/rooms/${front}`);
            await live(page);
            await page.evaluate(() => parlor.edit(document.querySelector("#messages > article:last-child")));
            await page.waitForSelector(".editor");
        },
    },
    "a question before something goes": {
        go: async (page) => {
            await page.goto(`/rooms/${front}`);
            await live(page);
            await page.evaluate(() => document.getElementById("delete-message").showModal());
        },
    },
    "the list of rooms": { go: (page) => page.goto("/rooms") },
    "a room by a name that there is": {
        go: async (page) => {
            await page.goto("/rooms");
            await page.fill("#name", "Kitchen");
            await page.press("#name", "Enter");
            await page.waitForSelector("#namesake");
        },
    },
    "a profile without a name": {
        go: async (page) => {
            await page.goto("/account");
            await page.fill("#name", "\u200b");
            await page.press("#name", "Enter");
            await page.waitForSelector("#name-error");
        },
    },
    "the rooms as a drawer": {
        go: async (page) => {
            await page.goto(`/rooms/${front}`);
            await live(page);
            if (await page.isVisible(".room__menu")) await page.click(".room__menu");
            await page.waitForSelector("#rooms >> visible=true");
        },
    },
    "a room that no socket reaches": {
        go: async (page) => {
            await page.goto(`/rooms/${front}`);
            await live(page);
            await page.evaluate(() => parlor.status.asks(true));
            await page.waitForSelector("#connection button");
        },
    },
    "a form from elsewhere": {
        go: async (page) => {
            await page.goto("about:blank");
            await page.setContent(`<form method="post" action="${server.origin}/rooms/${front}/messages"><button>`);
            await page.click("button");
            await page.waitForSelector("h1");
        },
    },
    "a room": { go: (page) => page.goto(`/rooms/${front}`).then(() => live(page)) },
    "a new room": { go: (page) => page.goto(`/rooms/${kitchen}`).then(() => live(page)) },
    "a room with a message that failed": {
        go: async (page) => {
            await page.goto(`/rooms/${kitchen}`);
            await live(page);
            await page.evaluate(() => {
                parlor.send = () => true; // said into the void
                parlor.outbox.post(Number(parlor.room().dataset.room), "Found it.");
                parlor.outbox.refused(document.querySelector(".message--pending").id.slice(2), "denied");
            });
            await page.waitForSelector(".failure");
        },
    },
    "older messages": { go: (page) => page.goto(`/rooms/${front}/messages?before=6`) },
    "one message": { go: (page) => page.goto(`/rooms/${front}/messages/7`) },
    "the first run with errors": { guest: true, go: (page) => page.goto(`${empty.origin}/setup`).then(() => turnedAway(page)) },
    "an invitation with errors": { guest: true, go: (page) => page.goto(invitation).then(() => turnedAway(page)) },
    "the way in of a house that asks for an invitation": { guest: true, go: (page) => page.goto("/join") },
    "one's account with errors": {
        go: async (page) => {
            await page.goto("/account");
            await page.fill("#current", "wrong");
            await page.fill("#password", "three other words");
            await page.press("#password", "Enter");
            await page.waitForSelector("#current-error");
        },
    },
    "a room named like another": {
        go: async (page) => {
            await page.goto("/rooms");
            await page.fill("#name", "Kitchen");
            await page.press("#name", "Enter");
            await page.waitForSelector("#namesake");
        },
    },
    "a room with the drawer open, where there is one": {
        go: async (page) => {
            await page.goto(`/rooms/${front}`);
            await live(page);
            if (await page.isVisible(".room__menu")) await page.click(".room__menu");
            await page.waitForSelector("#rooms", { state: "visible" });
        },
    },
    "what is not there": { go: (page) => page.goto("/nowhere") },
};

for (const [name, { guest, go }] of Object.entries(pages)) {
    test(`axe finds nothing on ${name}, light and dark, narrow and wide`, async () => {
        const ines = await Person.arrive(browser, server, guest ? null : "ines", { locale: "en-GB" });
        for (const viewport of [{ width: 360, height: 740 }, { width: 1440, height: 900 }]) {
            await ines.page.setViewportSize(viewport);
            await go(ines.page);
            assert.deepEqual(await findings(ines.page), [], `${viewport.width} wide`);
        }
        ines.complaints = []; // statuses of refusals
        await ines.leave();
    });

    test(`${name} does not scroll sideways at 400 % zoom`, async () => {
        const ines = await Person.arrive(browser, server, guest ? null : "ines", { viewport: { width: 320, height: 256 } });
        await go(ines.page);
        const widths = await ines.page.evaluate(() => {
            const boxes = [document.documentElement, ...document.querySelectorAll("main, #scroller, .plain")];
            return boxes.map((box) => box.scrollWidth - box.clientWidth);
        });
        assert.deepEqual(widths.filter((over) => over > 0), []);
        ines.complaints = [];
        await ines.leave();
    });
}

/* The names of what Tab reaches, from the top of the page until it comes round. */
const tabOrder = async (page, most = 200) => {
    const order = [];
    for (let isRound = false, i = 0; i < most; i++) {
        await page.keyboard.press("Tab");
        const name = await page.evaluate(() => {
            const element = document.activeElement;
            if (element === document.body) return null;
            const label = element.labels?.[0]?.textContent ?? element.getAttribute("aria-label") ?? element.textContent;
            return label.trim();
        });
        if (name === null && isRound) return order;
        if (name === null) isRound = true;
        else if (isRound) order.push(name);
    }
    return order;
};

test("Tab goes from the skip links through the rooms to the composer", async () => {
    const ines = await Person.arrive(browser, server, "ines");
    await ines.page.goto(`/rooms/${front}`);
    await ines.live();
    const order = await tabOrder(ines.page);
    assert.deepEqual(order.slice(0, 2), ["Skip to the content", "Skip to writing"]);
    const at = (name) => order.findIndex((label) => label.startsWith(name));
    assert.ok(at("Parlor") > 1 && at("Parlor") < at("Announcements"), order.join(", "));
    assert.ok(at("Workshop") < at("Sign out"));
    assert.ok(at("Sign out") < at("Message to Front room"), order.join(", "));
    await ines.leave();
});

test("by keyboard alone: sign in, go to a room, write, go to another room, sign out", async () => {
    const ines = await Person.arrive(browser, server, null);
    const { page } = ines;
    await page.goto("/session");
    const to = async (selector) => {
        for (let i = 0; i < 100; i++) {
            if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
            await page.keyboard.press("Tab");
        }
        assert.fail(`Tab does not reach ${selector}`);
    };
    await to("#handle");
    await page.keyboard.type("ines");
    await to("#password");
    await page.keyboard.type(password);
    await page.keyboard.press("Enter");
    await page.waitForURL("**/rooms");
    await to(`main a[href="/rooms/${front}"]`);
    await page.keyboard.press("Enter");
    await ines.live();
    await to("#body");
    await page.keyboard.type("typed and sent by keyboard");
    await page.keyboard.press("Enter");
    await ines.sees("typed and sent by keyboard");
    await page.evaluate(() => document.activeElement.blur());
    await to(`#rooms a[href="/rooms/${kitchen}"]`);
    await page.keyboard.press("Enter");
    await page.waitForSelector(`#room[data-room="${kitchen}"] #body:focus`); // the new room takes the focus
    await to("button[aria-label='Sign out']");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/session");
    await ines.leave();
});

test("on a phone the rooms come in as a drawer: opened, left by Escape, and gone after a choice", async () => {
    const ines = await Person.arrive(browser, server, "ines", { viewport: { width: 360, height: 740 }, hasTouch: true });
    const { page } = ines;
    await ines.open(front);
    const rooms = page.locator("#rooms");
    assert.equal(await rooms.isVisible(), false);
    await page.tap(".room__menu");
    await rooms.waitFor({ state: "visible" });
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-current")), "page");
    await page.keyboard.press("Escape");
    await rooms.waitFor({ state: "hidden" });
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), "Rooms");
    await page.tap(".room__menu");
    await page.tap(`#rooms a[href="/rooms/${kitchen}"]`);
    await page.waitForSelector(`#room[data-room="${kitchen}"]`);
    await rooms.waitFor({ state: "hidden" });
    await ines.leave();
});

test("the keyboard stays where it is when the list of rooms changes under it", async () => {
    const ines = await Person.arrive(browser, server, "ines");
    const hal = await Person.arrive(browser, server, "hal");
    await ines.open(front);
    await ines.page.focus(`#rooms a[href="/rooms/${kitchen}"]`);
    await hal.page.goto("/rooms");
    await hal.page.fill("#name", "Attic");
    await hal.page.press("#name", "Enter");
    await ines.page.waitForSelector("#rooms a.row:has-text('Attic')");
    await ines.page.waitForSelector(`#rooms a[href="/rooms/${kitchen}"]:focus`);
    await ines.leave();
    await hal.leave();
});

test("on a phone without JavaScript the rooms are a page", async () => {
    const options = { viewport: { width: 360, height: 740 }, javaScriptEnabled: false };
    const ines = await Person.arrive(browser, server, "ines", options);
    await ines.page.goto(`/rooms/${front}`);
    await ines.page.click(".room__menu");
    await ines.page.click("main >> text=Kitchen");
    assert.equal(await ines.page.textContent("h1"), "Kitchen");
    await ines.leave();
});

test("Send is there when there is something to send, and somewhere to send it", async () => {
    const ines = await Person.arrive(browser, server, "ines");
    const { page } = ines;
    await page.clock.install();
    let isCut = false;
    const sockets = [];
    await page.routeWebSocket("**/live?*", (socket) => {
        if (isCut) return socket.close({ code: 1012 });
        socket.connectToServer();
        sockets.push(socket);
    });
    await page.route("**/changes?*", (route) => route.abort()); // nor is the house there when it is asked
    await ines.open(front);
    const send = page.locator("#composer button[type=submit]");
    assert.equal(await send.isDisabled(), true);
    await page.fill("#body", "   ");
    assert.equal(await send.isDisabled(), true);
    await page.fill("#body", "a word");
    assert.equal(await send.isDisabled(), false);
    isCut = true;
    for (const socket of sockets) await socket.close({ code: 1012 });
    await page.waitForSelector('html[data-live="wait"]');
    assert.equal(await send.isDisabled(), false);
    await page.clock.runFor(7_000);
    assert.match(await page.textContent("#connection"), /Connecting again/);
    await page.clock.runFor(30_000);
    assert.match(await page.textContent("#connection"), /No connection since \d\d:\d\d.*Try now/);
    assert.equal(await send.isDisabled(), true);
    await page.press("#body", "Enter");
    assert.equal(await page.inputValue("#body"), "a word");
    isCut = false;
    await page.click("text=Try now");
    await ines.live();
    assert.equal(await send.isDisabled(), false);
    assert.equal((await page.textContent("#connection .connection__text")).trim(), "");
    await page.fill("#body", "");
    await ines.leave({ mayMissServer: true });
});
