import os from "node:os";

/** The clocks of a store. */
export interface Clock {
  /** Returns the system time in epoch milliseconds: the clock of every `expiresAt`. */
  now: () => number;
  /** Returns milliseconds that a step of the system time does not change. They go on while the machine is suspended. */
  elapsed: () => number;
  /** Returns a time in epoch milliseconds that is never set back: the clock of ages. */
  monotonic: () => number;
}

/** Returns a clock that several processes share, or that a test controls. */
export function singleClock(now: () => number): Clock {
  return { now, elapsed: now, monotonic: now };
}

/** Smallest difference between two clocks that counts as a step. */
export const STEP_MS = 1_000;

/** Returns the clock of this machine. */
export function systemClock(): Clock {
  const now = () => Date.now();
  const elapsed = elapsedClock(now);
  let start = now() - elapsed();
  return {
    now,
    elapsed,
    monotonic: () => {
      const system = now();
      const steady = start + elapsed();
      // A time that is set forward makes sessions older: none outlives its absolute timeout.
      if (system - steady >= STEP_MS) start += system - steady;
      return steady - system >= STEP_MS ? Math.round(steady) : system;
    },
  };
}

/**
 * Returns a clock like `performance.now()` that goes on while the machine is suspended, as that one does on macOS and
 * Windows but not on Linux. When the system time has moved on by itself, the machine's uptime, which counts
 * suspensions, tells whether it was suspended or its time was set. Reading the uptime at every call would be slow.
 */
function elapsedClock(now: () => number): () => number {
  let suspendedMs = 0;
  let start = now() - performance.now();
  let uptimeStart = uptimeMs() - performance.now();
  return () => {
    const system = now();
    const running = performance.now();
    if (Math.abs(system - running - start) >= STEP_MS) {
      const movedMs = system - running - start;
      start += movedMs;
      const missedMs = uptimeMs() - running - uptimeStart;
      // Without an uptime, a time that is set forward ends sessions early: none lives too long.
      const passedMs = Number.isNaN(missedMs) ? movedMs : missedMs;
      if (passedMs >= STEP_MS) {
        suspendedMs += passedMs;
        uptimeStart += passedMs;
      }
    }
    return running + suspendedMs;
  };
}

/** Returns the uptime of the machine, or NaN on a system that does not tell. */
function uptimeMs(): number {
  try {
    return os.uptime() * 1_000;
  } catch {
    return NaN;
  }
}
