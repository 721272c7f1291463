/** A step as small as this moves no session's end. */
const STEP_MS = 1_000;
const LOOKS = 5;

/**
 * Ends of sessions on the monotonic clock, so that a step of the system's clock ends none early or late.
 * How far the two clocks are apart is kept until one is stepped: between two looks at them the process may
 * stand for a while, and an end would not be read as it was written.
 */
export class Deadlines {
  readonly #now: () => number;
  readonly #elapsed: () => number;
  #apartMs: number;

  /** @param now the only clock there is, for tests and for stores that share one. */
  constructor(now?: () => number) {
    this.#now = now ?? (() => Date.now());
    this.#elapsed = now ?? (() => performance.now());
    this.#apartMs = this.#measure();
  }

  /** What a deadline is compared with. */
  elapsed(): number {
    return this.#elapsed();
  }

  /** The deadline for an end in epoch milliseconds. */
  of(expiresAt: number): number {
    return expiresAt - this.#apart();
  }

  /** The end, in epoch milliseconds, as the system's clock will show it. */
  expiresAt(deadline: number): number {
    return Math.round(deadline + this.#apart());
  }

  #apart(): number {
    const apartMs = this.#now() - this.#elapsed();
    if (Math.abs(apartMs - this.#apartMs) >= STEP_MS) this.#apartMs = this.#measure();
    return this.#apartMs;
  }

  /** The largest of several looks: time that goes by within one makes it smaller. */
  #measure(): number {
    return Math.max(...Array.from({ length: LOOKS }, () => this.#now() - this.#elapsed()));
  }
}
