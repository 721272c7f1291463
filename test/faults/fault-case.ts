import { expect, it } from "vitest";
import { Guard } from "./support/guard.js";

/** How much of a case to run. */
export interface Profile {
  /** True with `--mode short`, which CI runs in minutes; else the cases last as long as they name. */
  short: boolean;
  /** Returns the first argument for a full run, and the second for a short one. */
  pick<T>(full: T, short: T): T;
}

export interface Outcome {
  /** The counts of the case, in the order to print them. */
  counts: Record<string, number | string>;
  /** Sentences about what did not hold; empty when the case passes. */
  shortfalls: string[];
}

const short = process.env.MODE === "short";
export const profile: Profile = { short, pick: (full, brief) => (short ? brief : full) };

const guard = new Guard();

/** Registers a test that breaks real servers, prints what it counted, and fails on each shortfall. */
export function faultCase(title: string, run: (profile: Profile) => Promise<Outcome>): void {
  it(title, async () => {
    const start = performance.now();
    const { counts, shortfalls } = await run(profile);
    const seconds = ((performance.now() - start) / 1_000).toFixed(1);
    const printed = Object.entries({ ...counts, seconds }).map(([name, count]) => `${name} ${count}`);
    console.log(`${title}: ${printed.join(", ")}`);
    expect([...shortfalls, ...guard.take()]).toEqual([]);
  });
}

/** Collects what did not hold. */
export class Findings {
  readonly shortfalls: string[] = [];

  expect(holds: boolean, what: string): void {
    if (!holds) this.shortfalls.push(what);
  }

  expectNone(count: number, what: string): void {
    this.expect(count === 0, `${count} ${what}`);
  }
}
