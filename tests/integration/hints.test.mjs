/* hints.test.mjs -- what is new in other rooms reaches the sockets of everybody in them. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Server, unlimited } from "../support/server.mjs";
import { Client, frame } from "../support/ws.mjs";

const server = new Server();
const large = new Server({ environment: { ...unlimited, PARLOR_LOOPS: "1" } });
after(() => Promise.all([server.remove(), large.remove()]));

test("hints go on after a read mark of one's own", async () => {
    const front = server.addRoom("Front room");
    const kitchen = server.addRoom("Kitchen");
    server.addUser("ada");
    server.addUser("bob");
    await server.start();
    const ada = await Client.open(server, { cookie: server.addSession("ada"), room: front });
    const cookie = server.addSession("bob");
    const here = await Client.open(server, { cookie, room: front });
    const there = await Client.open(server, { cookie, room: kitchen });
    const hinted = (room, post) => ada.texts.some((text) => text.includes(`id=u${room} data-post=${post} `));

    here.post(front, "f1", "to be read");
    there.post(kitchen, "k1", "one");
    await ada.until(() => ada.articles.length === 1 && hinted(kitchen, 1));
    ada.send({ type: "read", room: front, post: 1 });
    const mark = "SELECT read_post FROM member WHERE person_id = 1 AND room_id = 1";
    while (server.sql(mark)[0].read_post < 1);
    there.post(kitchen, "k2", "two");
    await ada.until(() => hinted(kitchen, 2));
    for (const client of [ada, here, there]) client.cut();
});

test("the counters of a large house are sent once a turn, however often rooms are changed", async () => {
    const rooms = Array.from({ length: 120 }, (_, i) => large.addRoom(`Room ${i}`));
    large.addUser("ada");
    await large.start();
    const ada = await Client.open(large, { cookie: large.addSession("ada"), room: rooms[0] });
    const counters = () => ada.texts.filter((text) => text.startsWith("<b id=u")).length;
    await ada.until(() => counters() === 1);
    const opens = Array.from({ length: 100 }, (_, i) => frame(JSON.stringify({ type: "open", room: rooms[i] })));
    ada.socket.write(Buffer.concat(opens)); // a hundred times 5 KiB are more than one socket may have waiting
    await ada.until(() => counters() > 1);
    ada.post(rooms[99], "n1", "the last one counts");
    await ada.until(() => ada.articles.length > 0);
    assert.equal(ada.articles[0].room, rooms[99]);
    assert.equal(ada.closed, null);
    assert.ok(counters() < 30, `${counters()} frames of counters`);
    ada.cut();
});
