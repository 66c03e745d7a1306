/* member.mjs -- somebody who asks by HTTP, with a session of their own: pages as text, forms as a browser
 * without scripts sends them. */
export class Member {
    constructor(server, handle) {
        this.server = server;
        this.cookie = handle && server.addSession(handle);
    }

    async ask(method, path, form, headers = {}) {
        const own = { Origin: this.server.origin, ...(this.cookie && { Cookie: this.cookie }), ...headers };
        const body = form && new URLSearchParams(form);
        const answer = await fetch(this.server.origin + path, { method, body, headers: own, redirect: "manual" });
        const text = await answer.text();
        return { status: answer.status, location: answer.headers.get("location"), text };
    }
    get = (path, headers) => this.ask("GET", path, undefined, headers);
    send = (path, form = {}) => this.ask("POST", path, form);
    change = (path, form) => this.send(path, { _method: "patch", ...form });
    remove = (path) => this.send(path, { _method: "delete" });

    join = (room) => this.send(`/rooms/${room}/membership`);
    leave = (room) => this.remove(`/rooms/${room}/membership`);
}

/* Markup as what is read: no tags, single spaces, entities of our own escaping undone. */
export const words = (html) =>
    html.replace(/<[^>]*>/g, " ").replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&quot;/g, '"')
        .replace(/&#39;/g, "'").replace(/&amp;/g, "&").replace(/\s+/g, " ").replace(/ \./g, ".").trim();
