/** What a request came to, after its redirects. */
export interface Visit {
  /** Where the redirects led. */
  path: string;
  status: number;
  headers: Headers;
  /** Every `Set-Cookie` on the way. */
  setCookies: string[];
  text: string;
  /** The text as JSON. */
  readonly body: Body;
}

/** What the examples answer with, between them. */
export interface Body {
  [field: string]: unknown;
  sessionId?: string;
  session?: { cookie: unknown; username?: string };
}

/** A client that keeps the cookies of one server and follows its redirects, as a browser does. */
export class Visitor {
  readonly cookies = new Map<string, string>();
  readonly #url: string;
  readonly #headers: Record<string, string>;

  /** @param headers sent with each request. */
  constructor(url: string, headers: Record<string, string> = {}) {
    this.#url = url;
    this.#headers = headers;
  }

  /** One with the same cookies, whose own changes to them stay apart. */
  twin(): Visitor {
    const twin = new Visitor(this.#url, this.#headers);
    for (const [name, value] of this.cookies) twin.cookies.set(name, value);
    return twin;
  }

  async get(path: string): Promise<Visit> {
    const setCookies: string[] = [];
    for (;;) {
      const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const headers = { ...this.#headers, ...(cookie !== "" && { cookie }) };
      const response = await fetch(this.#url + path, { headers, redirect: "manual" });
      setCookies.push(...response.headers.getSetCookie());
      response.headers.getSetCookie().forEach((line) => this.#keep(line));
      const text = await response.text();
      const location = response.headers.get("location");
      if (location !== null) {
        path = location;
        continue;
      }
      const { status } = response;
      const body = () => JSON.parse(text) as Body;
      return {
        path,
        status,
        headers: response.headers,
        setCookies,
        text,
        get body() {
          return body();
        },
      };
    }
  }

  #keep(line: string): void {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    const [, expires] = /; Expires=([^;]+)/i.exec(line) ?? [];
    if (expires !== undefined && Date.parse(expires) <= Date.now()) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}
