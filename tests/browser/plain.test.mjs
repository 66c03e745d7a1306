/* plain.test.mjs -- one life in a house without JavaScript: from the first run to signing out, by links and forms. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, Person } from "../support/browser.mjs";
import { Server, unlimited } from "../support/server.mjs";

const plain = { javaScriptEnabled: false };
const good = "three plain words";
const better = "four other plain words";
let server, browser;

before(async () => {
    server = await new Server({ environment: unlimited }).start();
    browser = await launch();
});
after(async () => {
    await browser?.close();
    await server?.remove();
});

/* Fills fields by their labels and presses a button: the page that answers. */
const send = async ({ page }, fields, button) => {
    for (const [label, text] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(text);
    await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: button, exact: true }).click()]);
};
const follow = async ({ page }, name) => {
    await Promise.all([page.waitForNavigation(), page.locator("main").getByRole("link", { name }).first().click()]);
};
const say = async (person, text) => {
    await person.page.fill("#body", text);
    await Promise.all([person.page.waitForNavigation(), person.page.click("#composer button[type=submit]")]);
};
const fieldOf = ({ page }, label) => page.getByLabel(label, { exact: true }).inputValue();

test("without JavaScript: a house is opened, lived in and left by links and forms", async () => {
    const ada = await Person.arrive(browser, server, null, plain);
    await ada.page.goto("/setup");
    await send(ada, { "First room": "Front room", "Your name": "Ada", "Your handle": "ada", Password: "short" }, "Open the house");
    assert.deepEqual([await fieldOf(ada, "First room"), await fieldOf(ada, "Your name"), await fieldOf(ada, "Your handle")], ["Front room", "Ada", "ada"]);
    assert.ok(await ada.page.isVisible("#password-error"));
    await send(ada, { Password: good }, "Open the house");
    await ada.page.goto("/rooms");
    await follow(ada, /^Front room/);
    const front = new URL(ada.page.url()).pathname;

    await ada.page.goto("/account");
    await send(ada, {}, "Make a new link");
    const link = await fieldOf(ada, "Whoever has this link may come in");
    const bob = await Person.arrive(browser, server, null, plain);
    await bob.page.goto(link);
    await send(bob, { "Your name": "Bob", "Your handle": "bob", Password: good }, "Come in");
    assert.equal(new URL(bob.page.url()).pathname, front);

    /* The same form sent twice, as by going back, posts once. */
    await say(bob, "said once");
    const nonce = "0f8fad5b-d9cb-469f-a165-70867728950e";
    for (let i = 0; i < 2; i++) {
        const headers = { Origin: server.origin };
        const answer = await bob.context.request.post(`${front}/messages`, { form: { nonce, body: "said again" }, headers });
        assert.ok(answer.ok(), `time ${i + 1}: ${answer.status()}`);
    }
    await bob.page.goto(front);
    assert.deepEqual((await bob.messages()).filter((text) => text.startsWith("said")), ["said once", "said again"]);

    const own = bob.page.locator("#messages > article[data-seq]:has-text('said once') > a");
    await Promise.all([bob.page.waitForNavigation(), own.click()]);
    const path = bob.page.url();
    await send(bob, { "Text of the message": "said better" }, "Save");
    await bob.page.goto(front);
    await bob.sees("said better");
    await bob.page.goto(path);
    await send(bob, {}, "Delete message");
    await bob.page.goto(front);
    assert.deepEqual((await bob.messages()).filter((text) => text.includes("said")), ["said again"]);

    for (let i = 0; i < 60; i++) {
        const form = { nonce: crypto.randomUUID(), body: `line ${i}` };
        await bob.context.request.post(`${front}/messages`, { form, headers: { Origin: server.origin } });
    }
    await bob.page.goto(front);
    assert.ok(!(await bob.messages()).includes("line 1"));
    await follow(bob, "Earlier messages");
    assert.ok((await bob.messages()).includes("line 1"));
    await follow(bob, "Back to the newest");
    assert.equal((await bob.messages()).at(-1), "line 59");

    await bob.page.goto("/account");
    await send(bob, { "Current password": "wrong", "New password": better }, "Change password");
    assert.ok(await bob.page.isVisible("#current-error"));
    await send(bob, { "Current password": good, "New password": better }, "Change password");
    await bob.page.locator("button[aria-label='Sign out']").first().click();
    await bob.page.waitForURL("**/session");
    await send(bob, { "Your handle": "bob", Password: good }, "Sign in");
    assert.equal(await fieldOf(bob, "Your handle"), "bob");
    assert.ok(await bob.page.isVisible("#sign-in-error"));
    await send(bob, { Password: better }, "Sign in");
    await bob.page.waitForURL("**/rooms");

    await send(bob, { "Its name": "Front room" }, "Open room");
    assert.equal(await fieldOf(bob, "Its name"), "Front room"); // there is one of that name
    await send(bob, { "Its name": "Library" }, "Open room");
    assert.equal(await bob.page.textContent("h1"), "Library");
    await bob.page.goto(`${bob.page.url().split("?")[0]}/edit`);
    await send(bob, { Name: "Reading room" }, "Save");
    assert.equal(await bob.page.textContent("h1"), "Reading room");
    await bob.page.goto(`${bob.page.url().split("?")[0]}/edit`);
    await send(bob, {}, "Leave room");
    await send(bob, {}, "Join Reading room");
    assert.equal(await bob.page.textContent("h1"), "Reading room");
    await bob.page.locator("button[aria-label='Sign out']").first().click();
    await bob.page.waitForURL("**/session");
    await bob.page.goto(front);
    await bob.page.waitForSelector("#password"); // asked who it is
    ada.complaints = []; // statuses of refusals
    bob.complaints = [];
    await ada.leave();
    await bob.leave();
});
