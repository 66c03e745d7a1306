/* screens.mjs -- a picture of every page and state, at five widths, light and dark, for people to look at:
 * build/screens/PAGE-WIDTH-SCHEME.png. No test: nothing here passes or fails. `node screens.mjs room door`
 * makes only those whose names begin so.
 *
 * The pictures look best where Inter and P052 are installed (fonts-inter, fonts-urw-base35). */
import { mkdirSync } from "node:fs";
import { launch } from "../support/browser.mjs";
import { dress, now, openHouse, password } from "../support/house.mjs";
import { Server } from "../support/server.mjs";

const OUT = "build/screens";
const HEIGHTS = { 360: 740, 800: 900, 1120: 800, 1440: 900, 1600: 1000 };
const wanted = process.argv.slice(2);

mkdirSync(OUT, { recursive: true });
const { server, front, kitchen, left, invitation } = await openHouse();
const bare = new Server();
await bare.start();
/* Two houses whose database lost something: what people say of themselves, which one page reads, and the
 * invitation, by which every page first sees whether somebody lives here. */
const damaged = async (damage) => {
    const house = new Server();
    house.addUser("ines", { name: "Ines Duarte", admin: true });
    house.change(damage);
    return house.start();
};
const broken = await damaged("ALTER TABLE person RENAME COLUMN bio TO mislaid");
const stuck = await damaged("ALTER TABLE invitation RENAME TO mislaid");
const browser = await launch();

/* Posts from another origin. */
const forbidden = async (page) => {
    await page.goto("about:blank");
    await page.setContent(`<form method="post" action="${server.origin}/rooms/${front}/messages"><button>`);
    await page.click("button");
    await page.waitForSelector("h1");
};
/* Cuts the page off without touching the house, then lets the page's clock run; it may still ask. */
const cut = async (page, seconds, { mayAsk = false } = {}) => {
    page.isCut = true;
    if (!mayAsk) await page.route("**/changes?*", (route) => route.abort());
    for (const socket of page.sockets.splice(0)) await socket.close({ code: 1012 });
    await page.waitForSelector("html:not([data-live=on])");
    for (let second = 0; second < seconds; second++) await page.clock.runFor(1000);
};
const listen = async (page) => {
    page.sockets = [];
    await page.routeWebSocket("**/live?*", (socket) => {
        if (page.isCut) return socket.close({ code: 1012 });
        socket.connectToServer();
        page.sockets.push(socket);
    });
};
const room = async (page) => {
    await page.goto(`/rooms/${front}`);
    await page.waitForSelector('html[data-live="on"]');
};
const write = async (page, text) => {
    await page.fill("#body", text);
    await page.click("#composer button[type=submit]");
};

