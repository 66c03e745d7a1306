/* outbox.test.mjs -- what is written is never lost, whatever answers: messages that the house refuses or does not
 * answer stay on the page, say why, and are the writer's to send again, to change or to drop. */
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { launch, Person } from "../support/browser.mjs";
import { Server, unlimited } from "../support/server.mjs";

const TOO_LONG = "ж".repeat(9_000); // fewer than 16,384 characters, and more bytes
const NO_ANSWER_MS = 40_000; // more than the page waits for an answer
let server, browser, front, kitchen, ada, bob;

before(async () => {
    server = new Server({ environment: unlimited });
    front = server.addRoom("Front room");
    kitchen = server.addRoom("Kitchen");
    server.addUser("ada", { name: "Ada Lovelace", password: "correct horse battery" });
    server.addUser("bob", { name: "Bob Marsh", password: "correct horse battery" });
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
    await bob.open(front);
});
afterEach(async () => {
    await ada.leave({ mayMissServer: true });
    await bob.leave();
});

/* Puts a hand on Ada's wire. `post` decides on what she sends: "pass", "lose", or the name of a refusal;
 * `isDeaf` loses what the server says. */
const meddle = async () => {
    const wire = { post: () => "pass", isDeaf: false };
    await ada.page.routeWebSocket("**/live?*", (socket) => {
        const house = socket.connectToServer();
        wire.cut = () => socket.close({ code: 1012 });
        house.onMessage((frame) => wire.isDeaf || socket.send(frame));
        socket.onMessage((frame) => {
            const { type, nonce, body } = JSON.parse(frame);
            const fate = type === "post" ? wire.post(body) : "pass";
            if (fate === "pass") house.send(frame);
            else if (fate !== "lose") socket.send(`<i id=sys data-err=${fate} data-nonce=${nonce} hx-swap-oob=true></i>`);
        });
    });
    return wire;
};

const echo = (person, text) => person.page.locator(`#messages > article:not([data-seq]):has-text(${JSON.stringify(text)})`);
const failed = (person, text) => person.page.locator(`#messages > .message--failed:has-text(${JSON.stringify(text)})`);
const press = (person, text, button) => failed(person, text).getByRole("button", { name: button }).click();
/* Why it was not sent, once it says so. */
const reason = async (person, text) => {
    await failed(person, text).getByText("Not sent").waitFor();
    return failed(person, text).locator(".failure__reason").textContent();
};
/* All that stands in the list, as one reads down. */
const everything = (person) =>
    person.page.$$eval("#messages > article:not([data-event])", (articles) => articles.map((article) => article.querySelector(":scope > div").textContent));
const storedTimes = (text) => server.sql(`SELECT count(*) AS n FROM message WHERE body = '${text}'`)[0].n;
const composed = (person) => person.page.inputValue("#body");

test("a text that the house does not take is kept, says why, and goes when it is shorter", async () => {
    await ada.open(front);
    await ada.write(TOO_LONG);
    assert.equal(await reason(ada, "жжж"), "The house does not take this text.");
    const line = await failed(ada, "жжж").locator(":scope > div").evaluate((words) => getComputedStyle(words).outlineStyle);
    assert.equal(line, "dashed");
    await bob.write("What are you all writing?");
    await ada.sees("What are you all writing?");
    assert.deepEqual((await everything(ada)).slice(-2), ["What are you all writing?", TOO_LONG]);

    await ada.page.reload();
    await ada.live();
    assert.equal(await reason(ada, "жжж"), "The house does not take this text.");
    assert.equal((await everything(ada)).at(-1), TOO_LONG);
    await press(ada, "жжж", "Edit");
    assert.equal(await composed(ada), TOO_LONG);
    assert.equal(await echo(ada, "жжж").count(), 0);
    await ada.write("a short letter");
    await bob.sees("a short letter");
    await ada.page.reload();
    await ada.sees("a short letter");
    assert.equal(await ada.pending(), 0);
    assert.equal(storedTimes("a short letter"), 1);
});

