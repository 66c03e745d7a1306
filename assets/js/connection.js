/* connection.js -- the one live socket: its address, its silence, its end, and what it says privately.
 *
 * hx-ws opens it and comes back after a cut; here its URL is kept at the room and cursor of the moment,
 * a silent one is replaced, and codes that are final are explained. The server's private frames replace
 * <i id=sys>, which is watched: acknowledgement, refusal, reset, head mark. */
(() => {
    const parlor = (window.parlor ??= {});
    const SILENCE_MS = 55_000; // the server says something every 25 s
    const RETURN_MS = 2_000; // the mean wait before the first try, doubled at each
    const RETURN_MAX_MS = 60_000;
    const FINAL = {
        1000: "This connection was ended.",
        1002: "This page and the house do not understand each other.",
        1003: "This page and the house do not understand each other.",
        1007: "This page and the house do not understand each other.",
        1008: "The house has closed this connection.",
        1009: "What was sent is too large.",
        4401: "You are signed out.",
        4403: "This room is not open to you.",
        4409: "Parlor is open in too many windows.",
    };
    let connection = null;
    let heard = Date.now();
    let lostAt = Date.now(); // since when there is no open socket; 0: there is one
    let isOver = false; // it ended for good
    let askedId = null; // the room in the address that the socket was opened with
    let room = null; // the #room element that the socket follows,
    let roomId = null; // and whose it was: going back changes the element in place

    const live = () => document.getElementById("live");
    const isOpen = () => connection?.socket?.readyState === WebSocket.OPEN;

    parlor.send = (message) => {
        if (!isOpen()) return false;
        connection.socket.send(JSON.stringify(message));
        return true;
    };
    parlor.isLive = isOpen;
    /* Whose page this is, told with every request: another may have signed in here since. */
    parlor.me = () => document.body.dataset.me;
    parlor.headers = () => ({ "HX-Request": "true", "Parlor-Person": parlor.me() });
    /* For how long the socket has been away that is wanted back, in ms. */
    parlor.awayFor = () => (lostAt && !isOver ? Date.now() - lostAt : 0);

    parlor.cursorChanged = () => {
        const { room: id, cursor } = parlor.room().dataset;
        const base = location.origin.replace(/^http/, "ws");
        if (connection) connection.url = `${base}/live?room=${id}&after=${encodeURIComponent(cursor)}&me=${parlor.me()}`;
    };

    /* --- opening, closing, silence ---------------------------------------------------------------- */

    const reconnect = () => {
        isOver = false;
        heard = Date.now();
        htmx.process(live(), true);
    };
    parlor.reconnect = reconnect;

    /* hx-ws would choose the wait by itself and keep it to itself; chosen here, it can be told. Spread over
     * twice the mean, so that a restart does not bring everybody back at once. */
    const planReturn = ({ config, attempt }) => {
        const doubled = 2 ** attempt;
        const delay = Math.min(RETURN_MAX_MS, Math.random() * 2 * RETURN_MS * doubled);
        config.reconnectJitter = 0;
        config.reconnectDelay = `${delay / doubled}ms`;
        return delay;
    };

    document.addEventListener("htmx:ws:before:connection", (event) => {
        if (isOver) return event.preventDefault(); // hx-ws would go on trying
        connection = event.detail.connection;
        lostAt ||= Date.now();
        room = parlor.room();
        askedId = roomId = room.dataset.room;
        parlor.cursorChanged();
    });
    document.addEventListener("htmx:ws:after:connection", () => {
        heard = Date.now();
        lostAt = 0;
        parlor.status.on();
        if (askedId !== parlor.room().dataset.room) openRoom(); // it was changed while this was opening
        parlor.outbox.resend();
    });
    document.addEventListener("htmx:ws:before:message:incoming", () => (heard = Date.now()));
    /* Nothing brings it back by itself: says why, and what the person can do. */
    const end = (code) => {
        isOver = true;
        if (code === 4401) parlor.status.off(FINAL[code], "Sign in", () => location.reload());
        else parlor.status.off(FINAL[code], "Try again", reconnect);
        if (code === 4403) parlor.rooms.fetchSoon();
    };
    parlor.end = end;
    document.addEventListener("htmx:ws:close", (event) => {
        const { code, reason } = event.detail;
        if (reason === "removed" || reason === "cancelled") return;
        lostAt ||= Date.now();
        if (isOver) return;
        if (FINAL[code]) end(code);
        else parlor.status.wait(planReturn(event.detail.connection));
    });

    setInterval(() => {
        if (isOpen() && Date.now() - heard > SILENCE_MS) reconnect();
    }, 5_000);
    window.addEventListener("online", reconnect);
    window.addEventListener("pageshow", (event) => event.persisted && reconnect());
    document.addEventListener("visibilitychange", () => {
        if (!document.hidden && Date.now() - heard > SILENCE_MS) reconnect();
    });

    /* --- private frames ------------------------------------------------------------------------------ */

    const reloadRoom = (parlor.reloadRoom = () => {
        const path = `/rooms/${parlor.room().dataset.room}`;
        htmx.ajax("GET", path, { target: "#room", select: "#room", swap: "outerHTML" });
    });

    const hear = (sys) => {
        const { ack, err, nonce, do: order, head } = sys.dataset;
        if (ack) parlor.outbox.acknowledged(ack);
        if (err) parlor.outbox.refused(nonce, err);
        if (order === "rooms") parlor.rooms.fetchSoon();
        if (order === "reset") setTimeout(reloadRoom, Math.random() * 1000);
        if (head) {
            const [id, , seq] = head.split(":");
            if (id === parlor.room().dataset.room) parlor.advance(Number(seq));
        }
    };

    document.addEventListener("DOMContentLoaded", () => {
        if (!live()) return;
        new MutationObserver((records) => {
            for (const record of records) {
                for (const node of record.addedNodes) if (node.id === "sys") hear(node);
            }
        }).observe(live(), { childList: true });
    });

    /* --- another room on the same socket -------------------------------------------------------------- */

    const openRoom = () => {
        const { room: id, cursor } = parlor.room().dataset;
        parlor.send({ type: "open", room: Number(id), after: cursor });
    };

    const follow = () => {
        const now = parlor.room();
        if (!now || (now === room && now.dataset.room === roomId)) return;
        room = now;
        roomId = now.dataset.room;
        parlor.cursorChanged();
        if (parlor.status.isOff()) reconnect(); // what was final in the other room need not be so in this one
        else openRoom();
        for (const link of document.querySelectorAll("#rooms a.row")) {
            if (link.dataset.room === now.dataset.room) link.setAttribute("aria-current", "page");
            else link.removeAttribute("aria-current");
        }
        parlor.roomChanged?.();
    };
    document.addEventListener("htmx:after:swap", follow);
    /* htmx says so only when the fade from room to room is over: nobody waits for a fade. */
    document.addEventListener("htmx:before:viewTransition", ({ detail }) => {
        const swap = detail.task;
        detail.task = async () => {
            await swap();
            follow();
        };
    });
})();
