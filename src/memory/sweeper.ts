/** What can be swept: a cache that gives its keys in turn, the least recently used first. */
interface Swept {
  readonly size: number;
  rkeys(): Iterator<string>;
}

const INTERVAL_MS = 1_000;
const BATCH = 2_000;

/**
 * Looks at every entry of a cache in turn, a bounded batch at a time, so that no sweep stops the event
 * loop for long. Its timer keeps no process alive, and there is none while the cache is empty.
 */
export class Sweeper {
  readonly #cache: Swept;
  readonly #visit: (key: string) => void;
  #walk: Iterator<string> | undefined;
  /** What the walk gave last. It is visited once the walk is past it: to drop where a walk stands would end it. */
  #last: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(cache: Swept, visit: (key: string) => void) {
    this.#cache = cache;
    this.#visit = visit;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#sweep(), INTERVAL_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#walk = undefined;
    this.#last = undefined;
  }

  #sweep(): void {
    // A walk also ends where an entry is used while it stands there; the next sweep then starts over at the
    // least recently used one, where the expired ones gather.
    this.#walk ??= this.#cache.rkeys();
    for (let visited = 0; visited < BATCH; visited++) {
      const next = this.#walk.next();
      if (this.#last !== undefined) this.#visit(this.#last);
      this.#last = next.done === true ? undefined : next.value;
      if (next.done === true) {
        this.#walk = undefined;
        break;
      }
    }
    if (this.#cache.size === 0) this.stop();
  }
}
