/* actions.js -- what one can do with a message: a bar that follows pointer and focus, keys, deleting.
 *
 * There is one bar in the page, beside the list and not in it; editing in place is editor.js. Who may is
 * decided by the server; here it only decides what is offered. */
(() => {
    const parlor = (window.parlor ??= {});
    let current = null; // the message that the bar belongs to

    const bar = () => document.getElementById("actions");
    const articleOf = (node) => node?.closest?.("#messages > article[data-seq]:not([data-event])");
    const pathOf = (article) => `/rooms/${parlor.list().dataset.room}/messages/${article.dataset.seq}`;
    const mayChange = (article) =>
        article.dataset.author === parlor.me() || "admin" in document.body.dataset;

    parlor.message = {
        path: pathOf,
        /* Asks the server to change one; resolves to whether it did. */
        async change(article, method, fields = {}) {
            const body = new URLSearchParams(fields);
            const options = { method, headers: parlor.headers() };
            if (method !== "DELETE") options.body = body;
            try {
                /* Nothing but 204 says so: whoever is signed out is shown the sign-in page, with 200. */
                const isDone = (await fetch(pathOf(article), options)).status === 204;
                if (isDone && parlor.poll.isOn()) await parlor.poll.now();
                return isDone;
            } catch {
                return false;
            }
        },
    };

    /* --- the bar ----------------------------------------------------------------------------------------- */

    const hide = () => {
        current = null;
        if (bar()) bar().hidden = true;
    };
    const show = (article) => {
        if (!bar() || article === current) return;
        if (!article || parlor.isEditing(article)) return hide();
        current = article;
        for (const button of bar().children) {
            const isForAll = button.dataset.action === "copy";
            button.hidden = isForAll ? !navigator.clipboard : !mayChange(article);
        }
        bar().hidden = false;
        bar().classList.toggle("actions--day", "day" in article.dataset);
        bar().style.insetBlockStart = `${article.offsetTop}px`;
    };

    document.addEventListener("pointerover", (event) => {
        if (event.target.closest?.("#actions")) return;
        if (event.target.closest?.("#scroller")) show(articleOf(event.target));
        else if (!articleOf(document.activeElement)) hide();
    });
    document.addEventListener("focusin", (event) => {
        if (event.target.closest?.("#actions")) return;
        show(articleOf(event.target));
    });
    document.addEventListener("htmx:after:swap", () => current && !current.isConnected && hide());

    /* --- what it does -------------------------------------------------------------------------------------- */

    const copyLink = async (article) => {
        const { room } = parlor.list().dataset;
        const path = `/rooms/${room}?around=${article.dataset.seq}#${article.id}`;
        await navigator.clipboard.writeText(new URL(path, location.href));
        parlor.tell("Link copied");
    };

    const remove = (article) => {
        const dialog = document.getElementById("delete-message");
        dialog.returnValue = "";
        dialog.addEventListener(
            "close",
            async () => {
                if (dialog.returnValue === "delete" && !(await parlor.message.change(article, "DELETE"))) {
                    parlor.tell("The message was not deleted.");
                }
                if (article.isConnected) article.focus();
                else document.getElementById("scroller").focus();
            },
            { once: true },
        );
        dialog.showModal();
    };

    const run = (action, article, isByPointer = false) => {
        if (action === "copy" && navigator.clipboard) copyLink(article);
        if (!mayChange(article)) return;
        if (action === "edit") parlor.edit(article, isByPointer);
        if (action === "delete") remove(article);
    };

    document.addEventListener("click", (event) => {
        const button = event.target.closest?.("[data-action]");
        if (!button || !current) return;
        const article = current;
        hide();
        run(button.dataset.action, article, event.detail > 0); // 0: the button was pressed by a key
    });

    /* --- by keys: arrows move between messages, letters act on the focused one ------------------------------ */

    const focusOn = (parlor.focusOn = (article) => {
        if (!article) return;
        article.tabIndex = -1;
        article.focus({ preventScroll: true });
        article.scrollIntoView({ block: "nearest" });
    });
    const neighbour = (article, step) => {
        let at = article[step];
        while (at && !articleOf(at)) at = at[step];
        return at;
    };
    const KEYS = { c: "copy", e: "edit", Delete: "delete" };

    document.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const article = articleOf(event.target);
        if (event.target.id === "scroller" && event.key === "ArrowUp") {
            event.preventDefault();
            focusOn([...parlor.list().children].findLast(articleOf));
        } else if (article && event.target === article) {
            const step = { ArrowUp: "previousElementSibling", ArrowDown: "nextElementSibling" }[event.key];
            const isEnter = event.key === "Enter";
            if (!step && !isEnter && !KEYS[event.key]) return;
            event.preventDefault();
            if (step) focusOn(neighbour(article, step));
            else if (isEnter) article.querySelector(":scope > a")?.click(); // to the message's own page
            else run(KEYS[event.key], article);
        }
    });
})();
