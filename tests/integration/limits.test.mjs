/* limits.test.mjs -- what one person may ask for, and what is counted of it, at a real server. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Server } from "../support/server.mjs";

const servers = [];
const serve = async (environment) => {
    const server = new Server({ environment: { PARLOR_LOOPS: "1", ...environment } });
    servers.push(server);
    server.room = server.addRoom("Front room");
    server.addUser("ada", { password: "lamplight and tea" });
    await server.start();
    server.cookie = server.addSession("ada");
    return server;
};
after(() => Promise.all(servers.map((server) => server.remove())));

const signIn = (server, password) =>
    fetch(`${server.origin}/session`, {
        method: "POST",
        redirect: "manual",
        headers: { Origin: server.origin },
        body: new URLSearchParams({ handle: "ada", password }),
    });

test("a sign-in is one password hash, right or wrong", async () => {
    const server = await serve();
    const before = (await server.metrics()).password_hashes_total;
    assert.equal((await signIn(server, "lamplight and coffee")).status, 422);
    assert.equal((await signIn(server, "lamplight and tea")).status, 303);
    assert.equal((await server.metrics()).password_hashes_total, before + 2);
});
