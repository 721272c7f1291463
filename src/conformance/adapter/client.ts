import assert from "node:assert/strict";
import { inspect } from "node:util";
import type { HandlerApp, SessionHandler } from "./handler-app.js";
import { Latch } from "./latch.js";

/** Response to a request. */
export interface Answer {
  status: number;
  /** Value that the handler returned. Undefined unless the status is 200. */
  result: unknown;
  /** Value of the `Location` header. */
  location: string | null;
  /** True if the response sets a cookie, other than to remove it. */
  setsCookie: boolean;
  /** Error that the handler threw, or that names a path that is none of the suite's. Undefined if there is none. */
  error: unknown;
}

/** A request whose handler has loaded its session and waits. */
export interface SlowRequest {
  /** Lets the handler continue. @returns the response. */
  finish: () => Promise<Answer>;
}

/** HTTP client that stores and sends cookies like a browser, but does not follow redirects. */
export class Client {
  readonly #app: HandlerApp;
  readonly #cookies: Map<string, string>;

  constructor(app: HandlerApp, cookies: Iterable<[string, string]> = []) {
    this.#app = app;
    this.#cookies = new Map(cookies);
  }

  /** Returns a client with a copy of the cookies. Later changes of one client do not affect the other. */
  copy(): Client {
    return new Client(this.#app, this.#cookies);
  }

  /** Names of the stored cookies. */
  get cookieNames(): string[] {
    return [...this.#cookies.keys()];
  }

  /** Sends a request that must succeed. @returns the value that the handler returned. */
  async visit(handler: SessionHandler): Promise<unknown> {
    const answer = await this.send(handler);
    assertAnswered(answer);
    return answer.result;
  }

  /** Returns fields of the session, with null for a field that is not set. */
  async read(...fields: string[]): Promise<Record<string, unknown>> {
    const values = await this.visit((session) => fields.map((field) => session.get(field) ?? null));
    return Object.fromEntries(fields.map((field, i) => [field, (values as unknown[])[i]]));
  }

  /** Sends a request whose handler waits before it runs. Resolves when the session is loaded and the handler waits. */
  async start(handler: SessionHandler): Promise<SlowRequest> {
    const latch = new Latch();
    const answer = this.send(async (session) => {
      await latch.wait();
      return handler(session);
    });
    const early = answer.then(({ status, error }) => {
      throw failure(`a request got status ${status} without its handler`, error);
    });
    early.catch(() => {}); // it rejects if the test ends first
    await Promise.race([latch.reached, early]);
    return { finish: () => (latch.open(), answer) };
  }

  /** Sends a request. @param location Target of the redirect, if the handler has to redirect. */
  async send(handler: SessionHandler, location?: string): Promise<Answer> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    let error: unknown;
    const noted: SessionHandler = async (session) => {
      try {
        return await handler(session);
      } catch (thrown) {
        error = thrown;
        throw thrown;
      }
    };
    const response = await fetch(this.#app.urlOf(noted, location), {
      redirect: "manual",
      headers: cookie === "" ? {} : { cookie },
    });
    const kept = response.headers.getSetCookie().map((line) => this.#keep(line));
    const { status } = response;
    // A browser follows a redirect as soon as it has received the headers.
    const text = status === 200 ? await response.text() : await response.body?.cancel();
    return {
      status,
      result: text === undefined ? undefined : (JSON.parse(text) as unknown),
      location: response.headers.get("location"),
      setsCookie: kept.includes(true),
      error: error ?? this.#app.unknownPath,
    };
  }

  /** Stores or removes the cookie of a `Set-Cookie` header. @returns true if the header sets a cookie. */
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

/** Asserts that a request got status 200. The failure has the error of its handler as the cause. */
export function assertAnswered({ status, error }: Answer): void {
  if (status !== 200) throw failure(`the status of a request is ${status} and not 200`, error);
}

function failure(message: string, cause: unknown): assert.AssertionError {
  const reason = cause instanceof Error ? String(cause) : inspect(cause);
  const text = cause === undefined ? message : `${message}: ${reason}`;
  return Object.assign(new assert.AssertionError({ message: text }), cause !== undefined && { cause });
}
