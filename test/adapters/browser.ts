import type { App, Handler } from "./support.js";

export interface Answer<R> {
  status: number;
  /** What the handler gave, as JSON carries it. */
  result: R;
  /** The session cookie that the response set. */
  cookie: SetCookie | undefined;
}
export interface SetCookie {
  value: string;
  /** In epoch milliseconds. */
  expires: number | undefined;
}

/** A client with a cookie jar, which every server on 127.0.0.1 shares as in a real one. */
export class Browser {
  readonly jar = new Map<string, SetCookie>();

  /** Runs the handler on the server, in a request of this browser. */
  async visit<V, R>(app: App<V>, handler: Handler<V, R>): Promise<Answer<R>> {
    const cookies = [...this.jar]
      .map(([name, { value }]) => `${name}=${encodeURIComponent(value)}`)
      .join("; ");
    const response = await fetch(app.urlOf(handler), { headers: cookies === "" ? {} : { cookie: cookies } });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    const lines = response.headers.getSetCookie().filter((line) => line.startsWith(`${app.cookieName}=`));
    const { result } = (await response.json()) as { result: R };
    return { status: response.status, result, cookie: lines[0] === undefined ? undefined : parse(lines[0]) };
  }

  /** A browser of the same cookies, whose own changes to them stay apart: another tab, or a thief. */
  twin(): Browser {
    const twin = new Browser();
    for (const [name, cookie] of this.jar) twin.jar.set(name, cookie);
    return twin;
  }

  #keep(line: string): void {
    const name = line.slice(0, line.indexOf("="));
    const cookie = parse(line);
    if (cookie.expires !== undefined && cookie.expires <= Date.now()) this.jar.delete(name);
    else this.jar.set(name, cookie);
  }
}

function parse(line: string): SetCookie {
  const [, value = ""] = /^[^=]+=([^;]*)/.exec(line) ?? [];
  const [, expires] = /;\s*Expires=([^;]+)/i.exec(line) ?? [];
  return {
    value: decodeURIComponent(value),
    expires: expires === undefined ? undefined : Date.parse(expires),
  };
}
