/** Clocks, in epoch milliseconds. */
export interface Clock {
  /** The clock that an `expiresAt` is compared with. */
  now: () => number;
  /** The clock that ages are counted by. */
  steady: () => number;
}

/** One clock for both: what several processes share, or a test. */
export function plainClock(now: () => number): Clock {
  return { now, steady: now };
}

/** A step as small as this moves no session's end by more. */
const STEP_MS = 1_000;

/** The system's clock; ages are not moved by a step of it. */
export function steppedClock(): Clock {
  const start = Date.now() - performance.now();
  return {
    now: () => Date.now(),
    steady: () => {
      const [system, monotonic] = [Date.now(), start + performance.now()];
      return Math.abs(system - monotonic) < STEP_MS ? system : Math.round(monotonic);
    },
  };
}
