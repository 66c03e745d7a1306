/* names.test.mjs -- nobody passes for somebody else: where two names look alike, who came second is shown with
 * the handle behind the name, the same to everybody and wherever the name stands. */
import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { Member, words } from "../support/member.mjs";
import { Server, unlimited } from "../support/server.mjs";
import { Client } from "../support/ws.mjs";

let server, anna, second, bob, hall;

before(async () => {
    server = new Server({ environment: { ...unlimited, PARLOR_LOOPS: "2" } });
    server.addUser("anna", { name: "Anna Berg" });
    server.addUser("anna2", { name: "\u0410nna Berg" });
    server.addUser("bob", { name: "Bob Marsh" });
    hall = server.addRoom("Hall");
    await server.start();
    [anna, second, bob] = ["anna", "anna2", "bob"].map((handle) => new Member(server, handle));
});
after(() => server?.remove());

const articles = (markup) => markup.match(/<article[^>]*class="message"[^]*?<\/article>/g) ?? [];
const about = (markup, text) => articles(markup).find((article) => article.includes(text));
const who = (article) => words(/<h3>(<b>.*?)<i/.exec(article)[1]);
/* A socket that follows the hall, from its beginning. */
const follow = async (person) => {
    const client = await Client.open(server, { cookie: person.cookie, room: hall, after: `${epoch()}:0` });
    await client.until(() => client.heads.length > 0);
    return client;
};
let posts = 0;
/* Says something; the article as `client` gets it live. */
const say = async (client, person, text) => {
    const nonce = `n${++posts}`;
    assert.equal((await person.send(`/rooms/${hall}/messages`, { body: text, nonce })).status, 303);
    await client.until(() => client.texts.some((frame) => frame.includes(text)));
    return about(client.texts.join(""), text);
};
const epoch = () => server.sql("SELECT value FROM meta WHERE key = 'epoch'")[0].value;
const rename = async (person, name) => assert.equal((await person.change("/account", { name, bio: "" })).status, 303);
const idOf = (handle) => server.sql(`SELECT id FROM person WHERE handle = '${handle}'`)[0].id;
const row = (page, handle) => words(new RegExp(`<li [^>]*data-person="${idOf(handle)}".*?</li>`).exec(page)[0]);

test("U01 a name that looks like another is shown with its handle: live, page, replay, history, alone", async () => {
    const client = await follow(bob);
    const own = await follow(second);
    const live = await say(client, second, "Is it me?");
    assert.equal(who(live), "\u0410nna Berg @anna2");
    assert.equal(who(await say(client, anna, "It is I.")), "Anna Berg");
    assert.equal(who(await say(client, bob, "Who else?")), "Bob Marsh");

    await own.until(() => own.texts.some((frame) => frame.includes("Is it me?")));
    assert.equal(about(own.texts.join(""), "Is it me?"), live, "its author sees the same");
    const page = (await anna.get(`/rooms/${hall}`)).text;
    assert.equal(about(page, "Is it me?"), live, "the page");
    const replay = await follow(anna);
    assert.equal(about(replay.texts.join(""), "Is it me?"), live, "the replay");
    const seq = Number(/data-seq="(\d+)"/.exec(live)[1]);
    const history = await anna.get(`/rooms/${hall}/messages?before=${seq + 1}`);
    assert.equal(about(history.text, "Is it me?"), live, "the history");
    const alone = (await anna.get(`/rooms/${hall}/messages/${seq}`)).text;
    assert.match(words(alone), /\u0410nna Berg @anna2/);
    for (const socket of [client, own, replay]) socket.cut();
});

test("U01 and so in the list of people, in what happens to a room, and in one's own corner", async () => {
    const list = (await bob.get(`/rooms/${hall}/people`)).text;
    assert.match(row(list, "anna2"), /\u0410nna Berg @anna2$/);
    assert.match(row(list, "anna"), /Anna Berg$/);
    assert.match(row(list, "bob"), /Bob Marsh$/);

    const corner = async (person) => words(/<a class="me__name".*?<\/a>/.exec((await person.get("/rooms")).text)[0]);
    assert.equal(await corner(second), "\u0410nna Berg @anna2");
    assert.equal(await corner(anna), "Anna Berg");
    const composer = (await second.get(`/rooms/${hall}`)).text;
    assert.match(words(/<div class="composer__who".*?<\/div>/.exec(composer)[0]), /^\u0410nna Berg @anna2/);
    const templates = composer.match(/<template[^]*?<\/template>/g).map(words);
    assert.ok(templates.some((text) => text.startsWith("\u0410nna Berg @anna2")), "the echo of a post");
    assert.match(words((await bob.get(`/users/${idOf("anna2")}`)).text), /\u0410nna Berg @anna2/);

    const client = await follow(bob);
    assert.equal((await second.leave(hall)).status, 303);
    await client.until(() => client.texts.some((frame) => frame.includes('data-event="leave"')));
    assert.match(words(client.texts.find((frame) => frame.includes('data-event="leave"'))), /\u0410nna Berg @anna2 left/);
    assert.equal((await second.join(hall)).status, 303);
    await client.until(() => client.texts.some((frame) => frame.includes('data-event="join"')));
    assert.match(words(client.texts.find((frame) => frame.includes('data-event="join"'))), /\u0410nna Berg @anna2 joined/);
    client.cut();
});

test("U01 the handle goes with another name and comes back with this one", async () => {
    const client = await follow(bob);
    await rename(second, "Berta");
    assert.equal(who(await say(client, second, "Now I am Berta.")), "Berta");
    const page = (await anna.get(`/rooms/${hall}`)).text;
    assert.equal(who(about(page, "Is it me?")), "Berta", "what was said before, too");
    await rename(second, "\uff21nna  B\u00e9rg");
    assert.match(who(await say(client, second, "And back again.")), / @anna2$/);
    assert.match(row((await bob.get(`/rooms/${hall}/people`)).text, "anna2"), / @anna2$/);
    await rename(anna, "Anna Berg");
    assert.equal(who(await say(client, anna, "Mine is mine.")), "Anna Berg");
    client.cut();
});

test("U01 a handle written into a name does not stand for the handle", async () => {
    const client = await follow(anna);
    await rename(bob, "Anna Berg @anna");
    assert.equal(who(await say(client, bob, "Guess who.")), "Anna Berg @anna @bob");
    await rename(bob, "Bob Marsh");
    assert.equal(who(await say(client, bob, "Only me.")), "Bob Marsh");
    client.cut();
});
