/* reading.js -- what depends on who reads: local times, runs of one author, day lines, one's own.
 *
 * The server sends everybody the same bytes; this finishes them in the browser from their data-
 * attributes. Runs and days depend on the neighbour above, so an article and the one below it are looked
 * at anew whenever either changes. */
(() => {
    const parlor = (window.parlor ??= {});
    const RUN_MS = 5 * 60_000;
    const LINKED_MS = 1_500;
    const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
    const dayWords = { weekday: "long", day: "numeric", month: "long" };
    const day = new Intl.DateTimeFormat(undefined, dayWords);
    const dayOfAnotherYear = new Intl.DateTimeFormat(undefined, { ...dayWords, year: "numeric" });
    const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });

    const timeOf = (article) => article?.querySelector("time");
    const isStored = (article) => Boolean(article?.dataset.seq) && Boolean(timeOf(article));
    const dateOf = (article) => (isStored(article) ? new Date(timeOf(article).dateTime) : new Date());

    const dayOf = (date) => (date.getFullYear() === new Date().getFullYear() ? day : dayOfAnotherYear).format(date);
    const isEvent = (article) => "event" in article.dataset;

    const setTime = (article) => {
        const time = timeOf(article);
        if (!time || time.title) return;
        const date = new Date(time.dateTime);
        time.textContent = clock.format(date);
        /* The list is one stop of Tab, where arrows go from message to message: see actions.js. */
        if (document.getElementById("scroller")?.tabIndex === 0) time.closest("a")?.setAttribute("tabindex", "-1");
        time.title = full.format(date);
    };

    /* The line above what is new: where it was when the room was entered, whatever is read meanwhile. */
    let readPost = 0;
    let hasNew = false;
    const isFirstNew = (article, above) => {
        const post = Number(article.dataset.post);
        if (!hasNew || !(post > readPost) || !isStored(article)) return false;
        return isStored(above) ? Number(above.dataset.post) <= readPost : post === readPost + 1;
    };

    const setPlace = (article) => {
        if (!article?.matches?.("article.message")) return;
        const neighbour = article.previousElementSibling;
        const above = neighbour?.matches("article.message") ? neighbour : null;
        const date = dateOf(article);
        const sameDay = above && dayOf(dateOf(above)) === dayOf(date);
        const isSameSpeaker = sameDay && above.dataset.author === article.dataset.author && !isEvent(above);
        const isRun = isSameSpeaker && !isEvent(article) && date - dateOf(above) < RUN_MS;
        const isNew = isFirstNew(article, above);
        article.classList.toggle("message--run", isRun && !isNew);
        if (isStored(article) && !sameDay) article.dataset.day = dayOf(date);
        else delete article.dataset.day;
        article.toggleAttribute("data-new", isNew);
    };

    /* Initials are a picture of the name beside them. Said here, it costs the fragment no bytes. */
    const setFace = (article) => article.querySelector("h3 > i")?.setAttribute("aria-hidden", "true");

    const finish = (article) => {
        setTime(article);
        setFace(article);
        setPlace(article);
        setPlace(article.nextElementSibling);
    };

    const finishAll = (records) => {
        for (const record of records) {
            for (const node of record.addedNodes) if (node.matches?.("article.message")) finish(node);
            if (record.removedNodes.length) setPlace(record.nextSibling);
        }
    };
    const observer = new MutationObserver(finishAll);
    /* Does at once what the observer would do a moment later. */
    parlor.settle = () => finishAll(observer.takeRecords());

    const enter = () => {
        const room = parlor.room()?.dataset; // a page of older messages has none
        readPost = Number(room?.readPost);
        hasNew = Number(room?.lastPost) > readPost;
        for (const article of document.querySelectorAll("article.message")) {
            setTime(article);
            setFace(article);
            setPlace(article);
        }
        const list = document.getElementById("messages");
        if (!list) return;
        observer.disconnect();
        observer.observe(list, { childList: true });
    };

    /* The message that the address names: in the middle, outlined for a moment. */
    const showLinked = () => {
        const article = location.hash.startsWith("#m-") && document.getElementById(location.hash.slice(1));
        if (!article) return;
        article.scrollIntoView({ block: "start" }); // actions.css leaves room above it
        article.classList.add("message--linked");
        setTimeout(() => article.classList.remove("message--linked"), LINKED_MS);
    };
    window.addEventListener("hashchange", showLinked);

    /* One's own messages, without an inline style. */
    const markOwn = () => {
        const sheet = new CSSStyleSheet();
        const me = Number(parlor.me());
        sheet.replaceSync(`.message[data-author="${me}"] h3 b { color: var(--act); }`);
        document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    };

    parlor.placed = (articles) => {
        parlor.newestChanged();
        if (articles.length) parlor.unread.markSoon();
    };
    parlor.roomChanged = () => {
        enter();
        parlor.outbox.redraw();
        parlor.composer.restore();
        parlor.unread.markSoon();
        showLinked();
        parlor.newestChanged();
    };
    document.addEventListener("DOMContentLoaded", () => {
        markOwn();
        enter();
        showLinked();
        if (!parlor.room()) return;
        parlor.outbox.load();
        parlor.outbox.redraw();
        parlor.composer.restore();
    });

    /* Engines without scroll anchoring: keep the first visible message where it is. */
    if (!CSS.supports("overflow-anchor", "auto")) {
        let kept = null;
        document.addEventListener("htmx:before:swap", () => {
            kept = null;
            const scroller = document.getElementById("scroller");
            if (!scroller || parlor.isAtEnd()) return;
            const top = scroller.getBoundingClientRect().top;
            const article = [...parlor.list().children].find((at) => at.getBoundingClientRect().bottom > top);
            if (article) kept = { id: article.id, top: article.getBoundingClientRect().top };
        });
        document.addEventListener("htmx:after:swap", () => {
            const article = kept && document.getElementById(kept.id);
            if (article) document.getElementById("scroller").scrollTop += article.getBoundingClientRect().top - kept.top;
        });
    }
})();
