/* hints.test.mjs -- what is new in other rooms reaches the sockets of everybody in them. */
import { after, test } from "node:test";
import { Server } from "../support/server.mjs";
import { Client } from "../support/ws.mjs";

const server = new Server();
after(() => server.remove());

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
