import type { Supports } from "./subject.js";
import type { TestContext } from "./test-context.js";

/** One sentence of the contract in src/store.ts, and how a store is asked whether it keeps it. */
export interface Sentence {
  title: string;
  /** Ability that a store must have for this sentence to be tested. */
  needs?: keyof Supports;
  test: (context: TestContext) => Promise<void>;
}

/** Number of concurrent calls where a check and a write must be one step. */
export const PARALLEL = 50;

export function inParallel<R>(call: (n: number) => Promise<R>): Promise<R[]> {
  return Promise.all(Array.from({ length: PARALLEL }, (_, n) => call(n)));
}
