/* names.test.mjs -- the handle that tells two people of one name apart is there to be read, however long the
 * name and however narrow the window. */
import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { launch, Person } from "../support/browser.mjs";
import { Server, unlimited } from "../support/server.mjs";

const long = "Wilhelmina Montgomery-Weatherby of Wombwell and Wolverhampton";
const widest = "w".repeat(32);
const widths = [360, 1280];
let server, browser, halls;

before(async () => {
    server = new Server({ environment: { ...unlimited, PARLOR_LOOPS: "1" } });
    server.addUser("anna", { name: "Anna Berg" });
    server.addUser("anna2", { name: "Anna Berg" });
    server.addUser("mina", { name: long });
    server.addUser("mina2", { name: long });
    server.addUser(widest, { name: "Anna Berg" });
    halls = new Map(widths.map((width) => [width, server.addRoom(`Hall ${width}`)]));
    await server.start();
    browser = await launch();
});
after(async () => {
    await browser?.close();
    await server?.remove();
});

/* Name and handle as they are laid out: whether the handle is whole, and stands behind the name. */
const layout = (name) => {
    const handle = name.nextElementSibling;
    const [one, other] = [name, handle].map((element) => element.getBoundingClientRect());
    const rest = innerWidth - other.right;
    const isWhole = handle.scrollWidth <= handle.clientWidth && other.width > 0 && rest >= 0 && other.left >= 0;
    return { text: handle.textContent, isWhole, isBehind: one.right <= other.left, isLevel: Math.abs(one.bottom - other.bottom) < 2 };
};
const right = (handle) => ({ text: `@${handle}`, isWhole: true, isBehind: true, isLevel: true });

for (const width of widths) {
    test(`U01 at ${width}: the handle is read whole behind the name, in messages and in the list of people`, async () => {
        const people = [];
        const hall = halls.get(width);
        for (const handle of ["anna2", "mina2"]) {
            const person = await Person.arrive(browser, server, handle, { viewport: { width, height: 800 } });
            people.push(person);
            await person.open(hall);
            const text = `I am ${handle}, at ${width}.`;
            await person.write(text);
            const message = await person.sees(text);
            assert.deepEqual(await (await message.$("h3 > b")).evaluate(layout), right(handle));
        }
        await people[0].page.goto(`/rooms/${hall}/people`);
        for (const handle of ["anna2", "mina2"]) {
            const name = people[0].page.locator(`.people__name:has(bdi:text-is("@${handle}")) > bdi`).first();
            assert.deepEqual(await name.evaluate(layout), right(handle));
        }
        for (const person of people) await person.leave();
    });

    test(`U01 at ${width}: the longest handle stays in the head of its message`, async () => {
        const person = await Person.arrive(browser, server, widest, { viewport: { width, height: 800 } });
        await person.open(halls.get(width));
        await person.write("It is long.");
        const message = await person.sees("It is long.");
        const isInside = await message.$eval("h3", (head) => {
            const [outer, inner] = [head, head.querySelector("bdi")].map((element) => element.getBoundingClientRect());
            return inner.left >= outer.left && inner.right <= outer.right && inner.width > 100;
        });
        assert.ok(isInside);
        await person.leave();
    });
}
