/* million.test.mjs -- a room of a million messages is read like any other. */
import test, { after, before } from "node:test";
import assert from "node:assert/strict";
import { Server } from "../support/server.mjs";
import { Person, launch } from "../support/browser.mjs";
import { movedBy } from "../support/reading.mjs";

const COUNT = 1_000_000;
let server, browser, room, ada;

before(async () => {
    server = new Server();
    room = server.addRoom("Very long room");
    const author = server.addUser("ada", { name: "Ada" });
    server.fill(room, author, COUNT);
    await server.start();
    browser = await launch();
});
after(async () => {
    await browser?.close();
    await server?.remove();
});

test("from its end upwards, from its middle both ways, and back to its end", async () => {
    ada = await Person.arrive(browser, server, "ada");
    await ada.open(room);
    assert.equal((await ada.messages()).at(-1), `message ${COUNT}`);
    assert.equal(await movedBy(ada, "older", 3), 0);

    const middle = COUNT / 2;
    await ada.page.goto(`/rooms/${room}?around=${middle}#m-${room}-${middle}`);
    await ada.live();
    await ada.sees(`message ${middle}`);
    assert.equal(await movedBy(ada, "newer", 2), 0);
    assert.equal(await movedBy(ada, "older", 2), 0);

    await ada.page.click("#newest");
    await ada.sees(`message ${COUNT}`);
    await ada.write("one more");
    await ada.sees("one more");
    assert.deepEqual((await ada.messages()).slice(-2), [`message ${COUNT}`, "one more"]);
    await ada.leave();
});
