/* unread.js -- how much is new, per room and in the title, and telling the server what was read.
 *
 * A counter is the room's last post less what was read of it; both stand in the sidebar as data, and
 * whoever changes one of them (a hint of the server, a read mark of ours) is seen by one observer. */
(() => {
    const parlor = (window.parlor ??= {});
    const MARK_MS = 300;
    let markTimer = null;
    let name = "";

    const rows = () => document.querySelectorAll("#rooms a.row");
    const unreadOf = (row) => {
        const isCurrent = row.hasAttribute("aria-current");
        const last = Number(row.querySelector("[data-post]")?.dataset.post ?? 0);
        return isCurrent && parlor.isReading() ? 0 : Math.max(0, last - Number(row.dataset.read));
    };

    const count = () => {
        let sum = 0;
        for (const row of rows()) {
            const unread = unreadOf(row);
            const badge = row.querySelector("b");
            const text = unread ? String(unread) : "";
            if (badge && badge.textContent !== text) badge.textContent = text;
            row.classList.toggle("row--unread", unread > 0);
            sum += unread;
        }
        name = parlor.room()?.querySelector("h1")?.textContent ?? name;
        const title = sum ? `(${sum}) ${name}` : name;
        if (document.title !== title) document.title = title;
    };

    /* Reading is seeing the end of the room in a window that has the focus. */
    parlor.isReading = () => !document.hidden && document.hasFocus() && parlor.isAtEnd();

    const mark = () => {
        const room = parlor.room();
        if (!room || !parlor.isReading()) return;
        const last = Number(room.dataset.lastPost);
        if (last <= Number(room.dataset.readPost)) return;
        const isTold = parlor.send({ type: "read", room: Number(room.dataset.room), post: last });
        if (!isTold && !parlor.poll.mark(room.dataset.room, last)) return;
        room.dataset.readPost = last;
        for (const row of rows()) if (row.dataset.room === room.dataset.room) row.dataset.read = last;
        count();
    };
    const markSoon = () => {
        clearTimeout(markTimer);
        markTimer = setTimeout(mark, MARK_MS);
    };

    parlor.unread = { count, markSoon };
    document.addEventListener("DOMContentLoaded", () => {
        const nav = document.getElementById("rooms");
        if (!nav || !parlor.room()) return;
        new MutationObserver(count).observe(nav, {
            subtree: true,
            childList: true,
            attributeFilter: ["data-post", "data-read", "aria-current"],
        });
        count();
        markSoon();
    });
    document.addEventListener("htmx:finally:swap", () => parlor.room() && count());
    document.addEventListener("htmx:ws:after:connection", markSoon);
    document.addEventListener("visibilitychange", markSoon);
    window.addEventListener("focus", markSoon);
    document.addEventListener("scroll", markSoon, { capture: true, passive: true });
})();
