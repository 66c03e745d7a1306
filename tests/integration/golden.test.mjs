/* golden.test.mjs -- two houses, alike but for what people have written: harmless words in one, the words of
 * attackers in the other. Every page must have the same tags with the same attributes in both.
 *
 * The pages come from the program's own table, so that a new one is compared without a word here.
 * SPDX-License-Identifier: MIT */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Member } from "../support/member.mjs";
import { Server, unlimited } from "../support/server.mjs";

const password = "tin kettle harbour";
/* No mark of Markdown is in these: what becomes of marks is the renderer's own test. */
const harmless = { name: "Eve Moneypenny", room: "Workshop", topic: "Tools and tea", bio: "Mends kettles.", body: "Good evening to all", code: "x" };
const hostile = {
    name: `"><script>x=1</script><!-- ' onload=x id=main`,
    room: `</title><script>x=1</script>'"--!><svg/onload=x id=sys>`,
    topic: `</p><!--<script>//"' hx-swap-oob=true hx-get=/session data-do=reset hx-on:load=x </textarea><style>`,
    bio: `</textarea><script>x=1</script>\n<!--\u2028--><img src=x onerror="x=1">'"`,
    body: `</div></article><script>x=1</script><!-- " ' \u2028\u2029 <i id=sys data-do=reset> <hx-partial hx-target=#room> &lt;script&gt; &amp;lt; {{7}} ]]>`,
    code: `"><script>x=1</script>`,
};
const servers = [];
let plain, wild;

const settle = async (words) => {
    const server = new Server({ environment: { ...unlimited, PARLOR_REGISTRATION: "open" } });
    servers.push(server);
    server.addUser("ada", { password, admin: true });
    server.addUser("eve", { password });
    server.room = server.addRoom("Front room");
    server.left = server.addRoom(words.room);
    await server.start();
    const [ada, eve] = [new Member(server, "ada"), new Member(server, "eve")];
    const takes = async (answer) => assert.equal((await answer).status, 303);
    for (const person of [ada, eve]) await takes(person.change("/account", { name: words.name, bio: words.bio }));
    await takes(ada.change(`/rooms/${server.room}`, { name: words.room, topic: words.topic }));
    await takes(eve.send(`/rooms/${server.room}/messages`, { nonce: "n1", body: words.body }));
    await takes(eve.send(`/rooms/${server.room}/messages`, { nonce: "n2", body: words.body }));
    await takes(eve.change(`/rooms/${server.room}/messages/3`, { body: `${words.body}.` }));
    await takes(eve.leave(server.left));
    await takes(ada.send("/invitation"));
    return { server, ada, eve, anybody: new Member(server), words, routes: JSON.parse(server.command(["routes", "--json"])) };
};
before(async () => {
    [plain, wild] = await Promise.all([settle(harmless), settle(hostile)]);
});
after(() => Promise.all(servers.map((server) => server.remove())));

