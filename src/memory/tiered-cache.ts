import { LRUCache } from "lru-cache";

export interface TieredCacheOptions<V> {
  maxEntries: number;
  maxBytes: number | undefined;
  bytesOf: (value: V, key: string) => number;
  /** True if any value will be protected. */
  hasProtected: boolean;
  /** Called for each value that is removed. `evicted` is true if it was removed to make room for another one. */
  onRemove: (value: V, key: string, evicted: boolean) => void;
}

/**
 * A least-recently-used cache with two tiers: protected values are evicted only when no other value is left. The
 * limits apply to both tiers together.
 */
export class TieredCache<V extends object> {
  readonly #evictable: LRUCache<string, V>;
  readonly #protected: LRUCache<string, V> | undefined;
  readonly #keys = new Set<string>();
  readonly #options: TieredCacheOptions<V>;

  constructor(options: TieredCacheOptions<V>) {
    this.#options = options;
    const create = () =>
      new LRUCache<string, V>({
        max: options.maxEntries,
        ...(options.maxBytes !== undefined && {
          maxSize: options.maxBytes,
          sizeCalculation: options.bytesOf,
        }),
        dispose: (value, key, reason) => {
          if (reason === "set") return;
          this.#keys.delete(key);
          options.onRemove(value, key, reason === "evict");
        },
      });
    this.#evictable = create();
    this.#protected = options.hasProtected ? create() : undefined;
  }

  /**
   * The keys in the order in which they were added. An iteration visits every key that is present from its start to
   * its end.
   */
  get keys(): ReadonlySet<string> {
    return this.#keys;
  }

  get(key: string): V | undefined {
    return this.#evictable.get(key) ?? this.#protected?.get(key);
  }

  /** Returns a value without making it the most recently used one. */
  peek(key: string): V | undefined {
    return this.#evictable.peek(key) ?? this.#protected?.peek(key);
  }

  set(key: string, value: V, isProtected: boolean): void {
    if (this.#protected === undefined) this.#evictable.set(key, value);
    else {
      const [tier, other] = isProtected
        ? [this.#protected, this.#evictable]
        : [this.#evictable, this.#protected];
      other.delete(key);
      // If the other tier is empty, this tier enforces the limits itself.
      if (other.size > 0) this.#makeRoom(tier, key, value);
      tier.set(key, value);
    }
    this.#keys.add(key);
  }

  delete(key: string): boolean {
    return this.#evictable.delete(key) || (this.#protected?.delete(key) ?? false);
  }

  clear(): void {
    this.#evictable.clear();
    this.#protected?.clear();
  }

  #makeRoom(tier: LRUCache<string, V>, key: string, value: V): void {
    const { maxEntries, maxBytes = Infinity, bytesOf } = this.#options;
    const bytes = maxBytes === Infinity ? 0 : bytesOf(value, key);
    let replaced = tier.get(key); // `get` also makes it the last one to be evicted
    const fits = () => {
      const freed = replaced === undefined || maxBytes === Infinity ? 0 : bytesOf(replaced, key);
      const used = this.#evictable.calculatedSize + (this.#protected?.calculatedSize ?? 0);
      const entries = this.#keys.size + (replaced === undefined ? 1 : 0);
      return entries <= maxEntries && used - freed + bytes <= maxBytes;
    };
    while (!fits()) {
      if ((this.#evictable.size > 0 ? this.#evictable : this.#protected)?.pop() === undefined) return;
      replaced = tier.peek(key);
    }
  }
}
