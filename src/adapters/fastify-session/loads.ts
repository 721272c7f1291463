import { LRUCache } from "lru-cache";
import type { TrackedSession } from "../../tracker/index.js";
import type { Live } from "./live-sessions.js";

/** Number of loads that are remembered without the hooks. More requests than that are not under way at once. */
const MAX_UNCLAIMED = 10_000;

/** A load that waits for the hook that knows the session object which @fastify/session made of it. */
export interface Load {
  readonly id: string;
  /** Undefined if there is no such session. */
  readonly tracked: TrackedSession | undefined;
  claimedBy?: Live;
}

/**
 * Connects what `get` loaded with the session object that @fastify/session makes of it. @fastify/session runs from the
 * callback of `get` to the next `onRequest` hook without a pause, so the load of that call is the present one.
 */
export class Loads {
  readonly #unclaimed = new LRUCache<string, TrackedSession>({ max: MAX_UNCLAIMED });
  #present: Load | undefined;

  /** True while a callback of `get` runs and its load was not claimed. */
  get hasPresent(): boolean {
    return this.#present !== undefined;
  }

  /** Runs the callback of a `get`. A load that nobody claims meanwhile is remembered by its id. */
  run(load: Load, callback: () => void): void {
    this.#present = load;
    try {
      callback();
    } finally {
      const { id, tracked } = this.#present ?? {};
      if (id !== undefined && tracked !== undefined) this.#unclaimed.set(id, tracked);
      this.#present = undefined;
    }
  }

  /** Claims the present load if it has this id. */
  claim(id: string): Load | undefined {
    const load = this.#present;
    this.#present = undefined;
    return load?.id === id ? load : undefined;
  }

  /** Returns what was loaded last under an id, by any request, or `fallback()`, which is remembered from now on. */
  lastOf(id: string, fallback: () => TrackedSession): TrackedSession {
    const last = this.#present?.id === id ? this.#present.tracked : this.#unclaimed.get(id);
    if (last !== undefined) return last;
    const tracked = fallback();
    this.#unclaimed.set(id, tracked);
    return tracked;
  }
}
