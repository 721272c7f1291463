import { type Clock, STEP_MS } from "../internal/clock.js";

/** The end of a session on two clocks. */
export interface Expiry {
  /** Expiry as it was written, in epoch milliseconds of the system clock. */
  expiresAt: number;
  /** Expiry on the clock `elapsed`, which does not change when the system time is set. */
  deadline: number;
}

/** Expires each session after its lifetime, even if the system time is set meanwhile. */
export class MonotonicExpiry {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Converts a time in epoch milliseconds to an expiry. */
  at(expiresAt: number): Expiry {
    // Read the system clock first: a pause between the two reads can only make the deadline later.
    const now = this.#clock.now();
    return { expiresAt, deadline: expiresAt - now + this.#clock.elapsed() };
  }

  isOver(expiry: Expiry): boolean {
    if (expiry.deadline <= this.#clock.elapsed()) return true;
    const now = this.#clock.now();
    return expiry.expiresAt <= now && this.expiresAt(expiry) <= now;
  }

  /** Returns the time that the system clock will show when the session expires, in epoch milliseconds. */
  expiresAt({ expiresAt, deadline }: Expiry): number {
    const elapsed = this.#clock.elapsed();
    const end = this.#clock.now() + (deadline - elapsed);
    return Math.abs(end - expiresAt) >= STEP_MS ? Math.round(end) : expiresAt;
  }
}
