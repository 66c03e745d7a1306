/* editor.js -- editing a message in place.
 *
 * The form is the one of the message's own page, so that the text is the source as it was written and the
 * markup is the server's. While it is open the article is not replaced by what comes: the newest version
 * is held and takes its place at the end. */
(() => {
    const parlor = (window.parlor ??= {});

    parlor.isEditing = (article) => article.classList.contains("message--editing");

    const close = (form) => {
        const article = form.closest("article");
        form.remove();
        article.classList.remove("message--editing");
        const latest = parlor.range.latest(article);
        if ("gone" in latest.dataset) return article.remove();
        if (latest !== article) article.replaceWith(latest);
        /* Whoever came by the pointer goes on writing; by keys, one goes on among the messages. */
        if ("byPointer" in form.dataset) parlor.composer.focus();
        else parlor.focusOn(latest);
    };

    const grow = (box) => box.setAttribute("rows", Math.min(12, Math.max(2, box.value.split("\n").length)));

    const opening = new WeakSet(); // asked for twice, it opens once
    parlor.edit = async (article, isByPointer = false) => {
        if (parlor.isEditing(article) || opening.has(article)) return;
        opening.add(article);
        article.tabIndex = -1;
        const answer = await fetch(parlor.message.path(article)).catch(() => null);
        opening.delete(article);
        const page = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
        const form = page && page.getElementById("edit");
        if (!form) return parlor.tell("The message cannot be edited now.");
        if (isByPointer) form.dataset.byPointer = "";
        for (const part of form.querySelectorAll("[data-editor]")) part.hidden = false;
        article.classList.add("message--editing");
        article.append(document.adoptNode(form));
        const box = form.querySelector("textarea");
        grow(box);
        box.focus();
        box.setSelectionRange(box.value.length, box.value.length);
    };

    const save = async (form) => {
        const article = form.closest("article");
        const body = form.querySelector("textarea").value;
        if (!body.trim()) return;
        if (await parlor.message.change(article, "PATCH", { body })) close(form);
        else parlor.tell("The change was not stored. It is still here.");
    };

    const formOf = (node) => node.closest?.("#messages .editor");

    document.addEventListener("submit", (event) => {
        if (!formOf(event.target)) return;
        event.preventDefault();
        save(event.target);
    });
    document.addEventListener("click", (event) => {
        if (event.target.closest?.("[data-editor=cancel]") && formOf(event.target)) close(formOf(event.target));
    });
    document.addEventListener("input", (event) => formOf(event.target) && grow(event.target));
    document.addEventListener("keydown", (event) => {
        const form = formOf(event.target);
        if (!form || event.isComposing) return;
        if (event.key === "Escape") close(form);
        if (event.key === "Enter" && !event.shiftKey && event.target.tagName === "TEXTAREA") {
            event.preventDefault();
            save(form);
        }
    });
})();
