/* drawer.js -- on narrow screens the sidebar comes in over the page. The link that opens it leads to the page
 * of all rooms, which is what it does without JavaScript. Escape and a press outside close it: it is a popover. */
(() => {
    const drawer = () => document.getElementById("rooms");

    document.addEventListener("click", (event) => {
        const link = event.target.closest?.(".room__menu");
        if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        drawer().showPopover();
        (drawer().querySelector("[aria-current]") ?? drawer().querySelector("a")).focus();
    });
    document.addEventListener("focusout", (event) => {
        const isLeft = drawer()?.contains(event.target) && event.relatedTarget && !drawer().contains(event.relatedTarget);
        if (isLeft) drawer().hidePopover();
    });
    document.addEventListener("htmx:after:swap", (event) => {
        if (event.detail.ctx?.sourceElement?.closest?.("#rooms")) drawer().hidePopover();
    });
})();
