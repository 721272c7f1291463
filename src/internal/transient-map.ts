/** Number of deleted keys that the map may keep in addition to one for each key in use. */
const MAX_DELETED = 1_024;

/**
 * Map for values that are needed for a short time, each under a new key. It forgets deleted keys in bulk, by building a
 * new `Map`. After many calls of `Map.delete`, V8 replaces the table of the Map, and the old table refers to the new one.
 * An old table that survives a few garbage collections then keeps all later tables and their values alive, until a major
 * collection.
 */
export class TransientMap<V extends object> {
  #values = new Map<string, V | undefined>();
  #inUse = 0;

  get(key: string): V | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: V): void {
    if (this.get(key) === undefined) this.#inUse++;
    this.#values.set(key, value);
  }

  delete(key: string): void {
    if (this.get(key) === undefined) return;
    this.#values.set(key, undefined);
    this.#inUse--;
    if (this.#values.size - this.#inUse > this.#inUse + MAX_DELETED) this.#rebuild();
  }

  #rebuild(): void {
    const inUse = [...this.#values].filter(([, value]) => value !== undefined);
    this.#values = new Map(inUse);
  }
}
