/* outbox.test.mjs -- what is written is never lost, whatever answers. */
import { after, before, test } from "node:test";
import { launch, Person } from "../support/browser.mjs";
import { Server } from "../support/server.mjs";

let server;
let browser;

before(async () => {
    server = new Server();
    server.addRoom("Front room");
    server.addRoom("Kitchen");
    server.addUser("ada");
    await server.start();
    browser = await launch();
});
after(async () => {
    await browser?.close();
    await server?.remove();
});

test("a sign-in page is no acknowledgement: the message is kept, and failed", async () => {
    const ada = await Person.arrive(browser, server, "ada");
    const waiting = JSON.stringify([["n1", { room: 2, body: "for the kitchen", sentAt: 0 }]]);
    await ada.context.addInitScript((text) => sessionStorage.setItem("parlor.outbox", text), waiting);
    /* What fetch sees when the session has ended and the redirect was followed. */
    const signIn = { status: 200, contentType: "text/html", body: "<h1>Come in</h1>" };
    await ada.page.route("**/rooms/2/messages", (route) => route.fulfill(signIn));
    await ada.open(1);
    await ada.page.waitForFunction(() => sessionStorage.getItem("parlor.outbox").includes('"error":"denied"'));
    await ada.leave();
});
