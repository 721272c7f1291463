/** What a visitor who is logged in is told. */
export type Answer = "200 (logged in)" | "200 (NOT logged in)" | `${number}` | "connection lost" | "never";

/** A browser that is logged in, and that keeps the cookie of its login. */
export class Visitor {
  readonly #cookie: string;

  private constructor(cookie: string) {
    this.#cookie = cookie;
  }

  /** @param url of a server; others with the same sessions take the cookie as well. */
  static async logIn(url: string): Promise<Visitor> {
    const response = await fetch(`${url}/login`, { method: "POST" });
    const [cookie] = response.headers.getSetCookie();
    if (!response.ok || cookie === undefined) throw new Error(`a login was answered with ${response.status}`);
    return new Visitor(cookie.split(";")[0]!);
  }

  /** @returns the status. */
  async post(url: string): Promise<number> {
    const response = await fetch(url, { method: "POST", headers: { cookie: this.#cookie } });
    await response.arrayBuffer();
    return response.status;
  }

  /** Asks who is logged in. @returns "never" when the signal comes first. */
  async me(url: string, signal: AbortSignal): Promise<Answer> {
    try {
      const response = await fetch(`${url}/me`, { headers: { cookie: this.#cookie }, signal });
      const body = (await response.json()) as { user?: unknown };
      if (response.status !== 200) return `${response.status}`;
      return body.user === "ann" ? "200 (logged in)" : "200 (NOT logged in)";
    } catch {
      return signal.aborted ? "never" : "connection lost";
    }
  }
}