/* Name → how to get there. The page has a clock of its own that stands at `now`. */
const states = {
    signin: { guest: true, go: (page) => page.goto("/session") },
    "signin-error": {
        guest: true,
        go: async (page) => {
            await page.goto("/session");
            await page.fill("#handle", "ines");
            await page.fill("#password", `not ${password}`);
            await page.press("#password", "Enter");
            await page.waitForSelector("#sign-in-error");
        },
    },
    "signin-paused": {
        guest: true,
        go: async (page) => {
            await page.goto("/session");
            for (let i = 0; i < 12 && !(await page.getByText("Too many tries").count()); i++) {
                await page.fill("#handle", "marguerite");
                await page.fill("#password", `not ${password}`);
                await Promise.all([page.waitForEvent("domcontentloaded"), page.press("#password", "Enter")]);
            }
        },
    },
    rooms: { go: (page) => page.goto("/rooms") },
    "rooms-namesake": {
        go: async (page) => {
            await page.goto("/rooms");
            await page.fill("#name", "Kitchen");
            await page.press("#name", "Enter");
            await page.waitForSelector("#namesake");
            await page.locator("#new-room").scrollIntoViewIfNeeded();
        },
    },
    "rooms-foot": { go: (page) => page.goto("/rooms").then(() => page.locator(".section").last().scrollIntoViewIfNeeded()) },
    setup: { guest: true, house: bare, go: (page) => page.goto("/setup") },
    "setup-error": {
        guest: true,
        house: bare,
        go: async (page) => {
            await page.goto("/setup");
            const fields = { room: "Front room", name: "Ines Duarte", handle: "ines", password: "harbour" };
            for (const [name, text] of Object.entries(fields)) await page.fill(`#${name}`, text);
            await page.press("#password", "Enter");
            await page.waitForSelector(".form__error");
        },
    },
    join: { guest: true, go: (page) => page.goto(invitation) },
    "join-none": { guest: true, go: (page) => page.goto("/join/kettle-7f3q-oboe") },
    account: { go: (page) => page.goto("/account") },
    "account-invitation": {
        go: async (page) => {
            await page.goto("/account#invitation");
            await page.click("[data-copy]");
            await page.getByRole("status").filter({ hasText: /./ }).waitFor();
        },
    },
    person: { go: (page) => page.goto("/users/2") },
    people: { go: (page) => page.goto(`/rooms/${front}/people`) },
    about: { go: (page) => page.goto(`/rooms/${front}/edit`) },
    door: { go: (page) => page.goto(`/rooms/${left}`) },
    "room-unread": {
        who: (isPhone) => (isPhone ? "hal" : "tomas"),
        go: async (page) => {
            await room(page);
            await page.locator("[data-new]").scrollIntoViewIfNeeded();
        },
    },
    "room-bar": {
        go: async (page) => {
            await room(page);
            await page.locator("#messages > article", { hasText: "Yes, happy to" }).hover();
        },
    },
    "room-editing": {
        go: async (page) => {
            await room(page);
            await page.locator("#messages > article", { hasText: "Yes, happy to" }).focus().catch(() => {});
            await page.evaluate(() => parlor.edit([...document.querySelectorAll("#messages > article")].at(-4)));
            await page.waitForSelector(".editor");
        },
    },
    "room-delete": {
        go: async (page) => {
            await room(page);
            await page.evaluate(() => document.getElementById("delete-message").showModal());
        },
    },
    room: { go: room },
    "room-typed": {
        go: async (page) => {
            await room(page);
            await page.fill("#body", "Could somebody bring the long extension lead from the van? It is under the seat, next to the box of valves.");
            await page.hover("#messages > article:nth-of-type(3)");
            await page.clock.runFor(1000);
        },
    },
    "room-drawer": {
        narrow: true,
        go: async (page) => {
            await room(page);
            await page.click(".room__menu");
            await page.clock.runFor(1000);
        },
    },
    "room-reconnecting": {
        go: async (page) => {
            await room(page);
            await cut(page, 6);
        },
    },
    "room-asks": {
        go: async (page) => {
            await room(page);
            await cut(page, 12, { mayAsk: true });
            await page.waitForSelector('html[data-live="asks"]');
        },
    },
    "room-offline": {
        go: async (page) => {
            await room(page);
            await cut(page, 1);
            await write(page, "The toaster people are here already.");
            await write(page, "Do we have a second extension lead?");
            await page.fill("#body", "The one in the cupboard is");
            await cut(page, 40);
        },
    },
    "room-failed": {
        go: async (page) => {
            await room(page);
            await cut(page, 1);
            await write(page, "Found it. Printing a test sheet now.");
            await page.evaluate(() => {
                const nonce = document.querySelector(".message--pending").id.slice(2);
                parlor.outbox.refused(nonce, "denied");
            });
            await page.clock.runFor(500);
        },
    },
    "room-new": { go: (page) => page.goto(`/rooms/${kitchen}`).then(() => page.waitForSelector('html[data-live="on"]')) },
    "room-plain": { plain: true, go: (page) => page.goto(`/rooms/${front}`) },
    older: { go: (page) => page.goto(`/rooms/${front}/messages?before=6`) },
    message: { go: (page) => page.goto(`/rooms/${front}/messages/7`) },
    "error-404": { go: (page) => page.goto("/nowhere") },
    "error-404-guest": { guest: true, go: (page) => page.goto("/nowhere") },
    "error-403": { go: forbidden },
    "error-500": { house: broken, go: (page) => page.goto("/users/1") },
    "error-503": { house: stuck, go: (page) => page.goto("/rooms") },
};

/* One visit, photographed at each width and in both schemes; phones are another visit, with touch. */
const visit = async (name, state, widths) => {
    const house = state.house ?? server;
    const isPhone = widths[0] < 800;
    const context = await browser.newContext({
        baseURL: house.origin,
        viewport: { width: widths[0], height: HEIGHTS[widths[0]] },
        deviceScaleFactor: isPhone ? 2 : 1,
        hasTouch: isPhone,
        isMobile: isPhone,
        locale: "en-GB",
        timezoneId: "UTC",
        reducedMotion: "reduce",
        javaScriptEnabled: !state.plain,
    });
    if (!state.guest) {
        const [cookie, value] = house.addSession(state.who?.(isPhone) ?? "ines").split("=");
        await context.addCookies([{ name: cookie, value, url: house.origin }]);
    }
    const page = await context.newPage();
    await listen(page);
    if (!state.plain) {
        await dress(context);
        await page.clock.install({ time: now });
    }
    await state.go(page);
    if (!state.plain) await page.clock.runFor(600);
    for (const width of widths) {
        await page.setViewportSize({ width, height: HEIGHTS[width] });
        for (const scheme of ["light", "dark"]) {
            await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
            await page.screenshot({ path: `${OUT}/${name}-${width}-${scheme}.png`, animations: "disabled" });
        }
    }
    await context.close();
};

for (const [name, state] of Object.entries(states)) {
    if (wanted.length && !wanted.some((start) => name.startsWith(start))) continue;
    await visit(name, state, [360]);
    if (!state.narrow) await visit(name, state, [800, 1120, 1440, 1600]);
    console.log(name);
}
await browser.close();
for (const house of [server, bare, broken, stuck]) await house.remove();
