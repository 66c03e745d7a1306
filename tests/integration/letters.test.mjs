/* letters.test.mjs -- the letters that people use, and the pictures: kept as they are or refused with the reason,
 * the same in whichever language the machine is set up.
 *
 * SPDX-License-Identifier: MIT */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ask } from "../support/raw.mjs";
import { Member } from "../support/member.mjs";
import { Server, unlimited } from "../support/server.mjs";
import { Visitor, words } from "../support/visitor.mjs";
import { Client } from "../support/ws.mjs";

const password = "tin kettle harbour";
const emoji = {
    "a family, joined": "👨‍👩‍👧‍👦",
    "a skin tone": "👍🏽",
    "a woman who mends, with a tone": "👩🏾‍🔧",
    "the flag of Portugal": "🇵🇹",
    "the rainbow's flag, joined": "🏳️‍🌈",
    "a key": "7️⃣",
    "a heart, as a picture": "❤️",
    "newer than the tables": "\u{1FADC}",
};
const england = "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}"; // of letters that are not seen

/* U09 names reactions too: there are none yet. */
describe("emoji", () => {
    let server, ada, room;
    before(async () => {
        server = new Server({ environment: unlimited });
        server.addUser("ada", { password });
        room = server.addRoom("Kitchen");
        await server.start();
        ada = new Member(server, "ada");
    });
    after(() => server?.remove());
    const body = (nonce) => server.sql(`SELECT body FROM message WHERE nonce = '${nonce}'`)[0]?.body;
    const post = (nonce, text) => ada.send(`/rooms/${room}/messages`, { nonce, body: text });

    test("U09 in a message: byte for byte, by form and by socket, and shown so", async () => {
        const client = await Client.open(server, { cookie: ada.cookie, room });
        let count = 0;
        for (const [what, text] of [...Object.entries(emoji), ["the flag of England", england], ["all", Object.values(emoji).join(" ")]]) {
            assert.equal((await post(`form-${++count}`, text)).status, 303, what);
            client.post(room, `socket-${count}`, text);
            await client.until(() => client.acks.length === count);
            for (const way of ["form", "socket"]) assert.equal(body(`${way}-${count}`), text, what);
            await client.until(() => client.texts.some((frame) => frame.includes(`data-nonce="socket-${count}"`)));
            const shown = client.texts.find((frame) => frame.includes(`data-nonce="socket-${count}"`));
            assert.ok(shown.includes(`>${text}</div>`), `${what}: ${shown}`);
        }
        client.cut();
    });

    test("U09 in names, topics and bios: kept, and in all who show them", async () => {
        for (const [what, text] of Object.entries(emoji)) {
            assert.equal((await ada.change("/account", { name: `Ada ${text}`, bio: text })).status, 303, what);
            assert.deepEqual(server.sql("SELECT name, bio FROM person"), [{ name: `Ada ${text}`, bio: text }]);
            const made = await ada.send("/rooms", { name: text });
            assert.equal(made.status, 303, what);
            assert.equal((await ada.change(made.location, { topic: text })).status, 303, what);
            const page = (await ada.get(made.location)).text;
            for (const place of [`>${text}</h1>`, `>${text}</p>`, `Ada ${text}`]) {
                assert.ok(page.includes(place), `${what}: ${place}`);
            }
        }
        /* Tags are letters that nobody sees: a name that differs by them alone looks like another. */
        const answer = await ada.change("/account", { name: england, bio: "" });
        assert.match(words(answer.text), /The name has characters that cannot be shown\./);
    });

    test("U09 U10 four kibibytes of them: a message, but no name; the limit cuts nothing in two", async () => {
        const many = "👨‍👩‍👧‍👦".repeat(163); // 25 bytes each
        assert.ok(Buffer.byteLength(many) > 4000);
        assert.equal((await post("many", many)).status, 303);
        assert.equal(body("many"), many);
        const earlier = server.sql("SELECT name, bio FROM person");
        const sentence = async (answer, status = 422) => {
            assert.equal((await answer).status, status);
            return words((await answer).text);
        };
        assert.match(await sentence(ada.change("/account", { name: many, bio: "" })), /The name is too long\./);
        assert.match(await sentence(ada.change("/account", { name: "Ada", bio: many })), /This is longer than 250 characters\./);
        assert.match(await sentence(ada.send("/rooms", { name: many })), /The room's name is too long\./);
        assert.match(await sentence(ada.send("/session", { handle: many, password })), /Name or password is wrong\./);
        assert.deepEqual(server.sql("SELECT name, bio FROM person"), earlier);

        const full = "🪑".repeat(4096); // 16 KiB
        assert.equal((await post("full", full)).status, 303);
        assert.equal(body("full"), full);
        for (const over of [`${full}x`, `${full}🪑`, `x${full}`]) assert.equal((await post("over", over)).status, 422);
        assert.equal(body("over"), undefined);
        assert.equal((await ada.change("/account", { name: "🪑".repeat(16), bio: "" })).status, 303, "64 bytes");
        assert.equal((await ada.change("/account", { name: `${"🪑".repeat(16)}x`, bio: "" })).status, 422);
    });

    test("U03 U08 U09 what joins and colours pictures is nothing by itself", async () => {
        for (const text of ["\u200d", "\ufe0f", "\u200d\ufe0f\u200d", "\u20e3"]) {
            assert.equal((await post("nothing", text)).status, 422, JSON.stringify(text));
            assert.equal((await ada.send("/rooms", { name: text })).status, 422, JSON.stringify(text));
        }
        assert.equal(body("nothing"), undefined);
    });

    test("U07 bytes that are no UTF-8 are refused wherever they come: form, query, path, socket", async () => {
        const bad = ["%ff", "%c0%ae", "%ed%a0%80", "%f4%90%80%80", "%e2%82", "%80"];
        const fields = { Cookie: ada.cookie, Origin: server.origin };
        const rows = server.sql("SELECT count(*) AS n FROM message");
        for (const bytes of bad) {
            for (const [path, form] of [[`/rooms/${room}/messages`, `nonce=u07&body=${bytes}`], ["/rooms", `name=${bytes}`],
                ["/account", `_method=patch&name=${bytes}&bio=`], ["/session", `handle=ada&password=${bytes}`]]) {
                assert.equal((await ask(server, "POST", path, { fields, body: form })).status, 400, `${path} ${bytes}`);
            }
            assert.equal((await ask(server, "GET", `/session?next=${bytes}`)).status, 400, bytes);
            assert.ok([400, 404].includes((await ask(server, "GET", `/rooms/${bytes}`, { fields })).status), bytes);
        }
        const client = await Client.open(server, { cookie: ada.cookie, room });
        client.send(JSON.stringify({ type: "post", room, nonce: "u07", body: "\ud800" }));
        await client.until(() => client.closed !== null || client.refusals.length > 0);
        assert.deepEqual(server.sql("SELECT count(*) AS n FROM message"), rows);
    });
});

test("U08 nothing that steers a terminal gets into the log or out of a command, whoever typed it", async () => {
    const server = new Server({ environment: { ...unlimited, PARLOR_REGISTRATION: "open", PARLOR_LOG_LEVEL: "debug" } });
    try {
        const steering = "\u001b]0;x\u0007\u001b[31mred\u007f\u0085\u009b2J\u2028\u2029\u202e";
        const typed = encodeURIComponent(steering);
        server.addUser("ada", { password });
        server.addRoom("Kitchen");
        await server.start();
        const ada = new Member(server, "ada");
        for (const path of [`/rooms/${typed}`, `/users/${typed}`, `/${typed}`, `/session?next=${typed}`, `/rooms/1/messages/${typed}`]) {
            for (const who of [ada, new Member(server)]) assert.ok((await who.get(path)).status < 500, path);
        }
        await ada.send("/session", { handle: steering, password: steering });
        for (const name of [steering, "a\u0085b", "a\u009bb", "a\u001bb", "a\u2028b", "a\u2029b"]) {
            assert.equal((await ada.change("/account", { name, bio: "" })).status, 422, JSON.stringify(name));
            assert.equal((await ada.send("/rooms", { name })).status, 422, JSON.stringify(name));
            assert.throws(() => server.addUser("eve", { name }), /cannot be shown/);
        }
        for (const body of [steering, "a\u001bb", "a\u0007b", "a\u007fb"]) {
            assert.equal((await ada.send("/rooms/1/messages", { nonce: "u08", body })).status, 422, JSON.stringify(body));
        }
        assert.throws(() => server.addUser(steering), (error) => !/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202e]/.test(error.stderr));
        assert.match(server.stderr, /path=/, "each request is in the log");
        assert.doesNotMatch(server.stderr, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202e]/);
    } finally {
        await server.remove();
    }
});

