import type { SessionStore } from "../store.js";

/** The functions that Vitest, node:test, Mocha and Jest have in common. */
export interface TestRunner {
  describe: (name: string, define: () => void) => unknown;
  it: (name: string, test: () => Promise<void>) => unknown;
}

/** The clock that the stores under test were handed. */
export interface TestClock {
  /** Epoch milliseconds. */
  now: () => number;
  advance: (ms: number) => void | Promise<void>;
}

/** Abilities that not every store has. A sentence that needs a missing one is not tested. */
export interface Supports<S extends SessionStore = SessionStore> {
  /** Puts what the codec never wrote where the store keeps this session. */
  corrupt?: (store: S, id: string) => void | Promise<void>;
}

/** The store that the suite is run on. */
export interface StoreUnderTest<S extends SessionStore = SessionStore> {
  name: string;
  /**
   * Opens a store that is empty and shares no session with those opened before, which may be open still:
   * on one database, give each a prefix of its own. The suite closes it.
   */
  open: () => S | Promise<S>;
  /** Clock of a store that accepts one. @default the system's, for which the tests wait (below 0.3 s) */
  clock?: TestClock;
  /** Largest difference between a session's end and its `expiresAt`, in milliseconds. @default 0 with `clock`, else 1_000 */
  toleranceMs?: number;
  supports?: Supports<S>;
  /** True if the store hashes ids, so that `ids()` yields digests. @default false */
  hashesIds?: boolean;
}
