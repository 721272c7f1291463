import assert from "node:assert/strict";
import type { Action } from "./actions.js";
import type { App } from "./app.js";
import type { Answer } from "./handlers.js";
import type { Model } from "./model.js";
import { as } from "./turns.js";

const SIGN_IN: Action = { kind: "login", isLong: false, user: "ann", edits: [] };
const READ: Action = { ...SIGN_IN, kind: "read" };

/** A browser whose tabs share its cookies. */
export class Browser {
  readonly #model: Model;
  readonly #apps: App[];
  #cookie: string | undefined;

  /** @param apps the servers that the tabs use in turn. */
  constructor(apps: App[], model: Model) {
    this.#apps = apps;
    this.#model = model;
  }

  async signIn(): Promise<void> {
    await this.#ask(SIGN_IN, 0, "");
  }

  /** Sends the requests of all tabs. */
  async use(tabs: Action[][]): Promise<void> {
    await Promise.all(tabs.map((actions, tab) => this.#useTab(actions, tab)));
  }

  /** Sends a request with the cookie that is there at the end. */
  async comeBack(): Promise<void> {
    await this.#ask(READ, 0, "");
  }

  async #useTab(actions: Action[], tab: number): Promise<void> {
    let previous = "";
    for (const action of actions) previous = await this.#ask(action, tab, previous);
  }

  /** @returns the field that the request set. */
  async #ask(action: Action, tab: number, previous: string): Promise<string> {
    const server = tab % this.#apps.length;
    const asked = this.#model.ask(action, { tab, server, previous });
    const app = this.#apps[server]!;
    const sentId = this.#idIn(this.#cookie);
    const response = await as(
      asked,
      async () =>
        // Awaited here: the request starts when the answer is awaited.
        await app.inject({
          url: `/${asked.number}`,
          cookies: this.#cookie === undefined ? {} : { [app.cookieName]: this.#cookie },
        }),
    );
    const set = response.cookies.findLast(({ name }) => name === app.cookieName);
    if (set !== undefined) this.#cookie = set.value || undefined; // an empty one removes it
    this.#model.rethrow();
    assert(response.statusCode < 500, `${asked.name} failed: ${response.body}`);
    const answered = {
      status: response.statusCode,
      answer: JSON.parse(response.body) as Answer,
      cookieId: this.#idIn(set?.value),
    };
    this.#model.answered(asked, sentId, answered);
    return asked.field;
  }

  /** Returns the session id in a cookie, as handlers see it. */
  #idIn(cookie: string | undefined): string | undefined {
    return cookie ? this.#model.shownId(idOf(cookie)) : undefined;
  }
}

function idOf(cookie: string): string {
  return cookie.replace(/^s:/, "").split(".")[0]!;
}
