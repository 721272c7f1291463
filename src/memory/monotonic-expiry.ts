import type { Clock } from "../internal/clock.js";

/** The end of a session on two clocks. */
export interface Expiry {
  /** In epoch milliseconds of the system clock, as it was written. */
  expiresAt: number;
  /** On the clock that a step of the system time does not change. */
  deadline: number;
}

/** Smallest difference between the clocks that counts as a step. */
const STEP_MS = 1_000;

/**
 * Ends sessions on time whatever happens to the clocks: a session is over as soon as either clock says so. The elapsed
 * time ends it if the system clock was set back, and the system clock if the machine was suspended meanwhile.
 */
export class MonotonicExpiry {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Returns the expiry for a time in epoch milliseconds. */
  at(expiresAt: number): Expiry {
    // The system clock is read first: a pause between the two moves the deadline later, never earlier.
    const now = this.#clock.now();
    return { expiresAt, deadline: expiresAt - now + this.#clock.elapsed() };
  }

  isOver({ expiresAt, deadline }: Expiry): boolean {
    return expiresAt <= this.#clock.now() || deadline <= this.#clock.elapsed();
  }

  /** Returns the end in epoch milliseconds, as the system clock will show it. */
  expiresAt({ expiresAt, deadline }: Expiry): number {
    const elapsed = this.#clock.elapsed();
    const end = this.#clock.now() + (deadline - elapsed);
    return end <= expiresAt - STEP_MS ? Math.round(end) : expiresAt;
  }
}
