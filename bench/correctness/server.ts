export interface Server {
  url: string;
  close(): Promise<void>;
}

/** A browser's requests: it keeps the cookie of its login, and no later one. */
export class Visitor {
  readonly #url: string;
  readonly #cookie: string;

  private constructor(url: string, cookie: string) {
    this.#url = url;
    this.#cookie = cookie;
  }

  static async logIn(url: string): Promise<Visitor> {
    const response = await send(`${url}/login`, { method: "POST" });
    const [cookie] = response.headers.getSetCookie();
    if (cookie === undefined) throw new Error("a login set no cookie");
    return new Visitor(url, cookie.split(";")[0]!);
  }

  async post(path: string): Promise<void> {
    await send(this.#url + path, { method: "POST", headers: { cookie: this.#cookie } });
  }

  /** The fields of the session that this cookie gets. */
  async session(): Promise<Record<string, unknown>> {
    const response = await send(`${this.#url}/session`, { headers: { cookie: this.#cookie } });
    return (await response.json()) as Record<string, unknown>;
  }
}

async function send(url: string, options: RequestInit): Promise<Response> {
  const response = await fetch(url, options);
  if (!response.ok) throw new Error(`${url} was answered with ${response.status}`);
  return response;
}
