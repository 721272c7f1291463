import os from "node:os";

/** The clocks of a store. */
export interface Clock {
  /** Returns the system time in epoch milliseconds, as `expiresAt` uses it. */
  now: () => number;
  /**
   * Returns elapsed milliseconds. Setting the system time does not change them. They also count while the machine is
   * suspended.
   */
  elapsed: () => number;
  /** Returns a time in epoch milliseconds that never goes back, as the age of a session requires. */
  monotonic: () => number;
}

/** Returns clocks that all read the same function: the time that several processes share, or a test's time. */
export function singleClock(now: () => number): Clock {
  return { now, elapsed: now, monotonic: now };
}

/** Smallest difference between two clocks that counts as a change of the system time. */
export const STEP_MS = 1_000;

/** Returns the clocks of this machine. */
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
      // If the system time is set forward, sessions become older, so that none outlives its absolute timeout.
      if (system - steady >= STEP_MS) start += system - steady;
      return steady - system >= STEP_MS ? Math.round(steady) : system;
    },
  };
}

/**
 * Returns a clock like `performance.now()` that also counts while the machine is suspended. `performance.now()` does
 * so on macOS and Windows, but not on Linux. If the system time has advanced further than `performance.now()`, either
 * the machine was suspended or its time was set. The uptime tells which, since it includes suspensions. Reading it at
 * every call would be slow.
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
      // Without an uptime, count the difference as a suspension: sessions may end early, but none lives too long.
      const passedMs = Number.isNaN(missedMs) ? movedMs : missedMs;
      if (passedMs >= STEP_MS) {
        suspendedMs += passedMs;
        uptimeStart += passedMs;
      }
    }
    return running + suspendedMs;
  };
}

/** Returns the uptime of the machine in ms, or NaN if the system does not report it. */
function uptimeMs(): number {
  try {
    return os.uptime() * 1_000;
  } catch {
    return NaN;
  }
}
