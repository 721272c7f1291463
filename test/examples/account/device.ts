import { parseHTML } from "linkedom";

/** What a request came to, after its redirects. */
export interface Answer {
  /** Where the redirects led. */
  path: string;
  status: number;
  headers: Headers;
  /** Every `Set-Cookie` on the way. */
  setCookies: string[];
  text: string;
}

/** A line of "Your devices". */
export interface Listed {
  text: string;
  handle: string | undefined;
}

interface Element {
  textContent: string;
  getAttribute(name: string): string | null;
  querySelector(selectors: string): Element | null;
  querySelectorAll(selectors: string): Iterable<Element>;
}

/** A browser on a device of its own: it keeps cookies, follows redirects and says where a form came from. */
export class Device {
  readonly cookies = new Map<string, string>();
  readonly url: string;
  readonly headers: Record<string, string>;

  /** @param headers sent with each request. */
  constructor(url: string, headers: Record<string, string> = {}) {
    this.url = url;
    this.headers = headers;
  }

  get(path: string): Promise<Answer> {
    return this.#follow("GET", path, {});
  }

  /** Sends a form, as this site's own pages do unless `headers` say otherwise. */
  post(
    path: string,
    fields: Record<string, string> = {},
    headers: Record<string, string> = { origin: new URL(this.url).origin },
  ): Promise<Answer> {
    return this.#follow("POST", path, headers, new URLSearchParams(fields));
  }

  signIn(name: string, password: string): Promise<Answer> {
    return this.post("/sign-in", { name, password });
  }

  /** The lines of its page "Your devices". */
  async devices(): Promise<Listed[]> {
    const { path, text } = await this.get("/");
    if (path !== "/") throw new Error(`not signed in: ${path}`);
    return [...parse(text).querySelectorAll("li")].map((line) => ({
      text: line.textContent.replace(/\s+/g, " ").trim(),
      handle: line.querySelector("[name=handle]")?.getAttribute("value") ?? undefined,
    }));
  }

  /** Another one with the same cookies: a thief, or the same browser at an earlier time. */
  twin(): Device {
    const twin = new Device(this.url, this.headers);
    for (const [name, value] of this.cookies) twin.cookies.set(name, value);
    return twin;
  }

  async #follow(
    method: "GET" | "POST",
    path: string,
    headers: Record<string, string>,
    body?: URLSearchParams,
  ): Promise<Answer> {
    const setCookies: string[] = [];
    for (;;) {
      const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const response = await fetch(this.url + path, {
        method,
        headers: { ...this.headers, ...headers, ...(cookie !== "" && { cookie }) },
        redirect: "manual",
        ...(body && { body }),
      });
      const text = await response.text();
      const sent = response.headers.getSetCookie();
      setCookies.push(...sent);
      for (const line of sent) this.#keep(line);
      const { status } = response;
      const location = response.headers.get("location");
      // Fastify and Hono keep the header when a redirect becomes an error.
      if (location === null || status < 300 || status > 399)
        return { path, status, headers: response.headers, setCookies, text };
      [method, path, headers, body] = ["GET", location, {}, undefined];
    }
  }

  #keep(line: string): void {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    const expires = /; Expires=([^;]+)/i.exec(line)?.[1];
    if (expires !== undefined && Date.parse(expires) <= Date.now()) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

/** linkedom's types are the DOM's, which this project does not load. */
export const parse = (text: string) => (parseHTML(text) as unknown as { document: Element }).document;
