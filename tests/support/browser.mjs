/* browser.mjs -- people in front of a real browser: each in a context of their own, watched for errors. */
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const flags = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
];

export const launch = () =>
    chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, args: flags });

/* Somebody with a session of their own. `options` are Playwright's for the context. */
export class Person {
    complaints = []; // console errors, uncaught exceptions, violations of the content policy

    static async arrive(browser, server, handle, options = {}) {
        const person = new Person();
        person.server = server;
        person.context = await browser.newContext({ baseURL: server.origin, ...options });
        if (handle) {
            const [name, value] = server.addSession(handle).split("=");
            await person.context.addCookies([{ name, value, url: server.origin }]);
        }
        person.page = await person.context.newPage();
        person.page.on("console", (message) => {
            if (message.type() === "error") person.complaints.push(message.text());
        });
        /* A page that is gone to before the fade from the last one has begun does not fade: no fault of it. */
        const isNoFade = (error) => /Transition was aborted because of invalid state/.test(String(error));
        person.page.on("pageerror", (error) => isNoFade(error) || person.complaints.push(String(error)));
        return person;
    }

    /* Opens a room and waits until it is live. */
    async open(room) {
        await this.page.goto(`/rooms/${room}`);
        await this.live();
    }
    live = () => this.page.waitForSelector('html[data-live="on"]');
    async write(text) {
        await this.page.fill("#body", text);
        await this.page.press("#body", "Enter");
    }
    /* Waits until a stored message with this text is on the page. */
    sees(text) {
        return this.page.waitForSelector(`#messages > article[data-seq]:has-text(${JSON.stringify(text)})`);
    }
    /* The texts of all stored messages on the page, in order. */
    messages() {
        const texts = (articles) => articles.map((article) => article.querySelector(":scope > div").textContent);
        return this.page.$$eval("#messages > article[data-seq]", texts);
    }
    pending() {
        return this.page.$$eval("#messages > article:not([data-seq])", (articles) => articles.length);
    }

    /* Nothing was complained about, but for what a server that is away makes the browser say. */
    async leave({ mayMissServer = false } = {}) {
        const isAway = (text) => /ERR_CONNECTION|WebSocket connection to|htmx:ws:error|Failed to load resource: net::|htmx:error: Failed to fetch/.test(text);
        const complaints = this.complaints.filter((text) => !(mayMissServer && isAway(text)));
        await this.context.close();
        assert.deepEqual(complaints, []);
    }
}