test("Retry sends what was refused: once, and the message stands where the house has put it", async () => {
    const wire = await meddle();
    await ada.open(front);
    wire.post = (body) => (body.startsWith("tea") ? "full" : "pass");
    for (const text of ["tea one", "tea two", "coffee", "tea three"]) await ada.write(text);
    for (const text of ["tea one", "tea two", "tea three"]) assert.equal(await reason(ada, text), "The house is full.");
    await ada.sees("coffee");
    await bob.write("cocoa");
    await ada.sees("cocoa");
    assert.deepEqual((await everything(ada)).slice(-5), ["coffee", "cocoa", "tea one", "tea two", "tea three"]);

    wire.post = () => "pass";
    await press(ada, "tea two", "Retry");
    await ada.sees("tea two");
    await bob.write("cocoa again");
    await ada.sees("cocoa again");
    const now = ["coffee", "cocoa", "tea two", "cocoa again"];
    assert.deepEqual((await everything(ada)).slice(-6), [...now, "tea one", "tea three"]);
    assert.deepEqual((await bob.messages()).slice(-4), now);

    await press(ada, "tea one", "Discard");
    await ada.page.reload();
    await ada.live();
    assert.deepEqual((await everything(ada)).slice(-5), [...now, "tea three"]);
    await press(ada, "tea three", "Retry");
    await ada.sees("tea three");
    assert.deepEqual((await everything(ada)).slice(-5), [...now, "tea three"]);
    assert.equal(await ada.pending(), 0);
    assert.deepEqual(["tea one", "tea two", "tea three"].map(storedTimes), [0, 1, 1]);
});

test("a message that gets no answer says so after a while, and Retry sends it", async () => {
    const wire = await meddle();
    await ada.page.clock.install();
    await ada.open(front);
    wire.post = () => "lose";
    await ada.write("into the void");
    await ada.page.clock.runFor(10_000);
    assert.equal(await failed(ada, "into the void").count(), 0, "it is tried again first");
    await ada.page.clock.runFor(NO_ANSWER_MS);
    assert.equal(await reason(ada, "into the void"), "The house does not answer.");
    wire.post = () => "pass";
    await press(ada, "into the void", "Retry");
    await ada.sees("into the void");
    assert.equal(await ada.pending(), 0);
    assert.equal(storedTimes("into the void"), 1);
});

test("what was stored though nobody heard the answer is not stored again by Retry", async () => {
    const wire = await meddle();
    await ada.page.clock.install();
    await ada.open(front);
    wire.isDeaf = true;
    await ada.write("did you get this?");
    await bob.sees("did you get this?");
    await ada.page.clock.runFor(NO_ANSWER_MS);
    await reason(ada, "did you get this?");
    await press(ada, "did you get this?", "Retry");
    await bob.write("yes, and I have answered");
    await bob.sees("yes, and I have answered");
    wire.isDeaf = false;
    await wire.cut();
    await ada.page.clock.runFor(5_000);
    await ada.sees("yes, and I have answered");
    assert.deepEqual((await everything(ada)).slice(-2), ["did you get this?", "yes, and I have answered"]);
    assert.equal(await ada.pending(), 0);
    assert.equal(storedTimes("did you get this?"), 1);
    assert.equal((await bob.messages()).filter((text) => text === "did you get this?").length, 1);
});

test("a house that stood still answers late: the message is there once, and nothing is left to decide", async () => {
    await ada.page.clock.install();
    await ada.open(front);
    server.freeze();
    try {
        await ada.write("are you asleep?");
        await ada.page.clock.runFor(NO_ANSWER_MS);
        await reason(ada, "are you asleep?");
    } finally {
        server.thaw();
    }
    await ada.sees("are you asleep?");
    assert.equal(await ada.pending(), 0);
    assert.equal(storedTimes("are you asleep?"), 1);
});

