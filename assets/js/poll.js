/* poll.js -- a page that no WebSocket reaches asks instead, every few seconds, from the same cursor.
 *
 * Some proxies let no socket through. When none has opened for a while, the page fetches what changed since
 * its cursor; the answer is what a replay says, and is placed by the same rules. Messages go out as forms
 * meanwhile (outbox.js). The socket is tried all the time, and ends this when it opens. */
(() => {
    const parlor = (window.parlor ??= {});
    const BLOCKED_MS = 10_000; // a socket that is away for longer is not waited for
    const POLL_MS = 5_000;
    const SPREAD_MS = 1_000; // so that not all pages ask together
    const ANSWER_MS = 10_000;
    let nextAt = 0;
    let asking = null; // the question under way
    let isAnswered = false; // the last one was

    const heard = (answer, room) => {
        if (room !== parlor.room().dataset.room) return false; // it was left meanwhile
        if (answer.redirected) return parlor.end(4401);
        if (answer.status === 403 || answer.status === 404) return parlor.end(4403);
        /* The house was away, and is back: so is the socket, perhaps. */
        if (answer.ok && !isAnswered) parlor.reconnect();
        isAnswered = answer.ok;
        parlor.status.asks(isAnswered);
        return answer.ok;
    };

    /* The counters are of all one's rooms: another list than the one in the sidebar is to be fetched. */
    const hasOtherRooms = (text) => {
        const counted = [...text.matchAll(/<b id="u(\d+)"/g)].map(([, id]) => id);
        const listed = new Set([...document.querySelectorAll("#rooms a.row")].map((row) => row.dataset.room));
        return counted.length > 0 && (counted.length !== listed.size || counted.some((id) => !listed.has(id)));
    };

    const ask = async () => {
        const { room, cursor } = parlor.room().dataset;
        const path = `/rooms/${room}/changes?after=${encodeURIComponent(cursor)}`;
        try {
            const answer = await fetch(path, { headers: parlor.headers(), signal: AbortSignal.timeout(ANSWER_MS) });
            if (!heard(answer, room)) return;
            const text = await answer.text();
            if (hasOtherRooms(text)) parlor.rooms.fetchSoon();
            const live = document.getElementById("live");
            await htmx.swap({ sourceElement: live, target: "#messages", swap: "place swapEmpty:false", text, transition: false });
        } catch {
            isAnswered = false;
            parlor.status.asks(false);
        }
    };

    parlor.poll = {
        /* Tells how far a room was read, as the socket would; false: it is not asked at present. */
        mark(room, post) {
            if (!parlor.poll.isOn()) return false;
            const body = new URLSearchParams({ post });
            fetch(`/rooms/${room}/read`, { method: "POST", headers: parlor.headers(), body }).catch(() => {});
            return true; // the next mark says it again, should this one be lost
        },
        isOn: () => isAnswered && parlor.awayFor() > 0,
        /* Asks; a question under way may be too old, so after its answer. Resolves when the answer was placed. */
        now() {
            nextAt = Date.now() + POLL_MS + Math.random() * SPREAD_MS;
            const before = asking;
            const mine = (before ? before.then(ask) : ask()).finally(() => asking === mine && (asking = null));
            return (asking = mine);
        },
    };

    setInterval(() => {
        if (!parlor.room() || asking || parlor.awayFor() < BLOCKED_MS || Date.now() < nextAt) return;
        parlor.poll.now();
    }, 1_000);
    document.addEventListener("htmx:ws:after:connection", () => (isAnswered = false));
})();
