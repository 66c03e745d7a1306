/* newest.js -- the way back to the end: a button while the reader is elsewhere, which counts what came. */
(() => {
    const parlor = (window.parlor ??= {});
    let seenPost = 0; // the room's last post when the reader was at the end

    const show = () => {
        const button = document.getElementById("newest");
        const room = parlor.room();
        if (!button || !room) return;
        const last = Number(room.dataset.lastPost);
        if (parlor.isAtEnd()) seenPost = last;
        button.hidden = parlor.isAtEnd();
        const text = last > seenPost ? `${last - seenPost} new` : "Newest";
        if (button.textContent !== text) button.textContent = text;
    };

    /* To the end of the room; when its newest messages are not in the page, by loading it anew. */
    parlor.toNewest = () => {
        if (parlor.isUpToDate()) document.getElementById("scroller").scrollTop = 0; // column-reverse: the end
        else {
            history.replaceState(history.state, "", `/rooms/${parlor.room().dataset.room}`);
            parlor.reloadRoom();
        }
    };

    document.addEventListener("click", (event) => event.target.closest?.("#newest") && parlor.toNewest());
    document.addEventListener("scroll", show, { capture: true, passive: true });
    document.addEventListener("htmx:after:swap", show);
    document.addEventListener("DOMContentLoaded", () => {
        if (!parlor.room()) return;
        seenPost = Number(parlor.room().dataset.lastPost);
        show();
    });
    parlor.newestChanged = show;
})();