test("by keyboard alone: back from the composer to Retry, Edit and Discard", async () => {
    const wire = await meddle();
    await ada.open(front);
    wire.post = () => "internal";
    const { keyboard } = ada.page;
    for (const text of ["one kettle", "two kettles", "three kettles"]) {
        await keyboard.type(text);
        await keyboard.press("Enter");
        assert.equal(await reason(ada, text), "Something broke on the other side.");
    }
    /* Shift+Tab from the composer comes to the last one's Discard, Edit, Retry, then to those above it. */
    const back = async (steps) => {
        await ada.page.waitForSelector("#body:focus");
        for (let i = 0; i < steps; i++) await keyboard.press("Shift+Tab");
    };
    await back(1);
    await keyboard.press("Enter");
    await failed(ada, "three kettles").waitFor({ state: "detached" });
    await back(2);
    await keyboard.press("Space");
    assert.equal(await composed(ada), "two kettles");
    wire.post = () => "pass";
    await keyboard.type(" on the stove");
    await keyboard.press("Enter");
    await bob.sees("two kettles on the stove");
    await back(3);
    await keyboard.press("Enter");
    await bob.sees("one kettle");
    await ada.page.waitForSelector("#body:focus");
    assert.equal(await ada.pending(), 0);
    assert.deepEqual((await ada.messages()).slice(-2), ["two kettles on the stove", "one kettle"]);
});

test("a failed message stays in its room while one is in another, and is there on coming back", async () => {
    const wire = await meddle();
    await ada.open(front);
    const go = async (room) => {
        await ada.page.click(`#rooms a[data-room="${room}"]`);
        await ada.page.waitForSelector(`#room[data-room="${room}"]`);
    };
    wire.post = () => "full";
    await ada.write("for the front room");
    await reason(ada, "for the front room");
    await go(kitchen);
    assert.equal(await ada.page.locator(".failure").count(), 0);
    wire.post = () => "pass";
    await ada.write("for the kitchen");
    await ada.sees("for the kitchen");
    await go(front);
    assert.equal(await reason(ada, "for the front room"), "The house is full.");
    assert.equal((await everything(ada)).at(-1), "for the front room");
    await press(ada, "for the front room", "Retry");
    await ada.sees("for the front room");
    assert.deepEqual(server.sql("SELECT room_id FROM message WHERE body LIKE 'for the %' ORDER BY id"), [{ room_id: kitchen }, { room_id: front }]);
});

test("what fails in a room that one has left behind is told, and waits there", async () => {
    const wire = await meddle();
    await ada.open(kitchen);
    wire.post = () => "lose";
    await ada.write("is the oven off?");
    let status = 507;
    await ada.page.route(`**/rooms/${kitchen}/messages`, (route) => (status ? route.fulfill({ status }) : route.continue()));
    await ada.page.click(`#rooms a[data-room="${front}"]`);
    await ada.page.waitForSelector(`#room[data-room="${front}"]`);
    await ada.page.getByText("A message to Kitchen was not sent.").waitFor();
    await ada.page.click(`#rooms a[data-room="${kitchen}"]`);
    assert.equal(await reason(ada, "is the oven off?"), "The house is full.");
    wire.post = () => "pass";
    status = 0;
    await press(ada, "is the oven off?", "Retry");
    await ada.sees("is the oven off?");
    ada.complaints = ada.complaints.filter((text) => !/status of 507/.test(text));
});

test("who has been put out of a room cannot send there, and is told", async () => {
    const wire = await meddle();
    await ada.open(kitchen);
    wire.post = () => "lose";
    await ada.write("one more thing");
    const second = await ada.context.newPage();
    await second.goto(`/rooms/${kitchen}/edit`);
    await second.click("text=Leave room");
    await ada.page.waitForSelector('html[data-live="off"]');
    await ada.page.waitForSelector(`#rooms a[data-room="${kitchen}"]`, { state: "detached" });
    await ada.page.click(`#rooms a[data-room="${front}"]`);
    await ada.page.waitForSelector(`#room[data-room="${front}"]`);
    await ada.live();
    await ada.page.getByText("A message to another room was not sent.").waitFor();
    assert.equal(await ada.page.locator('#connection button').count(), 0);

    await second.goto(`/rooms/${kitchen}`);
    await second.click("#main >> text=Join");
    await ada.page.click(`#rooms a[data-room="${kitchen}"]`);
    assert.equal(await reason(ada, "one more thing"), "You may not write here any more.");
    wire.post = () => "pass";
    await press(ada, "one more thing", "Retry");
    await ada.sees("one more thing");
    assert.equal(storedTimes("one more thing"), 1);
    ada.complaints = ada.complaints.filter((text) => !/status of 404/.test(text));
});

