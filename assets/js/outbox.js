/* outbox.js -- messages on their way: shown at once, kept until the server has acknowledged them.
 *
 * Each composed message gets a nonce, under which it may be sent again as often as need be: the server
 * stores it once. The outbox outlives a reload (sessionStorage), and belongs to whoever wrote: the next one
 * to sign in here does not send it. At most IN_FLIGHT wait for an answer; a message of another room than
 * the open one goes by HTTP. What was refused, or not answered for long, is the writer's to decide about. */
(() => {
    const parlor = (window.parlor ??= {});
    const IN_FLIGHT = 4;
    const ANSWER_MS = 5_000; // no answer for so long: sent again
    const TRIES = 6; // and after so many of these no more: the writer is told
    const BUSY_MS = 2_000;
    const REASONS = {
        input: "The house does not take this text.",
        denied: "You may not write here any more.",
        full: "The house is full.",
        internal: "Something broke on the other side.",
        silent: "The house does not answer.",
    };
    /* What the answer to a form means; any other status may be a proxy's, and is no answer. */
    const BY_STATUS = { 200: "denied", 401: "denied", 403: "denied", 404: "denied", 413: "input", 422: "input", 429: "busy", 500: "internal", 503: "busy", 507: "full" };

    const messages = new Map(); // nonce → { room, body, sentAt, tries, error }
    const keyOf = () => `parlor.outbox.${parlor.me()}`;
    const load = () => {
        try {
            for (const [nonce, message] of JSON.parse(sessionStorage.getItem(keyOf()) ?? "[]")) messages.set(nonce, message);
        } catch {
            messages.clear();
        }
        for (const message of messages.values()) renew(message);
    };
    const save = () => {
        try {
            sessionStorage.setItem(keyOf(), JSON.stringify([...messages]));
        } catch {
            /* Full or forbidden: what is on its way is then kept by this page alone. */
        }
    };
    /* As if it had never been sent. */
    const renew = (message) => {
        message.sentAt = 0;
        message.tries = 0;
    };

    const nonceOf = () => {
        const bytes = crypto.getRandomValues(new Uint8Array(16));
        return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    };

    /* --- the echo ------------------------------------------------------------------------------------- */

    const echoOf = (nonce) => document.getElementById(`p-${nonce}`);

    const draw = (nonce, message) => {
        const list = parlor.list();
        if (!list || list.dataset.room !== String(message.room)) return;
        let echo = echoOf(nonce);
        if (!echo) {
            const template = document.getElementById("message-template").content;
            echo = template.querySelector("article").cloneNode(true);
            echo.id = `p-${nonce}`;
            for (const name of ["seq", "post", "nonce"]) delete echo.dataset[name];
            echo.querySelector("div").textContent = message.body;
            list.append(echo);
        }
        echo.classList.toggle("message--pending", !message.error);
        echo.classList.toggle("message--failed", Boolean(message.error));
        echo.querySelector(".failure")?.remove();
        const time = echo.querySelector(":scope > a"); // there is no page of it yet, and no time
        time.removeAttribute("href");
        time.replaceChildren();
        if (!message.error) time.append(document.getElementById("pending-template").content.cloneNode(true));
        if (message.error) {
            const failure = document.getElementById("failure-template").content.cloneNode(true);
            failure.querySelector(".failure__reason").textContent = REASONS[message.error] ?? "";
            echo.append(failure);
        }
    };

    const drop = (nonce) => {
        messages.delete(nonce);
        save();
        echoOf(nonce)?.remove();
        pump();
    };

    /* --- sending --------------------------------------------------------------------------------------- */

    const sendByForm = async (nonce, message) => {
        const body = new URLSearchParams({ nonce, body: message.body });
        const headers = parlor.headers();
        try {
            const answer = await fetch(`/rooms/${message.room}/messages`, { method: "POST", body, headers });
            /* Nothing but 204 is an acknowledgement: the sign-in page comes with 200. */
            if (answer.status === 204) {
                if (parlor.poll.isOn()) await parlor.poll.now(); // the echo stays until the message is there
                drop(nonce);
            } else if (BY_STATUS[answer.status]) refused(nonce, BY_STATUS[answer.status]);
        } catch {
            message.sentAt = Date.now(); // no connection: tried again like any other
        }
    };

    const send = (nonce, message) => {
        const isHere = parlor.room()?.dataset.room === String(message.room);
        if (!parlor.isLive() && !parlor.poll.isOn()) return;
        if (++message.tries > TRIES) return refused(nonce, "silent");
        message.sentAt = Date.now();
        if (isHere && parlor.isLive()) parlor.send({ type: "post", room: message.room, nonce, body: message.body });
        else sendByForm(nonce, message);
    };

    const pump = () => {
        const most = parlor.isLive() ? IN_FLIGHT : 1; // forms may overtake each other
        let waiting = 0;
        for (const [nonce, message] of messages) {
            if (message.error) continue;
            if (++waiting > most) return;
            if (Date.now() - message.sentAt > ANSWER_MS) send(nonce, message);
        }
    };
    setInterval(pump, 1_000);

    const refused = (nonce, error) => {
        const message = messages.get(nonce);
        if (!message) return;
        if (error === "busy") {
            message.sentAt = Date.now() - ANSWER_MS + BUSY_MS;
            message.tries = 0;
            return;
        }
        message.error = error;
        save();
        draw(nonce, message);
        if (!echoOf(nonce)) tellOf(message);
        pump();
    };
    /* It failed in a room that is not on the page: its echo waits there, and nobody would look for it. */
    const tellOf = (message) => {
        const row = document.querySelector(`#rooms a.row[data-room="${message.room}"] .row__name`);
        parlor.tell(`A message to ${row?.textContent ?? "another room"} was not sent.`);
    };

    parlor.outbox = {
        load,
        /* How many are on their way; one that failed waits for its writer. */
        count: () => [...messages.values()].filter((message) => !message.error).length,
        post(room, body) {
            const nonce = nonceOf();
            messages.set(nonce, { room, body, sentAt: 0, tries: 0 });
            save();
            draw(nonce, messages.get(nonce));
            pump();
        },
        acknowledged: (nonce) => messages.has(nonce) && drop(nonce),
        /* The message itself, by live push, replay or page: as good as an acknowledgement. */
        arrived(article) {
            const isOwn = article.dataset.author === parlor.me();
            if (isOwn && messages.has(article.dataset.nonce)) drop(article.dataset.nonce);
        },
        refused,
        /* After a connect: whatever was under way is unknown, so all of it goes again, in order; also what
         * the last connection did not answer. */
        resend() {
            for (const [nonce, message] of messages) {
                renew(message);
                if (message.error !== "silent") continue;
                delete message.error;
                draw(nonce, message);
            }
            pump();
        },
        redraw() {
            for (const article of parlor.list()?.querySelectorAll("[data-nonce]") ?? []) this.arrived(article);
            for (const [nonce, message] of messages) draw(nonce, message);
        },
    };

    /* --- a failed message's three ways out ------------------------------------------------------------- */

    document.addEventListener("click", (event) => {
        const button = event.target.closest?.("[data-failure]");
        const echo = button?.closest("article");
        const nonce = echo?.id.slice(2);
        const message = messages.get(nonce);
        if (!message) return;
        if (button.dataset.failure === "retry") {
            delete message.error;
            renew(message);
            save();
            draw(nonce, message);
            pump();
        } else {
            if (button.dataset.failure === "edit") parlor.composer.put(message.body);
            drop(nonce);
        }
        parlor.composer.focus(); // the button has gone
    });
})();
