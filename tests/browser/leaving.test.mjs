/* leaving.test.mjs -- who has signed out has left nothing behind for whoever sits down next. */
import test, { after, before } from "node:test";
import assert from "node:assert/strict";
import { Person, launch } from "../support/browser.mjs";
import { Member } from "../support/member.mjs";
import { Server, unlimited } from "../support/server.mjs";

let server, browser, front, other;

before(async () => {
    server = new Server({ environment: unlimited });
    server.addUser("ada", { name: "Ada Lovelace", password: "correct horse battery" });
    front = server.addRoom("Front room");
    other = server.addRoom("Workshop");
    await server.start();
    const ada = new Member(server, "ada");
    for (const room of [front, other]) await ada.send(`/rooms/${room}/messages`, { nonce: `n${room}`, body: "between ourselves" });
    browser = await launch();
});
after(async () => {
    await browser?.close();
    await server?.remove();
});

for (const [how, options] of [["", {}], [" without JavaScript", { javaScriptEnabled: false }]]) {
    test(`A13 after signing out Back and Forward show nothing of what was read${how}`, async () => {
        const ada = await Person.arrive(browser, server, "ada", options);
        const { page } = ada;
        await page.goto(`/rooms/${front}`);
        await ada.sees("between ourselves");
        await page.click(`#rooms a[href="/rooms/${other}"]`);
        await page.waitForURL(`**/rooms/${other}`);
        await ada.sees("between ourselves");
        await page.goto("/account");
        await page.goto(`/rooms/${other}`);
        await page.click("button[aria-label='Sign out']");
        await page.waitForURL("**/session");
        const assertNothing = async (where) => {
            await page.waitForLoadState();
            await page.waitForSelector("#password");
            const text = await page.evaluate(() => document.documentElement.outerHTML);
            assert.doesNotMatch(text, /between ourselves|Workshop|Front room|Ada Lovelace/, where);
        };
        for (let i = 0; i < 4; i++) {
            await page.goBack({ waitUntil: "commit" });
            await assertNothing(`${i + 1} back, ${page.url()}`);
        }
        await page.goForward({ waitUntil: "commit" });
        await assertNothing("forward");
        await page.reload();
        await assertNothing("reloaded");
        ada.complaints = []; // a socket may be refused on the way
        await ada.leave();
    });
}