test("a sign-in page is no acknowledgement: the message is kept, and failed", async () => {
    const waiting = JSON.stringify([["n1", { room: kitchen, body: "for the kitchen", sentAt: 0 }]]);
    await ada.context.addInitScript((text) => sessionStorage.setItem("parlor.outbox.1", text), waiting);
    /* What fetch sees when the session has ended and the redirect was followed. */
    const signIn = { status: 200, contentType: "text/html", body: "<h1>Come in</h1>" };
    await ada.page.route(`**/rooms/${kitchen}/messages`, (route) => route.fulfill(signIn));
    await ada.open(front);
    await ada.page.waitForFunction(() => sessionStorage.getItem("parlor.outbox.1").includes('"error":"denied"'));
});

test("who signs in after another sends nothing of theirs, and finds no draft of theirs", async () => {
    const wire = await meddle();
    await ada.open(front);
    wire.post = () => "full";
    await ada.write("a word from Ada");
    await reason(ada, "a word from Ada");
    await ada.page.fill("#body", "half a thought of Ada's");
    const become = async (handle) => {
        await ada.page.click("#rooms .me button");
        await ada.page.waitForURL("**/session");
        await ada.page.goto(`/rooms/${front}`);
        await ada.page.fill("#handle", handle);
        await ada.page.fill("#password", "correct horse battery");
        await ada.page.press("#password", "Enter");
        await ada.live();
    };
    wire.post = () => "pass";
    await become("bob");
    assert.equal(await ada.pending(), 0);
    assert.equal(await composed(ada), "");
    await become("ada");
    assert.equal(await reason(ada, "a word from Ada"), "The house is full.");
    assert.equal(await composed(ada), "half a thought of Ada's");
    assert.equal(storedTimes("a word from Ada"), 0);
});

for (const how of ["by its socket", "where none gets through"]) {
    test(`a page that was left open sends nothing as the one who signed in since, ${how}`, async () => {
        const wire = await meddle();
        await ada.open(front);
        wire.post = () => "lose";
        await ada.write(`Ada's own words ${how}`);
        const second = await ada.context.newPage();
        await second.goto("/rooms");
        if (how !== "by its socket") await ada.page.routeWebSocket("**/live?*", (socket) => socket.close({ code: 1012 }));
        /* No sign-out that would be told: the cookie alone is another's now, as after one while the house was away. */
        const [name, value] = server.addSession("bob").split("=");
        await ada.context.addCookies([{ name, value, url: server.origin }]);
        wire.post = () => "pass";
        await wire.cut();
        await ada.page.waitForSelector('html[data-live="off"]', { timeout: 60_000 });
        assert.match(await ada.page.textContent("#connection"), /You are signed out/);
        assert.equal(storedTimes(`Ada''s own words ${how}`), 0);
        await echo(ada, `Ada's own words ${how}`).waitFor();
        await ada.page.evaluate(() => window.dispatchEvent(new Event("online"))); // which tries again
        await bob.write(`between ${how}`);
        await bob.sees(`between ${how}`);
        assert.equal(storedTimes(`Ada''s own words ${how}`), 0);
    });
}

test("a message that is changed after the session has ended is still in its editor", async () => {
    await ada.open(front);
    await ada.write("as it was");
    await ada.sees("as it was");
    await ada.page.hover("#messages > article:has-text('as it was')");
    await ada.page.click('[data-action="edit"]');
    await ada.page.fill("#messages .editor textarea", "as it should be");
    await ada.context.clearCookies();
    await ada.page.press("#messages .editor textarea", "Enter");
    await ada.page.getByText("The change was not stored. It is still here.").waitFor();
    assert.equal(await ada.page.inputValue("#messages .editor textarea"), "as it should be");
});
