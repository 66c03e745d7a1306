/* contrast.test.mjs -- the colours keep the contrast that they were chosen for, as the browser paints them. */
import test, { after, before } from "node:test";
import assert from "node:assert/strict";
import { Person, launch } from "../support/browser.mjs";
import { Server } from "../support/server.mjs";

/* Foreground, ground, ratio in the light and in the dark scheme. 4.5 is the least for text, 3 for edges and icons. */
const PAIRS = [
    ["ink", "paper", 15.7, 13.6],
    ["ink", "wall", 14.4, 14.6],
    ["ink", "lampsoft", 14.9, 11.7],
    ["ink2", "paper", 7.8, 8.5],
    ["ink2", "wall", 7.2, 9.0],
    ["ink2", "tint", 6.7, 6.4],
    ["ink3", "paper", 5.4, 6.1],
    ["ink3", "wall", 5.0, 6.5],
    ["ink3", "shelf", 4.7, 5.4],
    ["ink3", "tint", 4.7, 4.6],
    ["green", "paper", 7.5, 9.7],
    ["ongreen", "greenfill", 7.6, 8.3],
    ["onlamp", "lamp", 8.9, 9.7],
    ["lampink", "lampsoft", 6.3, 9.3],
    ["brick", "paper", 6.1, 8.0],
    ["onbrick", "brickfill", 6.1, 6.9],
    ["edge", "sheet", 3.6, 3.2],
    ["edge", "wall", 3.2, 3.7],
    ["shade", "wall", 6.9, 3.3],
];
const HUES = 12;
const LEAST_FACE = 6.6;

let server, browser;
before(async () => {
    server = new Server();
    server.addUser("ines", { name: "Ines Duarte" });
    await server.start();
    browser = await launch();
});
after(async () => {
    await browser?.close();
    await server?.remove();
});

/* The ratios of WCAG 2 between pairs of CSS colours, from the pixels that they come out as. */
const ratios = (page, pairs) =>
    page.evaluate((pairs) => {
        const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
        const probe = document.body.appendChild(document.createElement("i"));
        const luminance = (colour) => {
            probe.style.color = colour;
            canvas.fillStyle = getComputedStyle(probe).color;
            canvas.fillRect(0, 0, 1, 1);
            const channels = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((byte) => byte / 255);
            const [r, g, b] = channels.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        return pairs.map(([fore, ground]) => {
            const [low, high] = [luminance(fore), luminance(ground)].sort((a, b) => a - b);
            return (high + 0.05) / (low + 0.05);
        });
    }, pairs);

for (const [index, scheme] of ["light", "dark"].entries()) {
    test(`every pair of colours has its contrast, ${scheme}`, async () => {
        const guest = await Person.arrive(browser, server, null, { colorScheme: scheme });
        await guest.page.goto("/session");
        const found = await ratios(guest.page, PAIRS.map(([fore, ground]) => [`var(--${fore})`, `var(--${ground})`]));
        for (const [at, [fore, ground, ...wanted]] of PAIRS.entries()) {
            const off = Math.abs(found[at] - wanted[index]);
            assert.ok(off < 0.15, `${fore} on ${ground}: ${found[at].toFixed(2)}, not ${wanted[index]}`);
        }
        await guest.leave();
    });

    test(`initials can be read on every hue, ${scheme}`, async () => {
        const ines = await Person.arrive(browser, server, "ines", { colorScheme: scheme });
        await ines.page.goto("/rooms");
        const pairs = await ines.page.evaluate((hues) => {
            const face = document.querySelector(".avatar");
            return Array.from({ length: hues }, (_, hue) => {
                face.dataset.t = hue;
                const { color, backgroundColor } = getComputedStyle(face);
                return [color, backgroundColor];
            });
        }, HUES);
        assert.equal(new Set(pairs.map(String)).size, HUES, "every hue is another");
        for (const [hue, ratio] of (await ratios(ines.page, pairs)).entries()) {
            assert.ok(ratio >= LEAST_FACE, `hue ${hue}: ${ratio.toFixed(2)}`);
        }
        await ines.leave();
    });
}
