/* rooms.test.mjs -- people open rooms, name them, come in, leave, and look who is there. */
import test, { after, before } from "node:test";
import assert from "node:assert/strict";
import { Server } from "../support/server.mjs";
import { Person, launch } from "../support/browser.mjs";

let server, browser, front;

before(async () => {
    server = new Server();
    front = server.addRoom("Front room");
    server.addUser("ada", { name: "Ada Lovelace", password: "correct horse battery" });
    server.addUser("bob", { name: "Bob Marsh" });
    await server.start();
    browser = await launch();
});
after(async () => {
    await browser?.close();
    await server?.remove();
});

/* Opens a room by the form of the list; its id. */
const openNewRoom = async (person, name) => {
    await person.page.goto("/rooms");
    await person.page.fill("#name", name);
    await person.page.click("text=Open room");
    await person.page.waitForURL(/\/rooms\/\d+$/);
    return Number(person.page.url().split("/").at(-1));
};
const aboutRoom = async (person, room, { name, topic }) => {
    await person.page.goto(`/rooms/${room}/edit`);
    if (name !== undefined) await person.page.fill("#name", name);
    if (topic !== undefined) await person.page.fill("#topic", topic);
    await person.page.click("text=Save");
    await person.page.waitForURL(`**/rooms/${room}`);
};
const row = (person, name) => person.page.waitForSelector(`#rooms .row:has-text(${JSON.stringify(name)})`);
const noRow = (person, name) =>
    person.page.waitForSelector(`#rooms .row:has-text(${JSON.stringify(name)})`, { state: "detached" });

test("a room that Ada opens is in Bob's list without a reload", async () => {
    const ada = await Person.arrive(browser, server, "ada");
    const bob = await Person.arrive(browser, server, "bob");
    await bob.open(front);
    await bob.page.fill("#body", "half a thought");
    const room = await openNewRoom(ada, "Workshop");
    await ada.live();
    await row(bob, "Workshop");
    await row(ada, "Workshop");
    assert.equal(await bob.page.getAttribute(`#rooms a[data-room="${front}"]`, "aria-current"), "page");
    await ada.write("the first word here");
    await bob.page.waitForFunction((id) => document.querySelector(`#u${id}`)?.textContent === "1", room);
    await bob.page.click("#rooms .row:has-text('Workshop')");
    await bob.sees("the first word here");
    await bob.page.waitForFunction((id) => document.querySelector(`#u${id}`).textContent === "", room);
    await bob.page.click(`#rooms a[data-room="${front}"]`);
    await bob.page.waitForSelector(`#room[data-room="${front}"]`);
    assert.equal(await bob.page.inputValue("#body"), "half a thought");
    await bob.page.fill("#body", "");
    await ada.leave();
    await bob.leave();
});

test("a new name and topic reach everybody who is there, and everybody's list", async () => {
    const ada = await Person.arrive(browser, server, "ada");
    const bob = await Person.arrive(browser, server, "bob");
    const carl = await Person.arrive(browser, server, "bob"); // Bob's other window, elsewhere
    const room = await openNewRoom(ada, "Shed");
    await bob.open(room);
    await carl.open(front);
    await aboutRoom(ada, room, { name: "Shed & <yard>", topic: "Where the tools are" });
    await bob.sees("Ada Lovelace named this room Shed & <yard>");
    await bob.sees("Ada Lovelace changed the topic to Where the tools are");
    assert.equal(await bob.page.textContent(".room__name"), "Shed & <yard>");
    assert.equal(await bob.page.textContent(".room__topic"), "Where the tools are");
    assert.equal(await bob.page.getAttribute("#body", "placeholder"), "Write to Shed & <yard>");
    await bob.page.waitForFunction(() => document.title.endsWith("Shed & <yard>"));
    await row(bob, "Shed & <yard>");
    await row(carl, "Shed & <yard>");
    assert.equal(await bob.page.getAttribute(`#rooms a[data-room="${room}"]`, "aria-current"), "page");
    await aboutRoom(ada, room, { topic: "" });
    await bob.sees("Ada Lovelace cleared the topic.");
    assert.equal(await bob.page.textContent(".room__topic"), "");
    await ada.page.reload();
    await ada.sees("Ada Lovelace named this room Shed & <yard>");
    for (const person of [ada, bob, carl]) await person.leave();
});

test("Bob leaves in one window: his others know, and Ada is told", async () => {
    const ada = await Person.arrive(browser, server, "ada");
    const bob = await Person.arrive(browser, server, "bob");
    const room = await openNewRoom(ada, "Attic");
    await ada.live();
    await bob.open(room);
    const second = await bob.context.newPage();
    await second.goto(`/rooms/${front}`);
    await second.waitForSelector('html[data-live="on"]');
    const third = await bob.context.newPage();
    await third.goto(`/rooms/${room}`);
    await third.click("text=About");
    await third.click("text=Leave room");
    await third.waitForURL("**/rooms");
    await ada.sees("Bob Marsh left.");
    await bob.page.waitForSelector('html[data-live="off"]');
    assert.match(await bob.page.textContent("#connection"), /not open to you/);
    await noRow(bob, "Attic");
    await second.waitForSelector("#rooms .row:has-text('Attic')", { state: "detached" });
    await ada.write("he is gone");
    await ada.sees("he is gone");
    assert.equal((await bob.messages()).includes("he is gone"), false);

    await third.click('button[aria-label="Join Attic"]');
    await third.waitForURL(`**/rooms/${room}`);
    await third.waitForSelector("text=he is gone");
    await ada.sees("Bob Marsh joined.");
    await second.waitForSelector("#rooms .row:has-text('Attic')");
    await bob.page.click("text=Try again");
    await bob.live();
    await bob.sees("Bob Marsh joined.");
    await ada.leave();
    await bob.leave();
});

