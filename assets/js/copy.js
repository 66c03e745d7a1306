/* copy.js -- a field that is there to be copied: it selects itself, and a button beside it copies. The button
 * is hidden until there is a script that it can ask. */
(() => {
    const WORD_MS = 4_000;

    /* Pages over plain http have no clipboard; there the browser's own command does it. */
    const copy = async (field) => {
        field.focus();
        field.select();
        if (!navigator.clipboard) return document.execCommand("copy");
        return navigator.clipboard.writeText(field.value).then(() => true, () => false);
    };

    document.addEventListener("DOMContentLoaded", () => {
        for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
    });
    document.addEventListener("focusin", (event) => event.target.matches?.(".copy > .field") && event.target.select());
    document.addEventListener("click", async (event) => {
        const button = event.target.closest?.("[data-copy]");
        if (!button) return;
        const done = button.closest("form").querySelector(".copy__done");
        const text = (await copy(document.getElementById(button.dataset.copy))) ? "Link copied" : "Select the link and copy it.";
        done.textContent = text;
        setTimeout(() => done.textContent === text && (done.textContent = ""), WORD_MS);
    });
})();
