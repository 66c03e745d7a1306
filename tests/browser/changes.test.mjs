/* changes.test.mjs -- people change their minds: editing, deleting, linking, with the mouse, by keys, without scripts. */
import test, { after, before, beforeEach } from "node:test";
import assert from "node:assert/strict";
import { Server } from "../support/server.mjs";
import { Person, launch } from "../support/browser.mjs";

let server, browser, room, ada, bob;

before(async () => {
    server = new Server({ environment: { PARLOR_NEW_SOCKETS_PER_MINUTE: "0" } });
    room = server.addRoom("Front room");
    server.addUser("ada", { name: "Ada Lovelace", password: "correct horse battery" });
    server.addUser("bob", { name: "Bob Marsh" });
    server.addUser("eve", { name: "Eve Host", admin: true });
    await server.start();
    browser = await launch();
});
after(async () => {
    await browser?.close();
    await server?.remove();
});
beforeEach(async () => {
    ada = await Person.arrive(browser, server, "ada");
    bob = await Person.arrive(browser, server, "bob");
    await ada.open(room);
    await bob.open(room);
});
const leave = async () => {
    await ada.leave();
    await bob.leave();
};

const article = (person, text) => person.page.locator(`#messages > article[data-seq]:has-text(${JSON.stringify(text)})`);
const isGone = (person, text) => article(person, text).waitFor({ state: "detached" });
const act = async (person, text, action) => {
    await article(person, text).hover();
    await person.page.click(`#actions [data-action=${action}]`);
};

test("an edit is seen by everybody, in its place, and marked", async () => {
    await ada.write("The train leaves at nine");
    await ada.write("Bring a coat");
    await bob.sees("Bring a coat");
    await act(ada, "at nine", "edit");
    await ada.page.fill("#messages .editor textarea", "The train leaves at ten");
    await ada.page.press("#messages .editor textarea", "Enter");
    await bob.sees("at ten");
    assert.deepEqual((await bob.messages()).slice(-2), ["The train leaves at ten edited", "Bring a coat"]);
    await ada.page.waitForSelector("#messages .editor", { state: "detached" });
    assert.deepEqual(await ada.messages(), await bob.messages());
    await leave();
});

test("Escape puts the text back, and nobody is told", async () => {
    await ada.write("As it stands");
    await bob.sees("As it stands");
    await act(ada, "As it stands", "edit");
    await ada.page.fill("#messages .editor textarea", "Something else");
    await ada.page.press("#messages .editor textarea", "Escape");
    await ada.write("next");
    await bob.sees("next");
    assert.deepEqual((await bob.messages()).slice(-2), ["As it stands", "next"]);
    assert.deepEqual((await ada.messages()).slice(-2), ["As it stands", "next"]);
    await leave();
});

test("an open editor is not closed by what others do to the message", async () => {
    await ada.write("Draft of the plan");
    await bob.sees("Draft of the plan");
    const eve = await Person.arrive(browser, server, "eve");
    await eve.open(room);
    await act(ada, "Draft of the plan", "edit");
    await ada.page.fill("#messages .editor textarea", "half typed");
    await act(eve, "Draft of the plan", "edit");
    await eve.page.fill("#messages .editor textarea", "Plan, as the host has it");
    await eve.page.press("#messages .editor textarea", "Enter");
    await bob.sees("as the host has it");
    await bob.write("did you see?");
    await ada.sees("did you see?");
    assert.equal(await ada.page.inputValue("#messages .editor textarea"), "half typed");
    await ada.page.press("#messages .editor textarea", "Escape");
    await ada.sees("as the host has it");
    await eve.leave();
    await leave();
});

test("a deletion asks first, then the message is gone for everybody", async () => {
    await ada.write("I should not have said that");
    await bob.sees("I should not have said that");
    await act(ada, "should not have", "delete");
    await ada.page.click("#delete-message >> text=Keep it");
    await act(ada, "should not have", "delete");
    await ada.page.click("#delete-message button[value=delete]");
    await isGone(bob, "should not have");
    await isGone(ada, "should not have");
    await bob.page.reload();
    await bob.live();
    assert.equal(await article(bob, "should not have").count(), 0);
    await leave();
});

