/* limits.test.mjs -- what one person may ask for, and what is counted of it, at a real server. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Server } from "../support/server.mjs";
import { Client } from "../support/ws.mjs";

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

const isIn = (client) => client.texts.length > 0 || client.closed !== null;
const enter = async (server) => {
    const client = await Client.open(server, { cookie: server.cookie, room: server.room });
    await client.until(() => isIn(client));
    return client;
};

test("above sockets_per_user the oldest goes, also when no client answers the close", async () => {
    const server = await serve({ PARLOR_SOCKETS_PER_USER: "3" });
    const clients = [];
    for (let i = 0; i < 6; i++) clients.push(await enter(server)); // a Client never answers a close frame
    const old = clients.slice(0, 3);
    const young = clients.slice(3);
    for (const client of old) await client.until(() => client.ended);
    assert.deepEqual(old.map((client) => client.closed), [4409, 4409, 4409]);
    assert.deepEqual(young.map((client) => client.closed), [null, null, null]);
    for (const client of young) client.cut();
});
