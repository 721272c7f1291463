import assert from "node:assert/strict";
import type { HandlerApp, SessionHandler } from "./handler-app.js";
import { Latch } from "./latch.js";

/** Answer to a request. */
export interface Answer {
  status: number;
  /** What the handler returned; undefined unless the status is 200. */
  result: unknown;
  /** Value of the `Location` header. */
  location: string | null;
  /** True if the response sets a cookie, other than to remove it. */
  setsCookie: boolean;
}

/** A request whose handler has its session, and waits. */
export interface SlowRequest {
  /** Lets the handler go on. @returns the answer. */
  finish: () => Promise<Answer>;
}

/** A browser: sends the cookies that it got, and follows no redirect. */
export class Client {
  readonly #app: HandlerApp;
  readonly #cookies: Map<string, string>;

  constructor(app: HandlerApp, cookies: Iterable<[string, string]> = []) {
    this.#app = app;
    this.#cookies = new Map(cookies);
  }

  /** Returns a client with the same cookies, which keeps them whatever this one gets. */
  copy(): Client {
    return new Client(this.#app, this.#cookies);
  }

  /** Sends a request that must succeed. @returns what the handler returned. */
  async visit(handler: SessionHandler): Promise<unknown> {
    const { status, result } = await this.send(handler);
    assert.equal(status, 200, "the status of a request");
    return result;
  }

  /** Returns fields of the session, null for those that are not set. */
  async read(...fields: string[]): Promise<Record<string, unknown>> {
    const values = await this.visit((session) => fields.map((field) => session.get(field) ?? null));
    return Object.fromEntries(fields.map((field, i) => [field, (values as unknown[])[i]]));
  }

  /** Sends a request whose handler waits before it runs. Resolves once it waits, with its session loaded. */
  async start(handler: SessionHandler): Promise<SlowRequest> {
    const latch = new Latch();
    const answer = this.send(async (session) => {
      await latch.wait();
      return handler(session);
    });
    const early = answer.then(({ status }) =>
      assert.fail(`a request got status ${status} without its handler`),
    );
    early.catch(() => {}); // as when the suite ends first
    await Promise.race([latch.reached, early]);
    return { finish: () => (latch.open(), answer) };
  }

  /** Sends a request. @param location where to redirect to. */
  async send(handler: SessionHandler, location?: string): Promise<Answer> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(this.#app.urlOf(handler, location), {
      redirect: "manual",
      headers: cookie === "" ? {} : { cookie },
    });
    const kept = response.headers.getSetCookie().map((line) => this.#keep(line));
    const { status } = response;
    // A redirect is followed as soon as its headers are there.
    const text = status === 200 ? await response.text() : await response.body?.cancel();
    return {
      status,
      result: text === undefined ? undefined : (JSON.parse(text) as unknown),
      location: response.headers.get("location"),
      setsCookie: kept.includes(true),
    };
  }

  /** @returns false if the header removes the cookie, or sets none. */
  #keep(line: string): boolean {
    const [, name, value = ""] = /^([^=;]+)=([^;]*)/.exec(line) ?? [];
    if (name === undefined) return false;
    const [, maxAge] = /;\s*Max-Age=([^;]*)/i.exec(line) ?? [];
    const [, expires] = /;\s*Expires=([^;]*)/i.exec(line) ?? [];
    const isRemoved =
      Number(maxAge ?? 1) <= 0 || (expires !== undefined && Date.parse(expires) <= Date.now());
    if (isRemoved) this.#cookies.delete(name);
    else this.#cookies.set(name, value);
    return !isRemoved;
  }
}
