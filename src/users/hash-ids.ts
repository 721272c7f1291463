import { SessionExistsError } from "../errors.js";
import type { CreateOptions, SessionEntry, SessionRecord, SessionStore, UpdateOptions } from "../store.js";
import { OrderedCalls, type SessionCalls } from "./ordered-calls.js";
import { pingStore } from "./ping-store.js";
import { storageIdsOf } from "./storage-ids.js";

/**
 * Property of a store that stores digests of ids. Registered, so that all copies of this package use the same symbol.
 */
const HASHES_IDS = Symbol.for("sessionary:hashes-ids");

/** True if a store stores digests of ids, so that `ids` yields digests. */
export function storesDigests(store: object): boolean {
  return HASHES_IDS in store;
}

/** Marks a store that stores digests of ids. */
export function markHashed(store: object): void {
  Object.defineProperty(store, HASHES_IDS, { value: true });
}

/** Looks up each session under the digest of its id, and then under the plain id. */
export class HashedIds<T extends object> implements SessionCalls<T> {
  readonly #calls: SessionCalls<T>;

  constructor(calls: SessionCalls<T>) {
    this.#calls = calls;
  }

  get(id: string): Promise<SessionRecord<T> | undefined> {
    return firstOf(id, (storageId) => this.#calls.get(storageId));
  }

  async create(id: string, entry: SessionEntry<T>, options?: CreateOptions<T>): Promise<string> {
    const [digest, plain] = storageIdsOf(id);
    if (plain !== undefined && (await this.#calls.get(plain)) !== undefined) throw new SessionExistsError();
    return this.#calls.create(digest, entry, options);
  }

  update(id: string, entry: SessionEntry<T>, options?: UpdateOptions): Promise<string | undefined> {
    return firstOf(id, (storageId) => this.#calls.update(storageId, entry, options));
  }

  touch(id: string, entry: SessionEntry<T>, options?: UpdateOptions): Promise<boolean> {
    return firstOf(id, (storageId) => this.#calls.touch(storageId, entry, options));
  }

  destroy(id: string): Promise<boolean> {
    return firstOf(id, (storageId) => this.#calls.destroy(storageId));
  }
}

/** Calls `ask` with the digest of an id, and with the plain id if there is no session under the digest. */
async function firstOf<R>(id: string, ask: (storageId: string) => Promise<R>): Promise<R> {
  const [digest, plain] = storageIdsOf(id);
  const answer = await ask(digest);
  const isMissing = answer === undefined || answer === false;
  return isMissing && plain !== undefined ? ask(plain) : answer;
}

/** Wraps a store, so that it contains only digests of ids. */
class HashedIdStore<T extends object> extends OrderedCalls<T> implements SessionStore<T> {
  readonly #store: SessionStore<T>;

  constructor(store: SessionStore<T>) {
    super(new HashedIds(store));
    this.#store = store;
    markHashed(this);
  }

  get timeoutMs(): number | undefined {
    return this.#store.timeoutMs;
  }

  get absoluteTimeoutMs(): number | undefined {
    return this.#store.absoluteTimeoutMs;
  }

  ids(): AsyncIterable<string> {
    return this.#store.ids();
  }

  count(): Promise<number> {
    return this.#store.count();
  }

  clear(): Promise<void> {
    return this.#store.clear();
  }

  ping(): Promise<void> {
    return pingStore(this.#store);
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}

/**
 * Wraps a store, so that it stores each session under a digest of its id. An attacker who can read the stored data
 * cannot open a session with it. Sessions that are stored under their plain id are still found. `ids()` yields
 * digests. Returns `store` itself if it stores digests already, by the option `hashIds` or by this function.
 * @example
 * const store = hashIds(new MyStore());
 */
export function hashIds<T extends object>(store: SessionStore<T>): SessionStore<T> {
  return storesDigests(store) ? store : new HashedIdStore(store);
}
