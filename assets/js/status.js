/* status.js -- what people see of the connection: the lamp, the line above the composer, and whether they may
 * send. It only shows; connection.js knows.
 *
 * on: nothing is said. wait: it comes back by itself, which is said when it takes long enough to be noticed.
 * asks: no socket gets through, so the page asks instead (poll.js). off: cut off for long, or for good; Send is
 * disabled then and typing goes on. The state is an attribute of the page, by which the styles paint every lamp. */
(() => {
    const parlor = (window.parlor ??= {});
    const QUIET_MS = 5_000; // a shorter cut is nobody's business
    const LONG_MS = 30_000; // a longer one is called by its name
    const WORD_MS = 4_000;
    const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
    const NUMBERS = ["No", "One", "Two", "Three", "Four", "Five", "Six"];
    let since = 0; // when the connection was lost; 0: it was not
    let nextAt = 0; // when it is tried again
    let ticks = null;
    let isAnswered = false; // no socket, but the house answers when it is asked

    const root = document.documentElement;
    let said = ["", undefined, undefined]; // the state's own words: text, what the button says and does
    let word = null; // the timer of another word that stands in their place
    const say = (...words) => {
        said = words;
        if (!word) show(...words);
    };
    const show = (text, label, act) => {
        const line = document.getElementById("connection");
        if (!line) return;
        const words = line.querySelector(".connection__text");
        if (words.textContent !== text) words.textContent = text;
        const button = line.querySelector("button");
        if (!label) return button?.remove();
        const action = button ?? document.createElement("button");
        action.type = "button";
        action.className = "link-button";
        action.textContent = label;
        action.onclick = act;
        if (!button) line.append(action);
    };
    const setState = (state) => {
        root.dataset.live = state;
        const waiting = parlor.outbox.count();
        const words = { on: "Live", wait: "Connecting", asks: "Not live", off: "Offline" }[state];
        const status = document.getElementById("live-status");
        if (status) status.textContent = waiting && state !== "on" ? `${words}, ${waiting} waiting` : words;
        parlor.composer.setSend();
    };
    const stop = () => {
        clearInterval(ticks);
        ticks = null;
        since = 0;
        isAnswered = false;
    };
    const start = () => {
        since = Date.now();
        ticks = setInterval(tellAway, 1_000);
    };

    const tellAway = () => {
        const away = Date.now() - since;
        if (isAnswered) {
            setState("asks");
            return say("Not live. News comes every few seconds.", "Try now", parlor.reconnect);
        }
        if (away < QUIET_MS) return;
        setState(away < LONG_MS ? "wait" : "off");
        if (away < LONG_MS) {
            const seconds = Math.max(0, Math.ceil((nextAt - Date.now()) / 1000));
            const when = seconds ? ` in ${seconds === 1 ? "1 second" : `${seconds} seconds`}` : "";
            say(`Connecting again${when}.`, "Try now", parlor.reconnect);
            return;
        }
        const waiting = parlor.outbox.count();
        const number = NUMBERS[waiting] ?? waiting;
        const own = waiting === 1 ? " One message waits here." : ` ${number} messages wait here.`;
        say(`No connection since ${clock.format(since)}.${waiting ? own : ""}`, "Try now", parlor.reconnect);
    };

    /* A word about something that was done or was not; the connection's own words come back after it. */
    parlor.tell = (text) => {
        show(text);
        clearTimeout(word);
        word = setTimeout(() => {
            word = null;
            show(...said);
        }, WORD_MS);
    };

    parlor.status = {
        on() {
            stop();
            setState("on");
            say("");
        },
        /* Lost, and tried again in `delay` ms. */
        wait(delay) {
            nextAt = Date.now() + delay;
            if (since) return tellAway();
            start();
            setState("wait");
        },
        /* It is away for long, and the house was asked without it: with an answer, or with none. */
        asks(answered) {
            isAnswered = answered;
            if (!since) start();
            tellAway();
        },
        /* Lost for good: `act` is what the person can do about it. */
        off(text, label, act) {
            stop();
            setState("off");
            say(text, label, act);
        },
        isOff: () => root.dataset.live === "off",
    };
})();
