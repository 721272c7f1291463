import { type Clock, STEP_MS } from "../internal/clock.js";

/** The end of a session on two clocks. */
export interface Expiry {
  /** In epoch milliseconds of the system clock, as it was written. */
  expiresAt: number;
  /** On the clock that a step of the system time does not change. */
  deadline: number;
}

/** Ends each session after its lifetime, whatever happens to the system clock meanwhile. */
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

  isOver(expiry: Expiry): boolean {
    if (expiry.deadline <= this.#clock.elapsed()) return true;
    const now = this.#clock.now();
    return expiry.expiresAt <= now && this.expiresAt(expiry) <= now;
  }

  /** Returns the end in epoch milliseconds, as the system clock will show it. */
  expiresAt({ expiresAt, deadline }: Expiry): number {
    const elapsed = this.#clock.elapsed();
    const end = this.#clock.now() + (deadline - elapsed);
    return Math.abs(end - expiresAt) >= STEP_MS ? Math.round(end) : expiresAt;
  }
}
