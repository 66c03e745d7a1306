/* place.js -- where a message goes: the swap style `place`, for live fragments, replays and older pages.
 *
 * Fragments may come twice, late, out of order, or for a room that was left: applying them must do no
 * harm. The rules, for one article: another room's is dropped; a known one is replaced unless ours is
 * newer; one before the range that is loaded is dropped; any other goes behind the last smaller one,
 * looked for from the end. `placeOlder` is the same for a page of older messages, which extends the range.
 * htmx's own upsert does none of this and is many times slower. */
(() => {
    const parlor = (window.parlor ??= {});
    const CAP = 300; // articles kept in the page
    const SLACK = 20;

    const seqOf = (article) => Number(article.dataset.seq);
    const revOf = (article) => Number(article.dataset.rev ?? article.dataset.seq);

    parlor.room = () => document.getElementById("room");
    parlor.list = () => document.getElementById("messages");
    parlor.isAtEnd = () => {
        const scroller = document.getElementById("scroller");
        return !scroller || scroller.scrollTop > -100; // column-reverse: 0 is the end
    };

    /* The cursor is the greatest change applied; it is where a reconnect goes on. */
    parlor.advance = (rev) => {
        const room = parlor.room();
        const [epoch, seq] = room.dataset.cursor.split(":");
        if (rev > Number(seq)) {
            room.dataset.cursor = `${epoch}:${rev}`;
            parlor.cursorChanged?.();
        }
    };

    const insert = (list, article) => {
        const seq = seqOf(article);
        let before = null;
        for (let at = list.lastElementChild; at; at = at.previousElementSibling) {
            if (at.dataset.seq && seqOf(at) < seq) break;
            before = at;
        }
        list.insertBefore(article, before);
    };

    const place = (list, article, isOlder) => {
        if (!article.id.startsWith(`m-${list.dataset.room}-`)) return null;
        parlor.advance(revOf(article));
        if (article.dataset.nonce) parlor.outbox?.arrived(article);
        const there = document.getElementById(article.id);
        if (there) {
            if (revOf(there) > revOf(article)) return null;
            if ("gone" in article.dataset) there.remove();
            else there.replaceWith(article);
            return article;
        }
        if ("gone" in article.dataset) return null;
        const first = Number(list.dataset.first);
        if (isOlder) list.dataset.first = first ? Math.min(first, seqOf(article)) : seqOf(article);
        else if (seqOf(article) < first) return null;
        else if (!first) list.dataset.first = seqOf(article);
        insert(list, article);
        const post = Number(article.dataset.post);
        const room = parlor.room();
        if (post > Number(room.dataset.lastPost)) room.dataset.lastPost = post;
        return article;
    };

    /* The sentinel that asks for older messages, asking from `first` on. */
    const setSentinel = (list) => {
        let older = document.getElementById("older");
        if (older.classList.contains("older--end")) {
            const fresh = document.getElementById("older-template").content.cloneNode(true);
            older.replaceWith(fresh);
            older = document.getElementById("older");
            htmx.process(older);
        }
        const url = `/rooms/${list.dataset.room}/messages?before=${list.dataset.first}`;
        older.setAttribute("hx-get", url);
        older.querySelector("a")?.setAttribute("href", url);
    };

    /* Keeps the page light: the oldest go when the reader is at the end and does not see them go. */
    const trim = (list) => {
        if (list.childElementCount <= CAP + SLACK || !parlor.isAtEnd()) return;
        while (list.childElementCount > CAP) list.firstElementChild.remove();
        list.dataset.first = list.querySelector("[data-seq]").dataset.seq;
        setSentinel(list);
    };

    htmx.registerExtension("place", {
        handle_swap: (style, list, fragment) => {
            if (style !== "place" && style !== "placeOlder") return false;
            const isOlder = style === "placeOlder";
            const placed = [];
            for (const article of [...fragment.querySelectorAll("article.message")]) {
                const done = place(list, article, isOlder);
                if (done) placed.push(done);
            }
            if (!isOlder) trim(list);
            parlor.placed?.(placed);
            return true;
        },
    });

    /* A page of older messages that was asked for before the range changed would leave a hole. */
    document.addEventListener("htmx:before:swap", (event) => {
        const action = event.detail.ctx?.request?.action;
        if (!action || event.detail.ctx.sourceElement?.id !== "older") return;
        const before = new URL(action, location.href).searchParams.get("before");
        if (before !== parlor.list()?.dataset.first) event.preventDefault();
    });
})();
