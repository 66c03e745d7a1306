/* markdown.test.mjs -- what one writes and another sees: marks as they are meant, and nothing that acts. */
import test, { after, before } from "node:test";
import assert from "node:assert/strict";
import { Server, unlimited } from "../support/server.mjs";
import { Person, launch } from "../support/browser.mjs";

let server, browser, room;

before(async () => {
    server = new Server({ environment: unlimited });
    room = server.addRoom("Front room");
    server.addUser("ada", { name: "Ada Lovelace" });
    server.addUser("bob", { name: "Bob Marsh" });
    await server.start();
    browser = await launch();
});
after(async () => {
    await browser?.close();
    await server?.remove();
});

/* Posts by ada's composer; resolves to the body as bob's page has it. */
const say = async (ada, bob, text) => {
    const known = (await bob.messages()).length;
    await ada.write(text);
    await bob.page.waitForFunction(
        (count) => document.querySelectorAll("#messages > article[data-seq]").length > count, known);
    return bob.page.locator("#messages > article[data-seq] > div").last();
};

const pair = async () => {
    const ada = await Person.arrive(browser, server, "ada");
    const bob = await Person.arrive(browser, server, "bob");
    await ada.open(room);
    await bob.open(room);
    return [ada, bob];
};

test("what a friend types shows as it is meant", async () => {
    const [ada, bob] = await pair();
    const html = async (text) => (await say(ada, bob, text)).innerHTML();
    const rel = 'rel="noopener noreferrer nofollow ugc" target="_blank"';
    assert.equal(await html("**Doors** at _ten_ ~~nine~~"), "<strong>Doors</strong> at <em>ten</em> <del>nine</del>");
    assert.equal(await html("one\ntwo"), "one<br>two");
    assert.equal(await html("- tea\n- milk\n  1. oat"), "<ul><li>tea</li><li>milk<ol><li>oat</li></ol></li></ul>");
    assert.equal(await html("> said so\n\nyes"), "<blockquote><p>said so</p></blockquote><p>yes</p>");
    assert.equal(await html("```sh\nls | wc\n\n  x\n```"),
        '<pre tabindex="0" data-lang="sh"><code>ls | wc\n\n  x</code></pre>');
    assert.equal(await html("see https://a.example/x?a=1&b=2."),
        `see <a href="https://a.example/x?a=1&amp;b=2" ${rel}>https://a.example/x?a=1&amp;b=2</a>.`);
    const table = await say(ada, bob, "|thing|pieces|\n|---|--:|\n|fridge|2|");
    assert.equal(await table.locator("table tbody td").nth(1).textContent(), "2");
    assert.equal(await table.locator("td").nth(1).evaluate((cell) => getComputedStyle(cell).textAlign), "right");
    assert.equal(await (await say(ada, bob, "# Title")).locator("h1, h2, h3").count(), 0);
    await ada.leave();
    await bob.leave();
});

test("a few emoji alone are large, others are not", async () => {
    const [ada, bob] = await pair();
    const size = async (text) => (await say(ada, bob, text)).evaluate((body) => getComputedStyle(body).fontSize);
    assert.equal(await size("👍🏽 🍪"), "40px");
    assert.equal(await size("👍 thanks"), "16px");
    assert.equal(await size("👍👍👍👍"), "16px");
    await ada.leave();
    await bob.leave();
});

test("the message's own page shows the whole, without JavaScript too", async () => {
    const [ada, bob] = await pair();
    const body = await say(ada, bob, "**whole** `x`");
    const markup = await body.innerHTML();
    const link = await body.locator("xpath=..").locator(":scope > a").getAttribute("href");
    const plain = await Person.arrive(browser, server, "bob", { javaScriptEnabled: false });
    await plain.page.goto(link);
    assert.equal(await plain.page.locator("article.message > div").innerHTML(), markup);
    for (const person of [ada, bob, plain]) await person.leave();
});

/* --- what attackers type ------------------------------------------------------------------------------ */

