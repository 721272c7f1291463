import type { SessionStore } from "../store.js";

/** What every test runner has: Vitest, node:test, Mocha and Jest all do. */
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

/** What a store can do beyond what can be asked of every store; what is not here has no test. */
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
  /** For stores that are handed a clock. @default the system's, and the tests wait for it (below 0.3 s) */
  clock?: TestClock;
  /** How far a session's end may be from its `expiresAt`, in ms. @default 0 with `clock`, else 1_000 */
  toleranceMs?: number;
  supports?: Supports<S>;
}
