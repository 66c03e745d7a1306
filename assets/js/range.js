/* range.js -- which part of a room the page holds, and how it grows and shrinks on either side.
 *
 * The list holds the messages from `data-first` on: up to the newest one, or, when later ones are missing,
 * up to `data-last`. A sentinel on either side asks for the next page when it comes near. The page is
 * capped: what lies farthest from the reader goes, and is asked for again when it is wanted. Nothing of
 * this may move what is being read. */
(() => {
    const parlor = (window.parlor ??= {});
    const CAP = 300; // articles kept in the page
    const SLACK = 20;
    const LATE = 500; // changes of messages that are not loaded, kept for the pages under way

    const seqOf = (article) => Number(article.dataset.seq);
    const revOf = (article) => Number(article.dataset.rev ?? article.dataset.seq);
    const stored = (list) => [...list.children].filter((article) => article.dataset.seq);

    parlor.list = () => document.getElementById("messages");
    parlor.isUpToDate = () => !parlor.list()?.dataset.last;
    parlor.isAtEnd = () => {
        const scroller = document.getElementById("scroller");
        return !scroller || (scroller.scrollTop > -100 && parlor.isUpToDate()); // column-reverse: 0 is the end
    };

    /* Runs `change` and puts what the reader sees back to where it was. Engines that anchor scrolling have
     * done so already, except at the very end, where they follow. */
    const keepingPlace = (list, change) => {
        const scroller = document.getElementById("scroller");
        const view = scroller.getBoundingClientRect();
        const isSeen = (article) => article.getBoundingClientRect().bottom > view.top;
        const read = stored(list).find(isSeen)?.querySelector("div");
        const top = read?.getBoundingClientRect().top;
        change();
        parlor.settle?.(); // runs and days change heights: before we look
        if (read?.isConnected) scroller.scrollTop += read.getBoundingClientRect().top - top;
    };

    /* --- the sentinels --------------------------------------------------------------------------------- */

    const sides = {
        older: { parameter: "before", edge: "first" },
        newer: { parameter: "after", edge: "last" },
    };

    /* Has the sentinel ask from the list's edge on; a fresh one looks anew whether it is in sight. */
    const setSentinel = (list, side, isFresh = false) => {
        const { parameter, edge } = sides[side];
        let sentinel = document.getElementById(side);
        if (isFresh || !sentinel.hasAttribute("hx-get")) {
            const fresh = document.getElementById(`${side}-template`).content.firstElementChild.cloneNode(true);
            sentinel.replaceWith(fresh);
            sentinel = fresh;
        }
        const url = `/rooms/${list.dataset.room}/messages?${parameter}=${list.dataset[edge]}`;
        sentinel.setAttribute("hx-get", url);
        sentinel.querySelector("a")?.setAttribute("href", url);
        htmx.process(sentinel);
    };

    const endSentinel = (side) => {
        const end = document.createElement("p");
        end.id = side;
        end.hidden = true;
        document.getElementById(side).replaceWith(end);
    };

    /* A page that was asked for before its edge moved would leave a hole: it is refused and asked for anew. */
    document.addEventListener("htmx:before:swap", (event) => {
        const { request, sourceElement } = event.detail.ctx ?? {};
        const side = sourceElement?.id;
        const list = parlor.list();
        if (!request?.action || !sides[side] || !list) return;
        const { parameter, edge } = sides[side];
        if (new URL(request.action, location.href).searchParams.get(parameter) === list.dataset[edge]) return;
        event.preventDefault();
        if (document.getElementById(side) === sourceElement && list.dataset[edge]) setSentinel(list, side, true);
    });

    /* --- the cap ----------------------------------------------------------------------------------------- */

    const trim = (list, side) => {
        if (list.childElementCount <= CAP + SLACK) return;
        const articles = stored(list);
        if (articles.length <= CAP + SLACK) return; // the others are on their way out
        keepingPlace(list, () => {
            const gone = side === "older" ? articles.slice(0, -CAP) : articles.slice(CAP);
            for (const article of gone) article.remove();
            if (side === "older") list.dataset.first = seqOf(articles.at(-CAP));
            else list.dataset.last = seqOf(articles[CAP - 1]);
            setSentinel(list, side);
        });
    };

    /* --- what came for messages that are not loaded --------------------------------------------------------- */

    const late = new Map(); // id → article, the newest of each; oldest first
    const hold = (article) => {
        const known = late.get(article.id);
        if (known && revOf(known) > revOf(article)) return;
        late.delete(article.id);
        late.set(article.id, article);
        if (late.size > LATE) late.delete(late.keys().next().value);
    };
    /* A page may have been read before a change that has come since. */
    const latest = (article) => {
        const known = late.get(article.id);
        return known && revOf(known) > revOf(article) ? known.cloneNode(true) : article;
    };

    parlor.range = { seqOf, revOf, keepingPlace, setSentinel, endSentinel, trim, hold, latest };
})();
