/* visitor.mjs -- a browser without a screen: keeps cookies, sends forms, follows nothing by itself. */

export class Visitor {
    cookies = new Map();

    constructor(server, headers = {}) {
        this.server = server;
        this.headers = headers;
    }

    get cookie() {
        return [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    }

    async #ask(path, options) {
        const headers = { ...this.headers, ...options.headers };
        if (this.cookies.size) headers.Cookie = this.cookie;
        const answer = await fetch(this.server.origin + path, { redirect: "manual", ...options, headers });
        for (const line of answer.headers.getSetCookie()) {
            const [pair, ...attributes] = line.split("; ");
            const [name, value] = pair.split("=");
            if (attributes.includes("Max-Age=0")) this.cookies.delete(name);
            else this.cookies.set(name, value);
        }
        return {
            status: answer.status,
            headers: answer.headers,
            path: answer.headers.get("Location"),
            text: await answer.text(),
        };
    }
    get(path, headers = {}) {
        return this.#ask(path, { headers });
    }
    /* A form of a page of the house itself; `fields` an object, or the encoded text. */
    post(path, fields = {}, headers = {}) {
        const body = typeof fields === "string" ? fields : new URLSearchParams(fields).toString();
        const type = { "Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin" };
        return this.#ask(path, { method: "POST", body, headers: { ...type, ...headers } });
    }
    signIn(handle, password, headers = {}) {
        return this.post("/session", { handle, password }, headers);
    }
    /* Whether the server takes this visitor for somebody. */
    async isIn() {
        return (await this.get("/rooms")).status === 200;
    }
}

/* What a person reads: the text of a page without its markup. */
export const words = (html) =>
    html
        .replace(/^[\s\S]*<main/, "<main")
        .replace(/<[^>]*>/g, " ")
        .replace(/&quot;/g, '"')
        .replace(/&#39;/g, "'")
        .replace(/&lt;/g, "<")
        .replace(/&amp;/g, "&")
        .replace(/\s+/g, " ")
        .trim();
