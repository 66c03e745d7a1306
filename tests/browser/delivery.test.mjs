/* delivery.test.mjs -- every message on the page once, and no text lost, whatever happens to the line: late, cut,
 * asleep, in two windows, signed out. */
import test, { after, before, beforeEach } from "node:test";
import assert from "node:assert/strict";
import { Person, launch } from "../support/browser.mjs";
import { eventually } from "../support/load.mjs";
import { Member } from "../support/member.mjs";
import { Server, unlimited } from "../support/server.mjs";

const password = "correct horse battery";
let server, browser, front, other, bob;
let count = 0;

before(async () => {
    server = new Server({ environment: unlimited });
    server.addUser("ada", { name: "Ada Lovelace", password });
    server.addUser("bob", { name: "Bob Marsh" });
    await server.start();
    bob = new Member(server, "bob");
    browser = await launch();
});
after(async () => {
    await browser?.close();
    await server?.remove();
});
beforeEach(() => {
    front = server.addRoom(`Front ${++count}`);
    other = server.addRoom(`Workshop ${count}`);
});

/* By the form, from elsewhere: stored when this resolves. */
const says = async (text, room = front) => {
    const answer = await bob.send(`/rooms/${room}/messages`, { nonce: crypto.randomUUID(), body: text });
    assert.equal(answer.status, 303);
};
const stored = (room = front) =>
    server.sql(`SELECT body FROM message WHERE room_id = ${room} AND event = 0 AND NOT deleted ORDER BY seq`).map(({ body }) => body);
const assertOnce = async (person, page = person.page) => {
    const { ids, texts } = await page.evaluate(() => ({
        ids: [...document.querySelectorAll("[id]")].map((element) => element.id),
        texts: [...document.querySelectorAll("#messages > article > div")].map((body) => body.textContent),
    }));
    assert.deepEqual(ids.filter((id, i) => ids.indexOf(id) !== i), [], "no id twice");
    assert.deepEqual(texts, stored());
};
/* A gate before the line of a page. While it is shut no new socket reaches the server; and one that was open then
 * stays dead, as behind a cable that was pulled: neither side hears of it. */
const gateOn = async (page) => {
    const gate = { sockets: 0, lines: new Set(), opened: Promise.resolve() };
    gate.shut = () => {
        gate.dead = gate.lines;
        gate.lines = new Set();
        gate.opened = new Promise((done) => (gate.open = done));
    };
    await page.routeWebSocket("**/live?*", async (socket) => {
        gate.sockets++;
        await gate.opened;
        gate.lines.add(socket);
        const line = socket.connectToServer();
        line.onMessage((message) => gate.lines.has(socket) && socket.send(message));
    });
    return gate;
};

test("D07 what is said between the page and its socket is shown once", async () => {
    const ada = await Person.arrive(browser, server, "ada");
    const gate = await gateOn(ada.page);
    await says("before the page");
    gate.shut();
    await ada.page.goto(`/rooms/${front}`);
    await ada.sees("before the page");
    while (gate.sockets === 0) await ada.page.evaluate(() => new Promise(requestAnimationFrame)); // it has asked for one
    for (const text of ["in between", "and again", "a third"]) await says(text);
    assert.deepEqual(await ada.messages(), ["before the page"]);
    gate.open();
    await ada.live();
    await ada.sees("a third");
    await says("afterwards");
    await ada.sees("afterwards");
    await assertOnce(ada);
    await ada.leave();
});

test("D07 the same where a room is changed on the same socket: said between its page and `open`", async () => {
    const ada = await Person.arrive(browser, server, "ada");
    await ada.open(other);
    await says("before the page");
    /* The page of the room is read, more is said, and only then does the browser get it. */
    await ada.page.route(`**/rooms/${front}`, async (route) => {
        const response = await route.fetch();
        for (const text of ["in between", "and again"]) await says(text);
        await route.fulfill({ response });
    });
    await ada.page.click(`#rooms a[data-room="${front}"]`);
    await ada.page.waitForSelector(`#room[data-room="${front}"]`);
    await ada.sees("and again");
    await says("afterwards");
    await ada.sees("afterwards");
    await assertOnce(ada);
    await ada.leave();
});

