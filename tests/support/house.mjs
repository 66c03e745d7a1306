/* house.mjs -- a little house that somebody might really run: a repair café with people, rooms and two days
 * of talk, for the screenshots and for the tests of access. Everything in it is said through the product. */
import { Server, unlimited } from "./server.mjs";

const people = {
    ines: "Ines Duarte",
    marguerite: "Marguerite Okafor",
    hal: "Hal Brennan",
    tomas: "Tomas Lindqvist",
    ruth: "Ruth Adeyemi",
    wen: "Wen Jiayi",
    yusuf: "Yusuf Demir",
};
export const password = "three plain words";
export const rooms = ["Front room", "Announcements", "Kitchen", "Radio bench", "Rota", "Workshop", "Keyholders"];

/* Who, when (day of November 2026 and time), what; a topic makes a stage direction. The times are put into the
 * pages by `dress`. */
const talk = [
    ["marguerite", "20 17:42", "Doors at ten tomorrow. 31 bookings, the most since the flood year. Three of them just say “it hums”."],
    ["hal", "20 17:44", "Two of those are fridges. I phoned. We do not do fridges."],
    ["hal", "20 17:45", "I was kind about it."],
    ["ines", "20 17:50", { topic: "Saturdays 10–14. Bring tea, not fridges." }],
    ["tomas", "20 18:03", "One of the hums is mine, sorry. A Grundig from 1958, booked under my neighbour’s name so that you would not all crowd round it."],
    ["marguerite", "20 18:10", "We will all crowd round it."],
    ["ruth", "21 08:51", "Kettle is on. I swapped Petra and Yusuf because of the trains."],
    ["wen", "21 08:54", "Ines, could you run the label printer at the desk? It now reads the booking list, so nobody has to type. The address is https://harbourstreet.example/bookings/2026-11-21/labels?size=62x29&copies=2"],
    ["ines", "21 08:58", "Yes, happy to. Is the spare roll still in the biscuit tin?"],
    ["wen", "21 08:59", "Yes. The one that says biscuits. 饼干罐，不是茶罐。"],
    ["ines", "21 09:00", "Found it."],
    ["ines", "21 09:01", "Printing a test sheet now."],
];
export const now = new Date("2026-11-21T09:02:00Z");

const send = async (server, cookie, path, fields) => {
    const answer = await fetch(`${server.origin}${path}`, {
        method: "POST",
        headers: { Cookie: cookie, Origin: server.origin },
        body: new URLSearchParams(fields),
        redirect: "manual",
    });
    if (answer.status !== 303) throw new Error(`${path} of the house: ${answer.status}`);
};
const say = (server, cookie, room, body) => send(server, cookie, `/rooms/${room}/messages`, { nonce: crypto.randomUUID(), body });

const inviteTo = async (server, cookie) => {
    await send(server, cookie, "/invitation", {});
    const page = await (await fetch(`${server.origin}/account`, { headers: { Cookie: cookie } })).text();
    return new URL(/id="link" value="([^"]+)"/.exec(page)[1]).pathname;
};

/* The house, open, with everything said: `front` is its full room, `kitchen` an empty one, `left` one that Ines
 * has left, `invitation` the way in. */
export const openHouse = async () => {
    const server = new Server({ environment: unlimited });
    const ids = Object.fromEntries(rooms.map((name) => [name, server.addRoom(name)]));
    const cookies = {};
    for (const [handle, name] of Object.entries(people)) {
        server.addUser(handle, { name, password: handle === "ines" ? password : "", admin: handle === "ines" });
        cookies[handle] = server.addSession(handle);
    }
    await server.start();
    const front = ids["Front room"];
    for (const [who, , what] of talk) {
        if (!what.topic) await say(server, cookies[who], front, what);
        else await send(server, cookies[who], `/rooms/${front}`, { _method: "patch", name: "Front room", topic: what.topic });
    }
    for (const name of ["Announcements", "Radio bench", "Radio bench", "Workshop"]) {
        await say(server, cookies.yusuf, ids[name], "Bring the long extension lead, please.");
    }
    await send(server, cookies.ines, `/rooms/${ids.Rota}/membership`, { _method: "delete" });
    const invitation = await inviteTo(server, cookies.ines);
    return { server, front, kitchen: ids.Kitchen, left: ids.Rota, invitation };
};

/* Gives the messages of the pages of `context` their times: what is said within a second here was said over
 * two days there. In the browser, before any script of the page looks. */
export const dress = (context) =>
    context.addInitScript((times) => {
        document.addEventListener("readystatechange", () => {
            for (const article of document.querySelectorAll("article.message")) {
                const [day, clock] = (times[article.dataset.seq - 1] ?? times.at(-1)).split(" ");
                article.querySelector("time").dateTime = `2026-11-${day}T${clock}:00Z`;
            }
        }, { once: true });
    }, talk.map(([, when]) => when));