/* The tags of a page with the names of their attributes, in order. What is no tag holds no "<" and no ">". */
const skeleton = (html) => {
    const tag = /<(\/?[a-z][a-z0-9-]*)((?:\s+[a-z:-]+(?:="[^"<>]*"|='[^'<>]*')?)*)\s*\/?>/gi;
    const rest = html.replace(/^<!doctype html>/, "").replace(tag, "");
    assert.doesNotMatch(rest, /[<>]/, rest.slice(Math.max(0, rest.search(/[<>]/) - 80), rest.search(/[<>]/) + 80));
    return [...html.matchAll(tag)].map(([, name, attributes]) =>
        [name, ...[...attributes.matchAll(/([a-z:-]+)(?:="[^"]*"|='[^']*'|(?=\s|$))/gi)].map((pair) => pair[1])].join(" "));
};
const assertInert = (html, what) => {
    for (const [, attributes, content] of html.matchAll(/<script([^>]*)>([^]*?)<\/script>/gi)) {
        assert.match(attributes, /^ src="\/assets\/[^"]+"$/, what);
        assert.equal(content, "", what);
    }
    assert.equal(html.match(/<script/gi)?.length ?? 0, html.match(/<\/script>/gi)?.length ?? 0, what);
    for (const tag of skeleton(html)) assert.doesNotMatch(tag, / (on|style|hx-on)/i, what);
    assert.doesNotMatch(html, /<(style|iframe|object|embed|base|math|noscript(?!><a ))\b/i, what);
};
const assertAlike = async (ask, what) => {
    const [tame, tested] = [await ask(plain), await ask(wild)];
    assert.equal(tested.status, tame.status, what);
    for (const { text } of [tame, tested]) assertInert(text, what);
    assert.deepEqual(skeleton(tested.text), skeleton(tame.text), what);
    return tested;
};

test("X01 X09 X11 every page has the tags and attributes that it has with harmless words", async () => {
    let shown = 0;
    const pages = plain.routes.filter(({ method, path }) => method === "GET" && !/^\/(live|healthz|readyz|metrics)$/.test(path));
    assert.ok(pages.length >= 12);
    for (const { path } of pages) {
        const at = ({ server }) => path.replace(":room", server.room).replace(":seq", 2).replace(":user", 2)
            .replace(":code", server.sql("SELECT code FROM invitation")[0].code);
        for (const who of ["ada", "eve", "anybody"]) {
            for (const query of ["", "?around=2", "?before=99", "?after=0"]) {
                if (query && !path.startsWith("/rooms/:room")) continue;
                const { text } = await assertAlike((house) => house[who].get(at(house) + query), `${path}${query} as ${who}`);
                shown += /&lt;script&gt;/.test(text);
            }
        }
    }
    for (const who of ["ada", "eve"]) {
        await assertAlike((house) => house[who].get(`/rooms/${house.server.left}`), `the door as ${who}`);
        await assertAlike((house) => house[who].get("/rooms", { "HX-Request": "true" }), `the list alone as ${who}`);
        await assertAlike((house) => house[who].get(`/rooms/${house.server.room}/messages?before=99`, { "HX-Request": "true" }), "a part");
    }
    assert.ok(shown > 30, `${shown} pages had the attackers' words in them`);
});

test("X01 X02 X09 what is refused comes back as text: every form, with every field", async () => {
    const long = (text) => text.padEnd(600, "x");
    const forms = [
        ["anybody", "/session", ({ words }) => ({ handle: words.name, password: words.body, next: words.topic })],
        ["anybody", "/join", ({ words }) => ({ name: long(words.name), handle: words.name, password: "short" })],
        ["ada", "/rooms", ({ words }) => ({ name: long(words.room) })],
        ["ada", "/rooms", ({ words }) => ({ name: `${words.room}\u2028` })],
        ["ada", "/account", ({ words }) => ({ _method: "patch", name: long(words.name), bio: long(words.bio) })],
        ["ada", "/account/password", ({ words }) => ({ current: words.name, password: "short" })],
        ["ada", "/rooms/1", ({ words }) => ({ _method: "patch", name: long(words.room), topic: `${words.topic}\u2029` })],
        ["ada", "/rooms/1/messages", ({ words }) => ({ nonce: words.name, body: words.body })],
        ["eve", "/rooms/1/messages/2", ({ words }) => ({ _method: "patch", body: words.body.padEnd(17_000, "x") })],
    ];
    for (const [who, path, fields] of forms) {
        const { status } = await assertAlike((house) => house[who].send(path, fields(house)), path);
        assert.equal(status, 422, path);
    }
});

test("X01 X09 a path that is not there, and every error page, shows nothing that was typed as markup", async () => {
    const typed = ({ words }) => encodeURIComponent(words.name.replaceAll("/", "|"));
    for (const path of ["/", "/rooms/", "/users/", "/join/", "/rooms/1/messages/", "/assets/", "/search?q=", "/rooms?x=", "/session?next=/"]) {
        for (const who of ["ada", "anybody"]) await assertAlike((house) => house[who].get(path + typed(house)), path);
    }
    await assertAlike((house) => house.ada.ask("GET", `/rooms/${typed(house)}%zz`), "a path that cannot be read");
    await assertAlike((house) => house.ada.ask("PUT", `/rooms`, { name: house.words.name }), "a method that is not known");
    await assertAlike((house) => house.ada.ask("POST", "/rooms", { name: house.words.name }, { Origin: "null" }), "from elsewhere");
});

test("X09 X10 X11 what people choose is in no class, id, name, data attribute or style of a message", async () => {
    const { ada, server } = wild;
    const languages = {
        sh: "sh", "C++": "c++", "c#": "c#", "objective-c": "objective-c", "sh onclick=x": "sh", '"><script>': null,
        "a\u2028b": null, "a.b": null, "x'y": null, "a&quot;b": null, "<!--": null, ["x".repeat(20)]: "x".repeat(20), ["x".repeat(21)]: null,
        "ünlü": null, hljs_language_x: null,
    };
    const sources = Object.keys(languages).map((language) => `~~~${language}\ncode\n~~~`);
    const room = Number((await ada.send("/rooms", { name: "Code" })).location.split("/")[2]);
    for (const [i, body] of sources.entries()) await ada.send(`/rooms/${room}/messages`, { nonce: `x10-${i}`, body });
    const page = (await ada.get(`/rooms/${room}`)).text;
    const log = / role="log"[^]*?(?=<p id="newer")/.exec(page)[0];
    const blocks = [...log.matchAll(/<pre([^>]*)>/g)].map(([, attributes]) => attributes);
    const expected = Object.values(languages).map((name) => ` tabindex="0"${name ? ` data-lang="${name}"` : ""}`);
    assert.deepEqual(blocks, expected);
    for (const [, attributes] of log.matchAll(/<(?!article|div id="messages")[a-z0-9]+ ([^>]*)>/g)) {
        assert.doesNotMatch(attributes, /(^| )(id|name|class|style)=/, attributes);
    }
    assert.equal(server.sql(`SELECT count(*) AS n FROM message WHERE room_id = ${room}`)[0].n, sources.length);
});

test("X12 entities are shown as they were typed, wherever people type: decoded never, encoded once", async () => {
    const { ada } = plain;
    const typed = "&amp;lt; &lt;b&gt; &#39; &copy;";
    const shown = "&amp;amp;lt; &amp;lt;b&amp;gt; &amp;#39; &amp;copy;";
    const room = (await ada.send("/rooms", { name: typed })).location;
    await ada.change(room, { topic: typed });
    await ada.change("/account", { name: typed, bio: typed });
    await ada.send(`${room}/messages`, { nonce: "x12", body: typed });
    const occurrences = async (answer) => (await answer).text.split(shown).length - 1;
    const one = new RegExp(`<div dir="auto">${shown.replaceAll(".", "\\.")}</div>`);
    const page = (await ada.get(room)).text;
    assert.match(page, one);
    const seq = /data-seq="(\d+)"[^>]*data-nonce="x12"/.exec(page)[1];
    /* At least so often: in its title, its list, its head, its forms. */
    const places = [[room, 6], [`${room}/edit`, 4], [`${room}/people`, 3], [`${room}/messages/${seq}`, 4], ["/rooms", 3], ["/account", 4], ["/users/1", 3]];
    for (const [path, least] of places) assert.ok((await occurrences(ada.get(path))) >= least, `${path}: ${await occurrences(ada.get(path))}`);
    assert.ok((await occurrences(ada.change(room, { name: typed + "x".repeat(99), topic: typed }))) >= 2, "in a form that was refused");
    for (const [path] of places) assert.doesNotMatch((await ada.get(path)).text, /&copy;|&amp;amp;amp;/, path);
});

test("X10 the colour of a face is one of twelve, whoever has it", async () => {
    const { ada, server } = plain;
    for (let i = 0; i < 30; i++) server.addUser(`p${i}`, { name: `${"#\"<url("[i % 6]}${i}` });
    const pages = [`/rooms/${server.room}/people`, `/rooms/${server.room}`, "/account", "/users/20"];
    const hues = [];
    for (const path of pages) {
        for (const [, hue] of (await ada.get(path)).text.matchAll(/ data-t="([^"]*)"/g)) hues.push(hue);
    }
    assert.deepEqual([...new Set(hues)].sort((a, b) => a - b), Array.from({ length: 12 }, (_, i) => String(i)));
});