/* Two windows of one person, asleep with the machine: nothing arrives any more, and an hour goes by at once. */
test("D11 after an hour's sleep two windows show everything once, also what was sent when the lid was shut", async () => {
    const ada = await Person.arrive(browser, server, "ada");
    const second = await ada.context.newPage();
    const gates = [];
    for (const page of [ada.page, second]) {
        await page.clock.install();
        gates.push(await gateOn(page));
        await page.goto(`/rooms/${front}`);
        await page.waitForSelector('html[data-live="on"]');
    }
    await says("before the sleep");
    for (const page of [ada.page, second]) await page.waitForSelector("#messages > article[data-seq]:has-text('before the sleep')");

    for (const gate of gates) gate.shut();
    await ada.write("as the lid was shut"); // it reaches the house, but no answer comes back
    while (!stored().includes("as the lid was shut")) await ada.page.evaluate(() => new Promise(requestAnimationFrame));
    assert.equal(await ada.pending(), 1);
    for (const text of ["while they slept", "still asleep"]) await says(text);

    const opened = gates.map((gate) => gate.sockets);
    for (const gate of gates) gate.open();
    for (const page of [ada.page, second]) await page.clock.fastForward("01:00:00");
    for (const page of [ada.page, second]) await page.waitForSelector("#messages > article[data-seq]:has-text('still asleep')");
    await ada.page.waitForFunction(() => !document.querySelector("#messages > article:not([data-seq])"));
    await says("awake");
    for (const [i, page] of [ada.page, second].entries()) {
        await page.waitForSelector("#messages > article[data-seq]:has-text('awake')");
        await assertOnce(ada, page);
        assert.ok(gates[i].sockets > opened[i], "the silent socket was replaced");
    }
    assert.equal(stored().filter((text) => text === "as the lid was shut").length, 1);
    await ada.leave();
});

test("D11 another network: what is said and written around the change is there once, in both windows", async () => {
    const ada = await Person.arrive(browser, server, "ada");
    const second = await ada.context.newPage();
    const pages = [ada.page, second];
    const gates = [];
    for (const page of pages) {
        gates.push(await gateOn(page));
        await page.goto(`/rooms/${front}`);
        await page.waitForSelector('html[data-live="on"]');
    }
    for (let round = 0; round < 3; round++) {
        await says(`on the first network ${round}`);
        for (const gate of gates) gate.shut();
        await ada.context.setOffline(true);
        await says(`without a network ${round}`);
        await ada.write(`from the train ${round}`);
        for (const gate of gates) gate.open();
        await ada.context.setOffline(false); // the pages are told, and come back
        await says(`on the second network ${round}`);
        for (const page of pages) {
            for (const text of ["without a network", "from the train", "on the second network"]) {
                await page.waitForSelector(`#messages > article[data-seq]:has-text('${text} ${round}')`);
            }
        }
    }
    await ada.page.waitForFunction(() => !document.querySelector("#messages > article:not([data-seq])"));
    for (const page of pages) await assertOnce(ada, page);
    await ada.leave({ mayMissServer: true });
});

