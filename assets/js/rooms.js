/* rooms.js -- what an open page learns of rooms: its list is another, this one is called otherwise.
 *
 * The list in the sidebar is fetched from the server when that says so, and after a cut, during which it
 * may have said so. Name and topic come with the event that is placed among the messages. */
(() => {
    const parlor = (window.parlor ??= {});
    const SPREAD_MS = 1_000; // a new room is told to everybody at once: they ask one after the other
    const LIST = "#rooms .sidebar__rooms";
    let timer = null;
    let hasBeenConnected = false;

    const readMarks = () => new Map([...document.querySelectorAll("#rooms a.row")].map((row) => [row.dataset.room, Number(row.dataset.read)]));

    /* The server writes read marks with a delay: what is known here may be newer. */
    const finish = ({ marks, focused }) => {
        const current = parlor.room()?.dataset.room;
        for (const row of document.querySelectorAll("#rooms a.row")) {
            row.dataset.read = Math.max(Number(row.dataset.read), marks.get(row.dataset.room) ?? 0);
            if (row.dataset.room === current) row.setAttribute("aria-current", "page");
            if (row.dataset.room === focused) row.focus();
        }
        parlor.unread.count();
    };

    const fetchList = async () => {
        timer = null;
        if (!document.querySelector(LIST)) return;
        await htmx.ajax("GET", "/rooms", { target: LIST, select: ".sidebar__rooms", swap: "outerHTML" });
    };

    /* The name stands in the head, and in what the composer says. */
    const setName = (name) => {
        const head = parlor.room().querySelector(".room__name");
        const box = document.getElementById("body");
        const label = document.querySelector('label[for="body"]');
        const old = head.textContent;
        head.textContent = head.title = name;
        if (box) box.placeholder = box.placeholder.replace(old, () => name);
        if (label) label.textContent = label.textContent.replace(old, () => name);
    };

    parlor.rooms = {
        fetchSoon() {
            timer ??= setTimeout(fetchList, Math.random() * SPREAD_MS);
        },
        /* An event of this room has come. */
        happened(article) {
            const text = article.querySelector("q")?.textContent ?? "";
            if (article.dataset.event === "rename") setName(text);
            if (article.dataset.event === "topic") {
                const topic = parlor.room().querySelector(".room__topic");
                topic.textContent = topic.title = text;
            }
            parlor.unread.count();
        },
    };

    let before = null; // what the list that is replaced knew: read marks, and who had the focus
    const isList = (event) => {
        const target = event.detail.ctx?.target;
        return target === LIST || Boolean(target?.matches?.(LIST));
    };
    document.addEventListener("htmx:before:swap", (event) => {
        if (!isList(event)) return;
        before = { marks: readMarks(), focused: document.activeElement?.closest("#rooms a.row")?.dataset.room };
    });
    document.addEventListener("htmx:after:swap", () => {
        if (!before) return;
        finish(before);
        before = null;
    });
    document.addEventListener("htmx:ws:after:connection", () => {
        if (hasBeenConnected) parlor.rooms.fetchSoon();
        hasBeenConnected = true;
    });
})();
