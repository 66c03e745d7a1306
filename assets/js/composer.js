/* composer.js -- the box that people write in: keys, growth, and drafts that survive.
 *
 * Enter sends and Shift+Enter breaks the line; with an input method open Enter never sends, and on touch
 * it breaks. A draft is kept on this device per room until the message is in the outbox. */
(() => {
    const parlor = (window.parlor ??= {});
    const DRAFT_MS = 500;
    const isTouch = matchMedia("(pointer: coarse)").matches;
    let draftTimer = null;

    const box = () => document.getElementById("body");
    const keyOf = (room) => `parlor.draft.${parlor.me()}.${room}`; // the next to sign in has their own
    const roomId = () => parlor.room().dataset.room;

    /* Nothing to send, or nowhere to send it: the line above says why. */
    const setSend = () => {
        const button = document.querySelector("#composer button[type=submit]");
        if (button) button.disabled = !box().value.trim() || parlor.status.isOff();
    };
    const note = (text) => {
        const element = document.getElementById("draft-note");
        if (element) element.textContent = text;
    };

    const saveDraft = () => {
        clearTimeout(draftTimer);
        if (!box()) return;
        note(box().value ? "Draft kept on this device" : "");
        if (box().value) localStorage.setItem(keyOf(roomId()), box().value);
        else localStorage.removeItem(keyOf(roomId()));
    };
    const restoreDraft = () => {
        if (box() && !box().value) box().value = localStorage.getItem(keyOf(roomId())) ?? "";
        setSend();
    };

    const send = () => {
        const body = box().value;
        if (!body.trim() || parlor.status.isOff()) return;
        box().value = "";
        saveDraft();
        setSend();
        parlor.outbox.post(Number(roomId()), body);
        parlor.toNewest();
    };

    parlor.composer = {
        setSend,
        put(text) {
            box().value = box().value ? `${text}\n${box().value}` : text;
            box().focus();
            saveDraft();
            setSend();
        },
        /* Not on touch, where it would bring the keyboard up. */
        focus() {
            if (!isTouch) box()?.focus();
        },
        restore() {
            restoreDraft();
            this.focus();
        },
    };

    document.addEventListener("submit", (event) => {
        if (event.target.id !== "composer") return;
        event.preventDefault();
        send();
    });
    document.addEventListener("keydown", (event) => {
        if (event.target.id !== "body" || event.key !== "Enter" || event.isComposing) return;
        const wantsToSend = isTouch ? event.ctrlKey || event.metaKey : !event.shiftKey;
        if (!wantsToSend) return;
        event.preventDefault();
        send();
    });
    document.addEventListener("input", (event) => {
        if (event.target.id !== "body") return;
        setSend();
        note("");
        clearTimeout(draftTimer);
        draftTimer = setTimeout(saveDraft, DRAFT_MS);
    });
    window.addEventListener("pagehide", saveDraft);
    document.addEventListener("htmx:before:swap", (event) => {
        if (event.detail.ctx?.target?.id === "room" || event.detail.ctx?.target === "#room") saveDraft();
    });
})();