test("D13 the numbers after coming back are those that a new page counts", async () => {
    const ada = await Person.arrive(browser, server, "ada");
    const gate = await gateOn(ada.page);
    await ada.open(front);
    await says("one", other);
    const badge = (page, text) => page.waitForFunction(([id, wanted]) => document.getElementById(`u${id}`)?.textContent === wanted, [other, text]);
    await badge(ada.page, "1");

    gate.shut();
    for (const socket of gate.dead) await socket.close({ code: 1012, reason: "restarting" });
    await ada.page.waitForSelector('html[data-live="wait"]');
    for (const text of ["two", "three", "four"]) await says(text, other);
    const { seq } = server.sql(`SELECT seq FROM message WHERE room_id = ${other} AND body = 'three'`)[0];
    assert.equal((await bob.remove(`/rooms/${other}/messages/${seq}`)).status, 303);
    assert.equal(await ada.page.textContent(`#u${other}`), "1", "away means away");
    gate.open();
    await ada.live();
    const fresh = await ada.context.newPage();
    await fresh.goto(`/rooms/${front}`);
    /* What a recount in the store gives: a deleted post keeps its number. */
    const [{ counted }] = server.sql(`SELECT last_post - read_post AS counted FROM room JOIN member ON room_id = room.id
        WHERE room.id = ${other} AND person_id = 1`);
    assert.equal(counted, 4);
    for (const page of [ada.page, fresh]) {
        await page.bringToFront();
        await badge(page, String(counted));
    }
    await ada.page.bringToFront();
    await ada.page.waitForFunction((title) => document.title === title, await fresh.title());

    await fresh.bringToFront();
    await fresh.goto(`/rooms/${other}`); // read in the other window
    await fresh.waitForSelector("#messages > article[data-seq]:has-text('four')");
    await badge(fresh, "");
    const readPost = () => server.sql(`SELECT read_post FROM member WHERE room_id = ${other} AND person_id = 1`)[0].read_post;
    await eventually(() => readPost() === 4, "what was read is stored, a while later");
    await ada.page.bringToFront();
    await ada.page.reload();
    await ada.live();
    await badge(ada.page, "");
    await ada.leave();
});

const signOutAndIn = async (person, room) => {
    await person.page.click("button[aria-label='Sign out']");
    await person.page.waitForURL("**/session");
    await person.page.fill("#handle", "ada");
    await person.page.fill("#password", password);
    await person.page.press("#password", "Enter");
    await person.page.waitForURL("**/rooms");
    await person.page.goto(`/rooms/${room}`);
    await person.live();
};

test("D14 a message that failed outlives a reload and a sign-out, and can be mended and sent", async () => {
    const ada = await Person.arrive(browser, server, "ada");
    await ada.open(front);
    const tooLong = "é".repeat(9_000); // 18,000 bytes; the house takes 16,384
    await ada.write(tooLong);
    await ada.page.waitForSelector(".message--failed");
    const isKept = async () => {
        await ada.page.waitForSelector(".message--failed");
        assert.equal(await ada.page.textContent(".message--failed > div"), tooLong);
        assert.equal(await ada.page.locator(".message--failed").count(), 1);
    };
    await ada.page.reload();
    await ada.live();
    await isKept();
    await signOutAndIn(ada, front);
    await isKept();
    await ada.page.click("[data-failure=edit]");
    assert.equal(await ada.page.inputValue("#body"), tooLong);
    await ada.write("shorter now");
    await ada.sees("shorter now");
    assert.deepEqual(stored(), ["shorter now"]);
    await ada.page.reload();
    await ada.live();
    assert.equal(await ada.page.locator(".message--failed").count(), 0);
    await ada.leave();
});

test("D14 a draft outlives a reload and a sign-out, in its own room", async () => {
    const ada = await Person.arrive(browser, server, "ada");
    await ada.open(front);
    await ada.page.fill("#body", "half a thought");
    await ada.page.reload();
    await ada.live();
    assert.equal(await ada.page.inputValue("#body"), "half a thought");
    await signOutAndIn(ada, front);
    assert.equal(await ada.page.inputValue("#body"), "half a thought");
    await ada.page.goto(`/rooms/${other}`);
    assert.equal(await ada.page.inputValue("#body"), "");
    await ada.open(front);
    await ada.page.press("#body", "Enter");
    await ada.sees("half a thought");
    await ada.page.reload();
    await ada.live();
    assert.equal(await ada.page.inputValue("#body"), "");
    await assertOnce(ada);
    await ada.leave();
});
