import type { Supports } from "./subject.js";
import type { Trial } from "./trial.js";

/** One sentence of the contract in src/store.ts, and how a store is asked whether it keeps it. */
export interface Sentence {
  says: string;
  /** What a store must support to be asked. */
  needs?: keyof Supports;
  test: (trial: Trial) => Promise<void>;
}

/** How many calls are made at once where a check and a write must be one step. */
export const PARALLEL = 50;

export function inParallel<R>(call: (n: number) => Promise<R>): Promise<R[]> {
  return Promise.all(Array.from({ length: PARALLEL }, (_, n) => call(n)));
}
