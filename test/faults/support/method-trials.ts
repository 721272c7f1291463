import { createHash, randomUUID } from "node:crypto";
import {
  ScriptsForbiddenError,
  SessionExistsError,
  StoreUnavailableError,
  type UserSessionStore,
} from "sessionary";
import type { RedisServer } from "../../support/redis-server.js";
import { METHODS, type Method } from "../error-table.js";
import type { Settled } from "./tally.js";

const PLANTED_MS = 3_600_000;

/** A session for each method, so that none meets what another has done. `clear` has a prefix of its own. */
export class MethodTrials {
  readonly #ids: Record<Method, string>;
  readonly #mark: string;
  /** What is stored. */
  readonly #text: string;

  /** @param mark stands in every id and every payload */
  constructor(mark = "") {
    const ids = METHODS.map((method) => [method, `${mark}${randomUUID()}`]);
    this.#ids = Object.fromEntries(ids) as Record<Method, string>;
    this.#mark = mark;
    this.#text = JSON.stringify({ planted: true, mark });
  }

  /** @param asList of another type than sessions are */
  async plant(data: RedisServer, asList: boolean): Promise<void> {
    for (const method of METHODS) {
      const key = this.#key(method);
      if (asList) await data.command("LPUSH", key, this.#text);
      else if (method !== "create") await data.command("SET", key, this.#text, "PX", PLANTED_MS);
    }
  }

  call(method: Method, store: UserSessionStore): Promise<unknown> {
    const id = this.#ids[method];
    const changed = () => ({
      data: { planted: false, mark: this.#mark },
      expiresAt: Date.now() + 60_000,
    });
    switch (method) {
      case "get":
        return store.get(id);
      case "getMany":
        return Promise.all([store.get(id), store.get(id)]).then(([first]) => first);
      case "create":
        return store.create(id, changed());
      case "update":
        return store.update(id, changed());
      case "updateIfVersion":
        return store.update(id, changed(), {
          ifVersion: createHash("sha1").update(this.#text).digest("hex"),
        });
      case "touch":
        return store.touch(id, changed());
      case "destroy":
        return store.destroy(id);
      case "ids": {
        const walk = store.ids()[Symbol.asyncIterator]();
        return walk.next().then(() => true);
      }
      case "count":
        return store.count().then(() => true);
      case "clear":
        return store.clear().then(() => true);
      case "ping":
        return store.ping().then(() => true);
    }
  }

  /** Whether what is stored for this method is as it was planted. */
  async isAsPlanted(method: Method, data: RedisServer): Promise<boolean> {
    const key = this.#key(method);
    const text = await data.command("GET", key);
    if (method === "create") return text === null;
    return text === this.#text && Number(await data.command("PTTL", key)) > PLANTED_MS / 2;
  }

  #key(method: Method): string {
    return (method === "clear" ? CLEARED : "sess:") + this.#ids[method];
  }
}

/** The prefix of the store that is cleared. */
export const CLEARED = "cleared:";

/** What a call did, in the words of the table. */
export function cellOf(settled: Settled<unknown>): string {
  if ("value" in settled) return settled.value === undefined || settled.value === false ? "miss" : "works";
  const { error } = settled;
  if (error instanceof StoreUnavailableError) {
    return error.outcome === "not-applied" ? error.reason : `${error.reason}, ${error.outcome}`;
  }
  if (error instanceof ScriptsForbiddenError) return "scripts";
  return error instanceof SessionExistsError ? "exists" : String(error);
}
