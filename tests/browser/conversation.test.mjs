/* conversation.test.mjs -- people talk, in browsers of their own. */
import test, { after, before } from "node:test";
import assert from "node:assert/strict";
import { Server } from "../support/server.mjs";
import { Person, launch } from "../support/browser.mjs";

let server, browser, room, other;

before(async () => {
    server = new Server();
    room = server.addRoom("Front room");
    other = server.addRoom("Workshop");
    server.addUser("ada", { name: "Ada Lovelace", password: "correct horse battery" });
    server.addUser("bob", { name: "Bob Marsh" });
    await server.start();
    browser = await launch();
});
after(async () => {
    await browser?.close();
    await server?.remove();
});

test("two people see each other's messages without a reload", async () => {
    const ada = await Person.arrive(browser, server, "ada");
    const bob = await Person.arrive(browser, server, "bob");
    await ada.open(room);
    await bob.open(room);
    await ada.write("Is anybody here?");
    await bob.sees("Is anybody here?");
    await bob.write("I am.");
    await ada.sees("I am.");
    await ada.write("<b>& \"quotes\"</b>");
    await bob.sees("<b>& \"quotes\"</b>");
    assert.deepEqual((await ada.messages()).slice(-3), ["Is anybody here?", "I am.", "<b>& \"quotes\"</b>"]);
    assert.deepEqual(await ada.messages(), await bob.messages());
    await ada.page.waitForFunction(() => !document.querySelector("#messages > article:not([data-seq])"));
    await ada.leave();
    await bob.leave();
});

for (const [how, down] of [["stopped", "stop"], ["killed", "kill"]]) {
    test(`the server is ${how} under open pages: they come back by themselves, nothing missing or twice`, async () => {
        const ada = await Person.arrive(browser, server, "ada");
        const bob = await Person.arrive(browser, server, "bob");
        await ada.open(room);
        await bob.open(room);
        await ada.write(`before it was ${how}`);
        await bob.sees(`before it was ${how}`);
        await server[down]();
        await ada.page.waitForSelector('html[data-live="wait"]');
        await ada.write(`while it was ${how}`);
        await bob.page.fill("#body", "half a thought");
        assert.equal(await ada.pending(), 1);
        await server.start();
        await bob.sees(`while it was ${how}`);
        await ada.sees(`while it was ${how}`);
        assert.equal(await bob.page.inputValue("#body"), "half a thought");
        assert.equal(await ada.pending(), 0);
        const texts = await ada.messages();
        assert.equal(new Set(texts).size, texts.length, "nothing twice");
        assert.deepEqual(texts, await bob.messages());
        await bob.page.fill("#body", "");
        await ada.leave({ mayMissServer: true });
        await bob.leave({ mayMissServer: true });
    });
}

test("an unsent message outlives a reload", async () => {
    const ada = await Person.arrive(browser, server, "ada");
    await ada.open(room);
    await ada.page.fill("#body", "a draft to be kept");
    await ada.page.reload();
    await ada.live();
    assert.equal(await ada.page.inputValue("#body"), "a draft to be kept");
    await ada.page.press("#body", "Enter");
    await ada.sees("a draft to be kept");
    await ada.page.reload();
    assert.equal(await ada.page.inputValue("#body"), "");
    await ada.leave();
});

test("changing rooms and going back keep the one socket", async () => {
    const ada = await Person.arrive(browser, server, "ada");
    const bob = await Person.arrive(browser, server, "bob");
    let sockets = 0;
    ada.page.on("websocket", () => sockets++);
    await ada.open(room);
    await bob.open(other);
    await ada.page.click(`#rooms a[data-room="${other}"]`);
    await ada.page.waitForSelector(`#room[data-room="${other}"]`);
    await bob.write("from the workshop");
    await ada.sees("from the workshop");
    await ada.page.goBack();
    await ada.page.waitForSelector(`#room[data-room="${room}"]`);
    await ada.write("back in front");
    await ada.sees("back in front");
    assert.equal(sockets, 1);
    await ada.leave();
    await bob.leave();
});

test("what is new elsewhere is counted, and read when it is seen", async () => {
    const ada = await Person.arrive(browser, server, "ada");
    const bob = await Person.arrive(browser, server, "bob");
    await ada.open(other);
    await bob.open(room);
    await bob.write("one you have not seen");
    await ada.page.waitForFunction((id) => document.querySelector(`#u${id}`).textContent !== "", room);
    await ada.page.click(`#rooms a[data-room="${room}"]`);
    await ada.sees("one you have not seen");
    await ada.page.waitForFunction((id) => document.querySelector(`#u${id}`).textContent === "", room);
    await ada.leave();
    await bob.leave();
});

test("without JavaScript: sign in, read, post, sign out", async () => {
    const ada = await Person.arrive(browser, server, null, { javaScriptEnabled: false });
    await ada.page.goto(`/rooms/${room}`);
    await ada.page.fill("#handle", "ada");
    await ada.page.fill("#password", "not the password");
    await ada.page.click("button[type=submit]");
    assert.match(await ada.page.textContent("#sign-in-error"), /wrong/);
    ada.complaints = []; // the browser reports the refusal's status
    await ada.page.fill("#password", "correct horse battery");
    await ada.page.click("button[type=submit]");
    await ada.page.waitForURL(`**/rooms/${room}`);
    await ada.page.fill("#body", "typed without a script");
    await ada.page.click("#composer button[type=submit]");
    await ada.sees("typed without a script");
    assert.equal((await ada.messages()).at(-1), "typed without a script");
    await ada.page.click("#rooms .me button");
    await ada.page.waitForURL("**/session");
    await ada.page.goto(`/rooms/${room}`);
    await ada.page.waitForSelector("#password");
    await ada.leave();
});

test("signing out in one window ends the other", async () => {
    const ada = await Person.arrive(browser, server, "ada");
    await ada.open(room);
    const second = await ada.context.newPage();
    await second.goto(`/rooms/${room}`);
    await second.click("#rooms .me button");
    await second.waitForURL("**/session");
    await ada.page.waitForSelector('html[data-live="off"]');
    assert.match(await ada.page.textContent("#connection"), /signed out/);
    await ada.leave();
});
