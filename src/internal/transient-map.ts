/** Number of deleted keys above which the map is rebuilt, beside one for each key in use. */
const MAX_DELETED = 1_024;

/**
 * Map for values that are needed for a short time, under ever new keys. It removes deleted keys many at a time, by
 * building a new `Map`. With `Map.delete`, V8 replaces the table of a Map again and again, and each old table refers to
 * its successor: values that are in use while a table is old stay alive until the next major garbage collection.
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
