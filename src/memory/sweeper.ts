const INTERVAL_MS = 250;

/** Number of sweeps that together visit every entry, so that an expired entry is removed within 10 s. */
const SWEEPS_PER_PASS = 40;
/**
 * Limits of one sweep, so that it does not block the event loop. A pass over more than 400,000 entries takes longer
 * than 10 s.
 */
const MIN_VISITS = 500;
const MAX_VISITS = 10_000;

/**
 * Visits all entries of a store in turn, independent of how often they are read. Its timer keeps neither the process
 * nor the store alive, and does not run while the store is empty.
 */
export class Sweeper {
  readonly #ids: ReadonlySet<string>;
  readonly #visit: (id: string) => void;
  /** Position in the set. Adding and removing entries does not change it. */
  #position: Iterator<string> | undefined;
  #visitsPerSweep = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param visit Called with each id. It may remove the entry. */
  constructor(ids: ReadonlySet<string>, visit: (id: string) => void) {
    this.#ids = ids;
    this.#visit = visit;
  }

  start(): void {
    if (this.#timer !== undefined) return;
    const reference = new WeakRef(this);
    const timer = setInterval(() => {
      const sweeper = reference.deref();
      if (sweeper === undefined) clearInterval(timer);
      else sweeper.#sweep();
    }, INTERVAL_MS).unref();
    this.#timer = timer;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#position = undefined;
  }

  #sweep(): void {
    if (this.#position === undefined) {
      const visits = Math.ceil(this.#ids.size / SWEEPS_PER_PASS);
      this.#visitsPerSweep = Math.min(Math.max(visits, MIN_VISITS), MAX_VISITS);
      this.#position = this.#ids.values();
    }
    for (let left = this.#visitsPerSweep; left > 0; left--) {
      const next = this.#position.next();
      if (next.done === true) {
        this.#position = undefined;
        break;
      }
      this.#visit(next.value);
    }
    if (this.#ids.size === 0) this.stop();
  }
}
