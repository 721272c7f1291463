import { storesDigests } from "../../users/hash-ids.js";
import type { CookieSessions } from "../cookie-sessions.js";
import type { Data } from "./store-base.js";

/** Calls that concern all sessions of a store. An exception of the store becomes a rejection. */
export class AllSessions {
  readonly #sessions: CookieSessions;

  constructor(sessions: CookieSessions) {
    this.#sessions = sessions;
  }

  /** Returns the data of each session, with its id. */
  async list(): Promise<(Data & { id: string })[]> {
    const { store } = this.#sessions;
    if (storesDigests(store)) {
      throw new TypeError(
        "all() requires the ids of sessions; with hashIds the store knows only their digests",
      );
    }
    const sessions = [];
    for await (const id of store.ids()) {
      const found = await this.#sessions.load(id);
      // Do not copy the data, since `set` uses the object to find the loaded session.
      if (found !== undefined) sessions.push(Object.assign(found.data as unknown as Data, { id }));
    }
    return sessions;
  }

  async count(): Promise<number> {
    return this.#sessions.store.count();
  }

  async clear(): Promise<void> {
    return this.#sessions.store.clear();
  }

  /** Returns each id once, also if the store yields it twice. */
  async ids(): Promise<string[]> {
    const ids = new Set<string>();
    for await (const id of this.#sessions.store.ids()) ids.add(id);
    return [...ids];
  }
}
