import type { SessionStore } from "../store.js";

/** The functions that Vitest, node:test, Mocha and Jest have in common. */
export interface TestRunner {
  /** Groups tests under a heading. */
  describe: (name: string, define: () => void) => unknown;
  /** Declares a test. */
  it: (name: string, test: () => Promise<void>) => unknown;
}

/** The clock that the stores under test use. */
export interface TestClock {
  /** Epoch milliseconds. */
  now: () => number;
  /** Moves the clock forward. */
  advance: (ms: number) => void | Promise<void>;
}

/** Abilities that not every store has. The suite leaves out tests that require a missing one. */
export interface Supports<S extends SessionStore = SessionStore> {
  /** Replaces the stored payload of this session by one that the codec cannot decode. */
  corrupt?: (store: S, id: string) => void | Promise<void>;
}

/** The store that the suite tests. */
export interface StoreUnderTest<S extends SessionStore = SessionStore> {
  /** Heading of the tests. */
  name: string;
  /**
   * Opens an empty store that shares no session with the stores that were opened before and may still be open. If
   * they use one database, give each store its own prefix. The suite closes the store.
   */
  open: () => S | Promise<S>;
  /** Clock, if the store accepts one. @default the system's clock; the tests then wait less than 0.3 s in total */
  clock?: TestClock;
  /**
   * Maximum difference between `expiresAt` and the time at which a session expires, in milliseconds. @default 0 with
   * `clock`, else 1_000
   */
  toleranceMs?: number;
  /** Abilities of this store that not every store has. @default none */
  supports?: Supports<S>;
  /** True if the store hashes ids, so that `ids()` yields digests. @default false */
  hashesIds?: boolean;
}
