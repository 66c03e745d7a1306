/* accounts.test.mjs -- people move in: the first opens the house, the others come by their link. Everything
 * once with JavaScript and once without. */
import test, { after, before } from "node:test";
import assert from "node:assert/strict";
import { Server } from "../support/server.mjs";
import { Person, launch } from "../support/browser.mjs";

const good = "tin kettle harbour";
const other = "brass lantern meadow";
let browser;
const servers = [];
const house = async (environment = {}) => {
    const server = new Server({ environment });
    servers.push(server);
    return server.start();
};

before(async () => {
    browser = await launch();
});
after(async () => {
    await browser?.close();
    await Promise.all(servers.map((server) => server.remove()));
});

/* Fills in a form by the labels that people read, and sends it. */
const fillIn = async ({ page }, fields, button) => {
    for (const [label, text] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(text);
    await Promise.all([page.waitForEvent("domcontentloaded"), page.getByRole("button", { name: button, exact: true }).click()]);
};
const heading = ({ page }) => page.getByRole("heading", { level: 1 }).first().textContent();
const errorOf = ({ page }) => page.getByRole("alert").allTextContents();

for (const [how, options] of [["", {}], [" without JavaScript", { javaScriptEnabled: false }]]) {
    const writes = async (person, text) => {
        if (options.javaScriptEnabled !== false) return person.write(text);
        await person.page.fill("#body", text);
        await Promise.all([person.page.waitForEvent("domcontentloaded"), person.page.getByRole("button", { name: "Send" }).click()]);
    };
    const sees = async (person, text) => {
        if (options.javaScriptEnabled === false) await person.page.reload();
        return person.sees(text);
    };

    test(`A27 the first opens the house, asks somebody in, and they talk${how}`, async () => {
        const server = await house();
        const ada = await Person.arrive(browser, server, null, options);
        await ada.page.goto("/");
        assert.equal(await heading(ada), "Nobody lives here yet");
        assert.equal(await ada.page.getByLabel("First room").inputValue(), "Front room");
        await fillIn(ada, { "Your name": "Ada Lovelace", "Your handle": "ada", Password: "harbour" }, "Open the house");
        assert.deepEqual(await errorOf(ada), ["Too short by 5 characters. Three plain words do well."]);
        assert.equal(await ada.page.getByLabel("Your name").inputValue(), "Ada Lovelace");
        assert.equal(await ada.page.getByLabel("Password").inputValue(), "");
        await fillIn(ada, { Password: good }, "Open the house");
        assert.equal(await heading(ada), "Front room");
        const home = ada.page.url();

        await Promise.all([ada.page.waitForURL("**/account*"), ada.page.getByRole("link", { name: "Ask people in" }).click()]);
        const link = await ada.page.getByLabel("Whoever has this link may come in").inputValue();
        assert.ok(link.startsWith(`${server.origin}/join/`), link);

        const bob = await Person.arrive(browser, server, null, options);
        await bob.page.goto(link);
        assert.equal(await heading(bob), "Ada Lovelace asks you in.");
        await fillIn(bob, { "Your name": "Bob Marsh", "Your handle": "ada", Password: good }, "Come in");
        assert.deepEqual(await errorOf(bob), ["Somebody here already has this name."]);
        assert.equal(await bob.page.getByLabel("Your name").inputValue(), "Bob Marsh");
        await fillIn(bob, { "Your handle": "bob", Password: good }, "Come in");
        assert.equal(await heading(bob), "Front room");
        assert.equal(bob.page.url(), home);

        await ada.page.goto(home);
        if (options.javaScriptEnabled !== false) await Promise.all([ada.live(), bob.live()]);
        await writes(ada, "Is anybody here?");
        await sees(bob, "Is anybody here?");
        await writes(bob, "I am, since just now.");
        await sees(ada, "I am, since just now.");

        const refusals = (text) => /status of (409|422)/.test(text);
        for (const person of [ada, bob]) person.complaints = person.complaints.filter((text) => !refusals(text));
        await ada.leave();
        await bob.leave();
    });

    test(`a new password ends the other window, and only the new one opens the door${how}`, async () => {
        const server = await house();
        const room = server.addRoom("Front room");
        server.addUser("ada", { name: "Ada Lovelace", password: good });
        const desk = await Person.arrive(browser, server, null, options);
        const phone = await Person.arrive(browser, server, null, options);
        for (const person of [desk, phone]) {
            await person.page.goto(`/rooms/${room}`);
            await fillIn(person, { "Your handle": "ada", Password: good }, "Sign in");
            assert.equal(await heading(person), "Front room");
        }
        if (options.javaScriptEnabled !== false) await phone.live();
        await desk.page.goto("/account");
        await fillIn(desk, { "Current password": "not it", "New password": other }, "Change password");
        assert.deepEqual(await errorOf(desk), ["This is not your password."]);
        await fillIn(desk, { "Current password": good, "New password": other }, "Change password");
        assert.match(await desk.page.getByRole("status").first().textContent(), /Your password is changed\./);
        if (options.javaScriptEnabled !== false) await phone.page.waitForSelector('html[data-live="off"]');
        await phone.page.goto(`/rooms/${room}`);
        assert.equal(await heading(phone), "Parlor");
        await fillIn(phone, { "Your handle": "ada", Password: good }, "Sign in");
        assert.deepEqual(await errorOf(phone), ["Name or password is wrong."]);
        await fillIn(phone, { Password: other }, "Sign in");
        assert.equal(await heading(phone), "Front room");
        for (const person of [desk, phone]) {
            person.complaints = person.complaints.filter((text) => !/status of 422/.test(text));
            await person.leave();
        }
    });

    test(`people say who they are, and others read it${how}`, async () => {
        const server = await house({ PARLOR_REGISTRATION: "open" });
        server.addRoom("Front room");
        server.addUser("ada", { name: "Ada Lovelace", admin: true });
        const bob = await Person.arrive(browser, server, null, options);
        await bob.page.goto("/");
        await bob.page.getByRole("link", { name: "Make an account" }).click();
        await fillIn(bob, { "Your name": "Bob", "Your handle": "bob", Password: good }, "Come in");
        await bob.page.goto("/account");
        await fillIn(bob, { "Your name": "Bob Marsh", "About you": "Mends kettles.\nSaturdays only." }, "Save");
        assert.equal(await bob.page.getByRole("status").first().textContent(), "Saved.");
        assert.equal(await bob.page.getByLabel("About you").inputValue(), "Mends kettles.\nSaturdays only.");

        const ada = await Person.arrive(browser, server, "ada", options);
        await ada.page.goto("/users/2");
        assert.equal(await heading(ada), "Bob Marsh");
        assert.equal(await ada.page.locator(".profile__bio").textContent(), "Mends kettles.\nSaturdays only.");

        await ada.page.goto("/account");
        await fillIn(ada, {}, "Make a new link");
        const first = await ada.page.getByLabel("Whoever has this link may come in").inputValue();
        await fillIn(ada, {}, "Make a new link");
        const second = await ada.page.getByLabel("Whoever has this link may come in").inputValue();
        assert.notEqual(second, first);
        const guest = await Person.arrive(browser, server, null, options);
        await guest.page.goto(first);
        assert.equal(await heading(guest), "This invitation does not hold");
        await guest.page.goto(second);
        assert.equal(await heading(guest), "Ada Lovelace asks you in.");
        guest.complaints = guest.complaints.filter((text) => !/status of 404/.test(text));
        for (const person of [ada, bob, guest]) await person.leave();
    });
}

test("whoever has no account reads at the door how to get one", async () => {
    const hints = {
        invite: ["Do you not live here yet? Ask Ada Lovelace for the invitation.", 0],
        open: ["Do you not live here yet? Make an account", 1],
        closed: ["This house lets in nobody new at present. Ada Lovelace looks after it.", 0],
    };
    for (const [registration, [words, links]] of Object.entries(hints)) {
        const server = await house({ PARLOR_REGISTRATION: registration });
        server.addUser("zoe", { name: "Zoe Quist" });
        server.addUser("ada", { name: "Ada Lovelace", admin: true });
        const stranger = await Person.arrive(browser, server);
        await stranger.page.goto("/session");
        assert.equal(await stranger.page.locator(".door__hint").textContent(), words);
        assert.equal(await stranger.page.locator('.door a[href="/join"]').count(), links);
        await fillIn(stranger, { "Your handle": "ada", Password: "not this one" }, "Sign in");
        assert.equal(await stranger.page.locator(".door__hint").textContent(), words, "also when it went wrong");
        stranger.complaints = stranger.complaints.filter((text) => !/status of 422/.test(text));
        await stranger.leave();
    }
});

test("the link of the invitation is copied by a button, or selects itself", async () => {
    const server = await house();
    server.addUser("ada", { name: "Ada Lovelace", admin: true });
    const ada = await Person.arrive(browser, server, "ada", { permissions: ["clipboard-read", "clipboard-write"] });
    await ada.page.goto("/rooms");
    await ada.page.getByRole("link", { name: "Ask people in" }).click();
    await fillIn(ada, {}, "Make a new link");
    const field = ada.page.getByLabel("Whoever has this link may come in");
    const link = await field.inputValue();
    await field.focus();
    assert.equal(await ada.page.evaluate(() => getSelection().toString()), link);
    await ada.page.getByRole("button", { name: "Copy" }).click();
    await ada.page.getByText("Link copied").waitFor();
    assert.equal(await ada.page.evaluate(() => navigator.clipboard.readText()), link);
    await ada.leave();

    const plain = await Person.arrive(browser, server, "ada", { javaScriptEnabled: false });
    await plain.page.goto("/account");
    assert.equal(await plain.page.getByRole("button", { name: "Copy" }).count(), 0);
    await plain.leave();
});
