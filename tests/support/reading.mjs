/* reading.mjs -- somebody reads a room up and down in a browser, watched frame by frame. */

/* The farthest that the text at one end of the list moved while `pages` pages came in beyond it, each asked for
 * by bringing that end into view. Looked at is the text: above it a day line may come or go. */
export const movedBy = (person, side, pages) =>
    person.page.evaluate(
        async ([side, pages]) => {
            const list = document.getElementById("messages");
            const frame = () => new Promise(requestAnimationFrame);
            let furthest = 0;
            for (let page = 0; page < pages; page++) {
                const count = list.childElementCount;
                const article = side === "older" ? list.firstElementChild : list.lastElementChild;
                const text = article.querySelector("div");
                article.scrollIntoView({ block: side === "older" ? "start" : "end" });
                await frame();
                const top = text.getBoundingClientRect().top;
                const watch = () => (furthest = Math.max(furthest, Math.abs(text.getBoundingClientRect().top - top)));
                for (let frames = 0; list.childElementCount === count; frames++) {
                    if (frames > 1200) {
                        const edges = `${list.dataset.first} to ${list.dataset.last}`;
                        const sentinel = document.getElementById(side).outerHTML;
                        throw new Error(`${list.childElementCount} messages, ${edges}, waiting for more: ${sentinel}`);
                    }
                    await frame();
                    watch();
                }
                await frame();
                watch();
            }
            return furthest;
        },
        [side, pages],
    );

/* Reads up to the beginning ("older") or down to the end ("newer"), and watches on the way: what is in the
 * list has no hole and stays capped. Resolves to every text that was ever in the list. */
export const travel = (person, side) =>
    person.page.evaluate(
        async ([side, cap]) => {
            const list = document.getElementById("messages");
            const done = () => (side === "older" ? document.querySelector("#older.older--end") : !list.dataset.last);
            const frame = () => new Promise(requestAnimationFrame);
            const seen = new Set();
            for (let frames = 0; !done(); frames++) {
                if (frames > 3000) throw new Error(`no end: ${list.dataset.first} to ${list.dataset.last}`);
                document.getElementById(side).scrollIntoView({ block: "center" });
                await frame();
                const seqs = [...list.children].map((article) => Number(article.dataset.seq));
                if (seqs.length > cap) throw new Error(`${seqs.length} messages in the page`);
                if (seqs.at(-1) - seqs[0] !== seqs.length - 1) throw new Error(`a hole: ${seqs}`);
                for (const article of list.children) seen.add(article.querySelector("div").textContent);
            }
            return [...seen];
        },
        [side, 360],
    );