const payloads = [
    "<script>window.__x=1</script>",
    "<img src=x onerror=window.__x=1>",
    "<svg/onload=window.__x=1>",
    "</textarea><script>window.__x=1</script>",
    '<iframe srcdoc="<script>parent.__x=1</script>"></iframe>',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=window.__x=1&gt;">',
    '<noscript><p title="</noscript><img src=x onerror=window.__x=1>">',
    "<style>*{display:none}</style><style><style /><img src=x onerror=window.__x=1>",
    "<!--<img src=x onerror=window.__x=1>--!><img src=x onerror=window.__x=1>",
    '" onmouseover="window.__x=1', "' autofocus onfocus='window.__x=1", "` onclick=`window.__x=1",
    "[x](javascript:window.__x=1)", "[x](JaVaScRiPt:window.__x=1)", "[x](&#106;avascript:window.__x=1)",
    "[x](java&#9;script:window.__x=1)", "[x](javascript&colon;window.__x=1)", "<javascript:window.__x=1>",
    "![x](javascript:window.__x=1)", "[x](data:text/html,<script>window.__x=1</script>)", "[x](vbscript:x)",
    '[x](https://a.example/"onmouseover="window.__x=1)', "<https://a.example/\"onmouseover=window.__x=1>",
    'https://a.example/"onmouseover=window.__x=1', "https://a.example/</a><img src=x onerror=window.__x=1>",
    '[x](https://a.example "t"onmouseover=window.__x=1)', "[<img src=x onerror=window.__x=1>](https://a.example)",
    "</div><div id=composer hx-swap-oob=true>gone</div>", "</article><article id=m-1-1>gone</article>",
    "<i id=sys data-do=reset hx-swap-oob=true></i>", "<hx-partial hx-target=#room>gone</hx-partial>",
    '<b hx-get=/session hx-trigger=load>', "<b hx-on:click=window.__x=1 data-hx-get=/>x</b>",
    '<form id=composer name=body><input name=nodeName>', "<a id=htmx name=parlor href=x>x</a>",
    "```\"onx=1 id=sys\n</code></pre><script>window.__x=1</script>\n```", "`</code><script>window.__x=1</script>`",
    "|<script>window.__x=1</script>|\n|---|\n|</table><img src=x onerror=window.__x=1>|",
    "&lt;script&gt;window.__x=1&lt;/script&gt;", "&amp;lt;script&amp;gt;", "# </p><script>window.__x=1</script>",
    "- </li></ul><img src=x onerror=window.__x=1>", "> </blockquote></div><script>window.__x=1</script>",
    "{{7*7}} ${7*7} <%= 7*7 %>", "[a]: javascript:window.__x=1\n\n[a]", "\u2028<!--\u2029", "]]><script>window.__x=1</script>",
    "> ".repeat(40) + "<script>window.__x=1</script>", "*a_b".repeat(500),
];

/* Whatever is in the list and not on this list, as words. */
const strangers = (list) => {
    const allowed = {
        P: [], STRONG: [], EM: [], DEL: [], CODE: [], BR: [], HR: [], BLOCKQUOTE: [], UL: [], LI: [], TABLE: [],
        THEAD: [], TBODY: [], TR: [], OL: ["start", "data-wide"], TH: ["data-align"], TD: ["data-align"],
        PRE: ["tabindex", "data-lang"], A: ["href", "rel", "target"], SMALL: ["dir"], DIV: ["class", "tabindex"],
    };
    const found = [];
    for (const element of list.querySelectorAll("article > div *")) {
        for (const name of element.getAttributeNames()) {
            if (!allowed[element.tagName]?.includes(name)) found.push(`${element.tagName} ${name}`);
        }
        if (!allowed[element.tagName]) found.push(element.tagName);
        if (element.tagName === "A" && !/^(https?:\/\/|mailto:)/i.test(element.getAttribute("href"))) {
            found.push(element.outerHTML);
        }
        if (element.tagName === "DIV" && element.className !== "table") found.push(element.outerHTML);
    }
    for (const child of list.children) if (child.tagName !== "ARTICLE") found.push(child.outerHTML);
    for (const article of list.querySelectorAll("article")) {
        const names = [...article.children].map((child) => child.tagName).join(" ");
        if (!/^H3 DIV A$/.test(names)) found.push(names);
    }
    return found;
};

test("X01 X02 X03 X06 X07 X08 X11 X12: what an attacker writes is read by others and does nothing", async () => {
    const [ada, bob] = await pair();
    for (const person of [ada, bob]) {
        await person.page.evaluate(() =>
            document.addEventListener("securitypolicyviolation", (event) => console.error(event.blockedURI)));
    }
    const composer = await bob.page.locator("#composer").evaluate((form) => form.outerHTML.length);
    for (const payload of payloads) {
        const body = await say(ada, bob, payload);
        const isPlain = !/[`*|#>\[]/.test(payload.replace(/<[^>]*>/g, "")) && !/^- |https:|^<javascript:/.test(payload);
        if (isPlain) assert.equal(await body.textContent(), payload);
        assert.deepEqual(await bob.page.$eval("#messages", strangers), [], payload);
    }
    /* A second look: the first page that a newcomer gets, from the same bytes. */
    await bob.page.reload();
    await bob.live();
    assert.deepEqual(await bob.page.$eval("#messages", strangers), []);
    for (const person of [ada, bob]) {
        assert.equal(await person.page.evaluate(() => window.__x), undefined);
        assert.deepEqual(await person.page.$eval("#messages", strangers), []);
    }
    assert.equal(await bob.page.locator("#composer").count(), 1);
    assert.equal(await bob.page.locator("#composer").evaluate((form) => form.outerHTML.length), composer);
    await ada.leave();
    await bob.leave();
});

test("X04: a link that names another house shows where it leads", async () => {
    const [ada, bob] = await pair();
    const text = async (source) => (await say(ada, bob, source)).textContent();
    assert.equal(await text("[https://bank.example](https://evil.example/)"), "https://bank.example evil.example");
    assert.equal(await text("https://bank.example@evil.example/"), "https://bank.example@evil.example/ evil.example");
    assert.equal(await text("[the bank](https://bank.example/)"), "the bank");
    await ada.leave();
    await bob.leave();
});
