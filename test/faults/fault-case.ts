/** How much of a case to run. */
export interface Profile {
  /** A run of minutes for every push; else the durations that the cases name. */
  short: boolean;
  /** The one that this profile takes. */
  pick<T>(full: T, short: T): T;
}

export interface Outcome {
  /** What was counted, in the order to print it. */
  counts: Record<string, number | string>;
  /** What did not hold, in words; empty when the case passes. */
  shortfalls: string[];
}

/** One of the faults that the store has to stand, run against real servers. */
export interface FaultCase {
  number: number;
  title: string;
  run(profile: Profile): Promise<Outcome>;
}

/** Keeps what did not hold. */
export class Findings {
  readonly shortfalls: string[] = [];

  expect(holds: boolean, what: string): void {
    if (!holds) this.shortfalls.push(what);
  }

  expectNone(count: number, what: string): void {
    this.expect(count === 0, `${count} ${what}`);
  }
}
