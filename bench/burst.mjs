/* burst.mjs -- how a page bears 200 messages a second for 10 s: its long tasks, and how late keys are seen.
 *
 * The floor is a bare page that appends as many of the same fragments at the same pace and keeps 300 of them. By
 * hand, on a machine that does nothing else:
 *
 *     node bench/burst.mjs [--seconds 10] [--rate 200]
 */
import { Worker, isMainThread, workerData, parentPort } from "node:worker_threads";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { launch, Person } from "../tests/support/browser.mjs";
import { Server, unlimited } from "../tests/support/server.mjs";
import { Client } from "../tests/support/ws.mjs";

const CAP = 300;
const TICK_MS = 10;

/* --- the one who writes, on a thread of its own ---------------------------------------------------- */

const writeBurst = async ({ server, cookie, room, rate, seconds }) => {
    const client = await Client.open(server, { cookie, room });
    await client.until(() => client.texts.length > 0);
    const begin = performance.now();
    const count = rate * seconds;
    for (let sent = 0; sent < count; await wait(TICK_MS)) {
        const due = Math.min(count, Math.floor(((performance.now() - begin) * rate) / 1000));
        for (; sent < due; sent++) client.post(room, `burst-${sent}`, `number ${sent}, with **bold** words and a \`name\``);
    }
    await client.until(() => client.acks.length === count);
    parentPort.postMessage({ count, took: performance.now() - begin });
    client.cut();
};

/* --- what a page goes through ---------------------------------------------------------------------- */

/* Begins to note long tasks (those over 50 ms) and the delays of keys. */
const watch = (page) =>
    page.evaluate(() => {
        window.noted = { tasks: [], keys: [] };
        new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) noted.tasks.push(entry.duration);
        }).observe({ type: "longtask" });
        new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) if (entry.name === "keydown") noted.keys.push(entry.processingStart - entry.startTime);
        }).observe({ type: "event", durationThreshold: 16 });
    });

const summary = (name, { tasks, keys }) => {
    const worst = (values, least) => (values.length ? `${Math.round(Math.max(...values))} ms` : `under ${least} ms`);
    const over = tasks.filter((task) => task > 100).length;
    return `${name}: longest task ${worst(tasks, 50)}, ${over} over 100 ms; latest key ${worst(keys, 16)}`;
};

const typeMeanwhile = async (page, isOver) => {
    for (let at = 0; !isOver(); at++) {
        await page.keyboard.press("abcdefghij"[at % 10]);
        await wait(200);
    }
};

const measureRoom = async (browser, server, room, options) => {
    const reader = await Person.arrive(browser, server, "reader");
    await reader.open(room);
    await watch(reader.page);
    await reader.page.focus("#body");
    const work = { server: { port: server.port, origin: server.origin }, cookie: server.addSession("writer"), room, ...options };
    const worker = new Worker(new URL(import.meta.url), { workerData: work });
    let result = null;
    const done = new Promise((resolve, reject) => worker.on("message", resolve).on("error", reject));
    await Promise.all([done.then((value) => (result = value)), typeMeanwhile(reader.page, () => result)]);
    await reader.sees(`number ${result.count - 1},`);
    const noted = await reader.page.evaluate(() => noted);
    const fragment = await reader.page.evaluate(() => document.querySelector("#messages > article:last-of-type").outerHTML);
    const kept = (await reader.messages()).length;
    await reader.leave();
    return { noted, fragment, kept, result };
};

const measureBare = async (browser, fragment, { rate, seconds }) => {
    const page = await browser.newPage();
    await page.setContent('<div style="height: 500px; overflow: auto; display: flex; flex-direction: column-reverse"><div id="list"></div></div><textarea>');
    await watch(page);
    await page.focus("textarea");
    let isOver = false;
    const append = page.evaluate(
        ([markup, every, count, cap, tick]) =>
            new Promise((done) => {
                const list = document.getElementById("list");
                const begin = performance.now();
                let placed = 0;
                const timer = setInterval(() => {
                    const due = Math.min(count, Math.floor((performance.now() - begin) / every));
                    for (; placed < due; placed++) {
                        list.insertAdjacentHTML("beforeend", markup);
                        if (list.childElementCount > cap) list.firstElementChild.remove();
                    }
                    if (placed === count) done(clearInterval(timer));
                }, tick);
            }),
        [fragment, 1000 / rate, rate * seconds, CAP, TICK_MS],
    );
    await Promise.all([append.then(() => (isOver = true)), typeMeanwhile(page, () => isOver)]);
    const noted = await page.evaluate(() => noted);
    await page.close();
    return noted;
};

const main = async () => {
    const text = { type: "string" };
    const { values } = parseArgs({ options: { seconds: { ...text, default: "10" }, rate: { ...text, default: "200" } } });
    const options = { seconds: Number(values.seconds), rate: Number(values.rate) };
    const server = new Server({ environment: unlimited });
    const room = server.addRoom("Front room");
    for (const handle of ["reader", "writer"]) server.addUser(handle);
    await server.start();
    const browser = await launch();
    try {
        const { noted, fragment, kept, result } = await measureRoom(browser, server, room, options);
        const bare = await measureBare(browser, fragment, options);
        console.log(`${result.count} messages acknowledged in ${Math.round(result.took)} ms; the page keeps ${kept}`);
        console.log(summary("room", noted));
        console.log(summary("bare", bare));
    } finally {
        await browser.close();
        await server.remove();
    }
};

await (isMainThread ? main() : writeBurst(workerData));
