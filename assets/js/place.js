/* place.js -- where a message goes: the swap style `place`, for live fragments, replays and pages.
 *
 * Fragments may come twice, late, out of order, or for a room that was left: applying them must do no
 * harm. The rules, for one article: another room's is dropped; a known one is replaced unless ours is
 * newer; one outside of the range that is loaded is held for a page under way; any other goes behind the
 * last smaller one, looked for from the end. `placeOlder` and `placeNewer` are the same for pages, which
 * extend the range. htmx's own upsert does none of this and is many times slower. */
(() => {
    const parlor = (window.parlor ??= {});
    const { seqOf, revOf, keepingPlace, setSentinel, endSentinel, trim, hold, latest } = parlor.range;

    parlor.room = () => document.getElementById("room");

    /* The cursor is the greatest change that came; it is where a reconnect goes on. */
    const cursorSeq = () => Number(parlor.room().dataset.cursor.split(":")[1]);
    parlor.advance = (rev) => {
        const room = parlor.room();
        if (rev <= cursorSeq()) return;
        room.dataset.cursor = `${room.dataset.cursor.split(":")[0]}:${rev}`;
        parlor.cursorChanged?.();
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

    const isLoaded = (list, seq) =>
        seq >= Number(list.dataset.first) && !(list.dataset.last && seq > Number(list.dataset.last));

    /* Replaces what is there, or is refused: ours is newer, or it is being edited and waits for the end. */
    const replace = (there, article) => {
        if (revOf(there) > revOf(article)) return;
        if (parlor.isEditing?.(there)) return hold(article);
        const hadFocus = there === document.activeElement;
        if ("gone" in article.dataset) there.remove();
        else there.replaceWith(article);
        if (hadFocus && article.isConnected) parlor.focusOn(article);
    };

    const noteLive = (article) => {
        parlor.advance(revOf(article));
        if (article.dataset.nonce) parlor.outbox?.arrived(article);
        if (article.dataset.event) parlor.rooms?.happened(article);
        const room = parlor.room();
        if (Number(article.dataset.post) > Number(room.dataset.lastPost)) room.dataset.lastPost = article.dataset.post;
    };

    /* One article; true: it stands in the page now and was not there before. */
    const place = (list, article, isPage) => {
        if (!article.id.startsWith(`m-${list.dataset.room}-`)) return false;
        if (!isPage) noteLive(article);
        const there = document.getElementById(article.id);
        if (there) {
            replace(there, article);
            return false;
        }
        if (!isPage && !isLoaded(list, seqOf(article))) {
            hold(article);
            return false;
        }
        if ("gone" in article.dataset) return false;
        if (!Number(list.dataset.first)) list.dataset.first = seqOf(article);
        insert(list, article);
        return true;
    };

    const placeLive = (list, articles) => {
        const placed = articles.filter((article) => place(list, article, false));
        if (parlor.isAtEnd()) trim(list, "older");
        parlor.placed?.(placed);
    };

    const placeOlder = (list, articles) => {
        keepingPlace(list, () => {
            for (const article of articles) place(list, latest(article), true);
            if (articles.length) list.dataset.first = Math.min(list.dataset.first, seqOf(articles[0]));
        });
        trim(list, "newer");
    };

    /* The page says up to which change it was read. What came live since and lies behind the range was not
     * placed, so the list is up to date only when there was nothing of the kind. */
    const placeNewer = (list, articles, mark) => {
        keepingPlace(list, () => {
            for (const article of articles) place(list, latest(article), true);
        });
        if (articles.length) list.dataset.last = seqOf(articles.at(-1));
        const isAll = !("more" in mark.dataset) && cursorSeq() <= Number(mark.dataset.head);
        if (isAll) {
            delete list.dataset.last;
            endSentinel("newer");
        } else setSentinel(list, "newer", true);
        trim(list, "older");
        parlor.placed?.(articles);
    };

    htmx.registerExtension("place", {
        handle_swap: (style, list, fragment) => {
            if (!style.startsWith("place")) return false;
            const articles = [...fragment.querySelectorAll("article.message")];
            if (style === "place") placeLive(list, articles);
            else if (style === "placeOlder") placeOlder(list, articles);
            else placeNewer(list, articles, fragment.querySelector("[data-head]"));
            return true;
        },
    });
})();