test("one may touch one's own messages only, the host everybody's", async () => {
    await ada.write("Mine, not yours");
    await bob.sees("Mine, not yours");
    await article(bob, "Mine, not yours").hover();
    assert.equal(await bob.page.locator("#actions [data-action=edit]").isVisible(), false);
    assert.equal(await bob.page.locator("#actions [data-action=delete]").isVisible(), false);
    const eve = await Person.arrive(browser, server, "eve");
    await eve.open(room);
    await act(eve, "Mine, not yours", "delete");
    await eve.page.click("#delete-message button[value=delete]");
    await isGone(bob, "Mine, not yours");
    await eve.leave();
    await leave();
});

test("by keyboard alone: up to the message, E, Enter; Delete, Enter", async () => {
    await ada.write("typed with keys");
    await bob.sees("typed with keys");
    await ada.page.waitForFunction(() => !document.querySelector("#messages > article:not([data-seq])"));
    await ada.page.focus("#scroller");
    await ada.page.keyboard.press("ArrowUp");
    await ada.page.keyboard.press("e");
    await ada.page.waitForSelector("#messages .editor textarea");
    await ada.page.keyboard.type(", all of it");
    await ada.page.keyboard.press("Enter");
    await bob.sees("typed with keys, all of it");
    await ada.page.waitForSelector("#messages .editor", { state: "detached" });
    await ada.page.keyboard.press("Delete");
    await ada.page.keyboard.press("Tab");
    await ada.page.keyboard.press("Enter");
    await isGone(bob, "typed with keys, all of it");
    await leave();
});

test("after an edit that began with the mouse one writes on; and however often it is asked for, one editor opens", async () => {
    await ada.write("to be mended");
    await ada.sees("to be mended");
    await act(ada, "to be mended", "edit");
    await ada.page.fill("#messages .editor textarea", "mended");
    await ada.page.press("#messages .editor textarea", "Enter");
    await ada.page.waitForSelector("#messages .editor", { state: "detached" });
    await ada.page.keyboard.type("see you there");
    assert.equal(await ada.page.inputValue("#body"), "see you there");
    await ada.page.fill("#body", "");
    await ada.page.evaluate(() => {
        const article = document.querySelector("#messages > article:last-child");
        parlor.edit(article);
        parlor.edit(article);
    });
    await ada.page.waitForSelector("#messages .editor");
    await ada.page.keyboard.press("Escape");
    await ada.page.waitForSelector("#messages .editor", { state: "detached" });
    await leave();
});

test("D10 what was changed while one was away is right after coming back", async () => {
    const cut = await Person.arrive(browser, server, "bob");
    let line = null;
    let comeBack = Promise.resolve();
    await cut.page.routeWebSocket("**/live?*", async (socket) => {
        await comeBack;
        line = socket;
        socket.connectToServer();
    });
    await cut.open(room);
    await ada.write("changed while away");
    await ada.write("deleted while away");
    await cut.sees("deleted while away");
    let isBack;
    comeBack = new Promise((done) => (isBack = done));
    await line.close({ code: 1012, reason: "restarting" });
    await cut.page.waitForSelector('html[data-live="wait"]');
    await act(ada, "changed while away", "edit");
    await ada.page.fill("#messages .editor textarea", "as it is now");
    await ada.page.press("#messages .editor textarea", "Enter");
    await ada.sees("as it is now");
    await act(ada, "deleted while away", "delete");
    await ada.page.click("#delete-message button[value=delete]");
    await isGone(ada, "deleted while away");
    assert.equal(await article(cut, "deleted while away").count(), 1, "away means away");
    isBack();
    await cut.sees("as it is now");
    await isGone(cut, "deleted while away");
    await cut.leave();
    await leave();
});

test("without JavaScript: a message's own page changes and deletes it", async () => {
    const plain = await Person.arrive(browser, server, "ada", { javaScriptEnabled: false });
    await bob.page.bringToFront();
    await plain.page.goto(`/rooms/${room}`);
    await plain.page.fill("#body", "written without a script");
    await plain.page.click("#composer button[type=submit]");
    await bob.sees("written without a script");
    await article(plain, "written without a script").locator("a:has(time)").click();
    await plain.page.fill("#edit-body", "changed without a script");
    await plain.page.click("#edit button[type=submit]");
    await bob.sees("changed without a script");
    assert.ok((await plain.messages()).includes("changed without a script edited"));
    await article(plain, "changed without a script").locator("a:has(time)").click();
    await plain.page.click("text=Delete message");
    await isGone(bob, "changed without a script");
    assert.ok(!(await plain.messages()).includes("changed without a script edited"));
    await plain.leave();
    await leave();
});