test("a link to a room that Bob is not in shows its door, and lets him in", async () => {
    const ada = await Person.arrive(browser, server, "ada");
    const bob = await Person.arrive(browser, server, "bob");
    const room = await openNewRoom(ada, "Cellar");
    await aboutRoom(ada, room, { topic: "Mind the step" });
    await bob.page.goto(`/rooms/${room}/edit`);
    assert.equal(await bob.page.locator("#name").count(), 0, "the name is not his to change");
    await bob.page.click("text=Leave room");
    await bob.page.goto(`/rooms/${room}`);
    assert.equal(await bob.page.textContent("h1"), "Cellar");
    assert.match(await bob.page.textContent("#main"), /Mind the step.*You are not in this room yet\. In it: 1 person\./s);
    await bob.page.click("#main >> text=Join");
    await bob.live();
    await bob.write("back again");
    await bob.sees("back again");
    await ada.leave();
    await bob.leave();
});

test("the page of people tells who is here now", async () => {
    const ada = await Person.arrive(browser, server, "ada");
    const bob = await Person.arrive(browser, server, "bob");
    const room = await openNewRoom(ada, "Porch");
    await bob.open(room);
    assert.equal(await bob.page.textContent(".room__people"), "2 people");
    await ada.page.goto(`/rooms/${room}`);
    await ada.page.click("text=2 people");
    assert.match(await ada.page.textContent("#here"), /Ada Lovelace moderates.*Bob Marsh/s);
    assert.equal(await ada.page.locator("#away").count(), 0);
    await bob.page.goto(`/rooms/${front}`);
    await bob.live();
    await ada.page.waitForFunction(async () => {
        const page = await (await fetch(location.href)).text();
        return /id="away".*Bob Marsh/s.test(page);
    });
    await ada.page.reload();
    assert.match(await ada.page.textContent("#away"), /Bob Marsh/);
    await ada.leave();
    await bob.leave();
});

test("a name that cannot be shown is refused in words, and what was typed is kept", async () => {
    const ada = await Person.arrive(browser, server, "ada");
    await ada.page.goto("/rooms");
    await ada.page.fill("#name", "\u200B\u200B");
    await ada.page.click("text=Open room");
    assert.match(await ada.page.textContent("#name-error"), /^The room's name has characters that cannot be shown\.$/);
    assert.equal(await ada.page.inputValue("#name"), "\u200B\u200B");
    assert.equal(await ada.page.getAttribute("#name", "aria-describedby"), "name-error");
    ada.complaints = []; // the browser reports the refusal's status
    await ada.leave();
});

test("without JavaScript: open a room, name it, leave it, find its door, come back, see who is there", async () => {
    const ada = await Person.arrive(browser, server, "ada", { javaScriptEnabled: false });
    const room = await openNewRoom(ada, "Library");
    await ada.page.click("text=About");
    await ada.page.fill("#name", "Reading room");
    await ada.page.fill("#topic", "Quiet, please");
    await ada.page.click("text=Save");
    await ada.sees("Ada Lovelace named this room Reading room");
    await ada.sees("Ada Lovelace changed the topic to Quiet, please");
    await ada.page.click("text=2 people");
    assert.match(await ada.page.textContent("#away"), /Bob Marsh/s);
    await ada.page.click("text=Back to Reading room");
    await ada.page.click("text=About");
    await ada.page.click("text=Leave room");
    await ada.page.waitForURL("**/rooms");
    await ada.page.click("#main >> text=Reading room");
    await ada.page.waitForURL(`**/rooms/${room}`);
    await ada.page.click("#main >> text=Join");
    await ada.sees("Ada Lovelace left.");
    await ada.sees("Ada Lovelace joined.");
    await ada.page.fill("#body", "here again");
    await ada.page.click("#composer button[type=submit]");
    await ada.sees("here again");
    await ada.leave();
});

test("numbers of what is new stay right when the list is fetched anew", async () => {
    const ada = await Person.arrive(browser, server, "ada");
    const bob = await Person.arrive(browser, server, "bob");
    const room = await openNewRoom(ada, "Numbers");
    await bob.open(front);
    await row(bob, "Numbers");
    await ada.live();
    await ada.write("one");
    await ada.write("two");
    const counted = (n) => bob.page.waitForFunction(([id, text]) => document.querySelector(`#u${id}`)?.textContent === text, [room, n]);
    await counted("2");
    await bob.page.click(`#rooms a[data-room="${room}"]`);
    await bob.sees("two");
    await counted("");
    await openNewRoom(ada, "Numbers again");
    await row(bob, "Numbers again");
    await counted("");
    await bob.page.click(`#rooms a[data-room="${front}"]`);
    await bob.page.waitForSelector(`#room[data-room="${front}"]`);
    await openNewRoom(ada, "Numbers for the third time");
    await row(bob, "Numbers for the third time");
    await counted("");
    await ada.open(room);
    await ada.write("three");
    await counted("1");
    await ada.leave();
    await bob.leave();
});
