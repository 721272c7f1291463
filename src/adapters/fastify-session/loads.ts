import { LRUCache } from "lru-cache";
import type { TrackedSession } from "../../tracker/index.js";
import type { Live } from "./live-sessions.js";

/** Number of loads that are remembered if the hooks are missing. Not more requests than that run at the same time. */
const MAX_UNCLAIMED = 10_000;

/** A load that waits until a hook connects it with the session object that @fastify/session created from it. */
export interface Load {
  readonly id: string;
  /** Undefined if the session does not exist. */
  readonly tracked: TrackedSession | undefined;
  claimedBy?: Live;
}

/**
 * Connects the session that `get` loaded with the session object that @fastify/session creates from it.
 * @fastify/session runs synchronously from the callback of `get` to the next `onRequest` hook, so that the hook
 * belongs to the current load.
 */
export class Loads {
  readonly #unclaimed = new LRUCache<string, TrackedSession>({ max: MAX_UNCLAIMED });
  #present: Load | undefined;

  /** True while a callback of `get` runs and no hook has claimed its load. */
  get hasPresent(): boolean {
    return this.#present !== undefined;
  }

  /** Runs the callback of a `get`. If no hook claims its load, the load is remembered by its id. */
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

  /** Claims the current load if it has this id. */
  claim(id: string): Load | undefined {
    const load = this.#present;
    this.#present = undefined;
    return load?.id === id ? load : undefined;
  }

  /**
   * Returns the session that any request loaded last under an id. If there is none, remembers and returns
   * `fallback()`.
   */
  lastOf(id: string, fallback: () => TrackedSession): TrackedSession {
    const last = this.#present?.id === id ? this.#present.tracked : this.#unclaimed.get(id);
    if (last !== undefined) return last;
    const tracked = fallback();
    this.#unclaimed.set(id, tracked);
    return tracked;
  }
}
