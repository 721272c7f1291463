import { LRUCache } from "lru-cache";

export interface TieredCacheOptions<V> {
  maxEntries: number;
  maxBytes: number | undefined;
  bytesOf: (value: V, key: string) => number;
  /** Whether any value will be lasting. */
  hasLasting: boolean;
  /** Called for each value that leaves, with whether it had to make room. */
  onLeave: (value: V, key: string, evicted: boolean) => void;
}

/**
 * A least-recently-used cache in which what is marked `lasting` goes only when nothing else is left to
 * make room. Bounds hold for both together.
 */
export class TieredCache<V extends object> {
  readonly #passing: LRUCache<string, V>;
  readonly #lasting: LRUCache<string, V> | undefined;
  readonly #options: TieredCacheOptions<V>;

  constructor(options: TieredCacheOptions<V>) {
    this.#options = options;
    const make = () =>
      new LRUCache<string, V>({
        max: options.maxEntries,
        ...(options.maxBytes !== undefined && {
          maxSize: options.maxBytes,
          sizeCalculation: options.bytesOf,
        }),
        dispose: (value, key, reason) => {
          if (reason !== "set") options.onLeave(value, key, reason === "evict");
        },
      });
    this.#passing = make();
    this.#lasting = options.hasLasting ? make() : undefined;
  }

  get size(): number {
    return this.#passing.size + (this.#lasting?.size ?? 0);
  }

  get(key: string): V | undefined {
    return this.#passing.get(key) ?? this.#lasting?.get(key);
  }

  peek(key: string): V | undefined {
    return this.#passing.peek(key) ?? this.#lasting?.peek(key);
  }

  set(key: string, value: V, isLasting: boolean): void {
    if (this.#lasting === undefined) return void this.#passing.set(key, value);
    const [tier, other] = isLasting ? [this.#lasting, this.#passing] : [this.#passing, this.#lasting];
    other.delete(key);
    // Alone, a tier keeps the bounds itself.
    if (other.size > 0) this.#makeRoom(tier, key, value);
    tier.set(key, value);
  }

  delete(key: string): boolean {
    return this.#passing.delete(key) || (this.#lasting?.delete(key) ?? false);
  }

  clear(): void {
    this.#passing.clear();
    this.#lasting?.clear();
  }

  *keys(): Generator<string> {
    yield* this.#passing.keys();
    if (this.#lasting) yield* this.#lasting.keys();
  }

  *values(): Generator<V> {
    yield* this.#passing.values();
    if (this.#lasting) yield* this.#lasting.values();
  }

  /** The least recently used first. */
  *rkeys(): Generator<string> {
    yield* this.#passing.rkeys();
    if (this.#lasting) yield* this.#lasting.rkeys();
  }

  #makeRoom(tier: LRUCache<string, V>, key: string, value: V): void {
    const { maxEntries, maxBytes = Infinity, bytesOf } = this.#options;
    const bytes = maxBytes === Infinity ? 0 : bytesOf(value, key);
    let replaced = tier.get(key); // which also makes it the last to go
    const fits = () => {
      const spared = replaced === undefined || maxBytes === Infinity ? 0 : bytesOf(replaced, key);
      const used = this.#passing.calculatedSize + (this.#lasting?.calculatedSize ?? 0);
      return this.size + (replaced === undefined ? 1 : 0) <= maxEntries && used - spared + bytes <= maxBytes;
    };
    while (!fits()) {
      if ((this.#passing.size > 0 ? this.#passing : this.#lasting)?.pop() === undefined) return;
      replaced = tier.peek(key);
    }
  }
}