/* What the C library is told by these would change what upper and lower case are, and in what order letters come. */
const languages = {
    "LANG=tr_TR.UTF-8": ["LANG=tr_TR.UTF-8"],
    "LC_ALL=tr_TR.UTF-8": ["LC_ALL=tr_TR.UTF-8", "LC_CTYPE=tr_TR.UTF-8", "LANGUAGE=tr"],
    "LANG=C": ["LANG=C"],
    "LC_ALL=POSIX": ["LC_ALL=POSIX"],
    "LANG that is nowhere": ["LANG=xx_YY.EBCDIC"],
    "no LANG": [],
};

/* What the server makes of letters: all that a setting of the machine could touch. */
const folds = async (variables) => {
    const unset = ["LANG", "LC_ALL", "LC_CTYPE", "LC_COLLATE", "LANGUAGE"].flatMap((name) => ["-u", name]);
    const server = new Server({ environment: { ...unlimited, PARLOR_REGISTRATION: "open" }, under: ["env", ...unset, ...variables] });
    try {
        server.addUser("first", { password });
        server.addRoom("Kitchen");
        await server.start();
        const join = (name, handle, secret = password) => new Visitor(server).post("/join", { name, handle, password: secret });
        const seen = [];
        for (const [name, handle] of [["ilık İnek", "IDIL.I"], ["I", "idil.i"], ["ı", "ıdıl"], ["İ", "İDİL"], ["ß ﬁ", "STRASSE-FI"], ["i\u0307", "i"]]) {
            const answer = await join(name, handle);
            seen.push([handle, answer.status, answer.path]);
        }
        for (const typed of ["IDIL.I", " idil.I ", "İdil.i", "ıdıl.ı"]) seen.push([typed, (await new Visitor(server).signIn(typed, password)).status]);
        /* The blocklist and the rule against one's handle fold too. */
        for (const secret of ["QWERTYUIOP12!", "qwertyuıop12!", "IDIL.ISTANBUL", "İDİL.İSTANBUL"]) {
            const answer = await join("Idil", "idil.istanbul", secret);
            seen.push([secret, answer.status, /everybody tries first|is the handle/.test(answer.text)]);
        }
        const typed = { Origin: server.origin, "CONTENT-TYPE": "APPLICATION/X-WWW-FORM-URLENCODED; CHARSET=I", "Content-Type": null };
        seen.push((await ask(server, "POST", "/session", { fields: typed, body: `handle=idil.i&password=${password}` })).status);
        const ada = new Member(server, "first");
        await ada.send("/rooms/1/messages", { nonce: "n", body: "~~~INI\ni\n~~~\nHTTPS://I.EXAMPLE/İ" });
        const page = (await ada.get("/rooms/1")).text;
        seen.push(/<article class="message" id="m-1-1"[^]*?<div dir="auto">([^]*?)<\/div>/.exec(page)?.[1] ?? page);
        seen.push(words((await ada.get("/rooms/1/people")).text));
        seen.push(server.sql("SELECT handle, name, hex(name) AS h FROM person ORDER BY id"));
        return seen;
    } finally {
        await server.remove();
    }
};

test("U11 names, passwords, pages and requests fold alike whatever LANG is", async () => {
    const expected = await folds(["LANG=C.UTF-8"]);
    const statuses = Object.fromEntries(expected.filter((row) => Array.isArray(row) && row.length === 2));
    assert.deepEqual(statuses, { "IDIL.I": 303, " idil.I ": 303, "İdil.i": 422, "ıdıl.ı": 422 });
    assert.deepEqual(expected.at(-1).map(({ handle }) => handle), ["first", "idil.i", "strasse-fi", "i", "idil.istanbul"]);
    for (const [what, variables] of Object.entries(languages)) assert.deepEqual(await folds(variables), expected, what);
});
