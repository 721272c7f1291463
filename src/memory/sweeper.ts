/** What can be swept: a cache that gives its entries in turn, the least recently used first. */
interface Swept<V> {
  readonly size: number;
  rentries(): Iterator<[string, V]>;
}

const INTERVAL_MS = 1_000;
const BATCH = 2_000;

/**
 * Looks at every entry of a cache in turn, a bounded batch at a time, so that no sweep stops the event
 * loop for long. Its timer keeps no process alive, and there is none while the cache is empty.
 */
export class Sweeper<V> {
  readonly #cache: Swept<V>;
  readonly #visit: (key: string, value: V) => void;
  #walk: Iterator<[string, V]> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(cache: Swept<V>, visit: (key: string, value: V) => void) {
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
  }

  #sweep(): void {
    // A walk that the cache changed under may end early; the next sweep then starts over at the least
    // recently used entry, where the expired ones gather.
    this.#walk ??= this.#cache.rentries();
    for (let visited = 0; visited < BATCH; visited++) {
      const next = this.#walk.next();
      if (next.done === true) {
        this.#walk = undefined;
        break;
      }
      this.#visit(...next.value);
    }
    if (this.#cache.size === 0) this.stop();
  }
}
