/** The clocks of a store. */
export interface Clock {
  /** Returns the system time in epoch milliseconds: the clock of every `expiresAt`. */
  now: () => number;
  /** Returns milliseconds that a step of the system time does not change. They may stop while the machine is suspended. */
  elapsed: () => number;
  /** Returns a time in epoch milliseconds that is never set back: the clock of ages. */
  monotonic: () => number;
}

/** Returns a clock that several processes share, or that a test controls. */
export function singleClock(now: () => number): Clock {
  return { now, elapsed: now, monotonic: now };
}

/** Smallest difference between the clocks that counts as a step. */
const STEP_MS = 1_000;

/** Returns the clock of this machine. */
export function systemClock(): Clock {
  const now = () => Date.now();
  const elapsed = () => performance.now();
  let start = now() - elapsed();
  return {
    now,
    elapsed,
    monotonic: () => {
      const system = now();
      const steady = start + elapsed();
      // The machine was suspended, or its time was set forward. Both make sessions older: none outlives its end.
      if (system - steady >= STEP_MS) start += system - steady;
      return steady - system >= STEP_MS ? Math.round(steady) : system;
    },
  };
}
