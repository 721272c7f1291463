import type { Supports } from "./subject.js";
import type { TestContext } from "./test-context.js";

/** One sentence of the contract in src/store.ts, and the test for it. */
export interface Sentence {
  title: string;
  /** Ability that the test requires of the store. */
  needs?: keyof Supports;
  test: (context: TestContext) => Promise<void>;
}

/** Number of concurrent calls in tests of atomic steps. */
export const PARALLEL = 50;

export function inParallel<R>(call: (n: number) => Promise<R>): Promise<R[]> {
  return Promise.all(Array.from({ length: PARALLEL }, (_, n) => call(n)));
}
