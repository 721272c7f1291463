import { SessionConflictError, SessionExistsError, StoreClosedError } from "../errors.js";
import { publish } from "../events.js";
import type { Clock } from "../internal/clock.js";
import { StoreBase } from "../internal/store-base.js";
import { returnsDecoded } from "../codec/known-text.js";
import { PayloadFormat, assertExpiresAt } from "../codec/payload.js";
import { assertSessionId } from "../session-id.js";
import type { SessionData, SessionEntry, SessionRecord, SessionStore, UpdateOptions } from "../store.js";
import { keyPages } from "./key-pages.js";
import { type Expiry, MonotonicExpiry } from "./monotonic-expiry.js";
import { type MemoryStoreOptions, checkMemoryOptions } from "./options.js";
import { Sweeper } from "./sweeper.js";
import { TieredCache } from "./tiered-cache.js";

interface Entry extends Expiry {
  text: string;
  version: number;
  /** Number of the login that assigned the session to its user. */
  login: number | undefined;
}

/** Connection of the records with an index of the users' logins. */
interface Logins<T extends object> {
  /** Returns the number of the login in stored data. Sessions with a login are evicted last. */
  loginOf: (data: T) => number | undefined;
  /** Called with the login of each session that is removed, whatever the reason. */
  onGone: (login: number) => void;
}

/** The sessions of a MemoryStore. */
export class MemoryRecords<T extends object = SessionData> extends StoreBase implements SessionStore<T> {
  readonly #entries: TieredCache<Entry>;
  readonly #format: PayloadFormat<T>;
  readonly #expiry: MonotonicExpiry;
  readonly #sweeper: Sweeper;
  readonly #logins: Logins<T> | undefined;
  /**
   * True if an update may change an entry in place. With `maxBytes` it may not, since the cache must know the new
   * size.
   */
  readonly #updatesInPlace: boolean;
  #versions = 0;
  #closed = false;

  constructor(options: MemoryStoreOptions, clock: Clock, logins?: Logins<T>) {
    super();
    returnsDecoded(MemoryRecords.prototype);
    this.#logins = logins;
    const { maxEntries, maxBytes, maxPayloadBytes, codec } = checkMemoryOptions(options);
    this.#format = new PayloadFormat("memory", codec, maxPayloadBytes);
    this.#updatesInPlace = maxBytes === undefined;
    this.#expiry = new MonotonicExpiry(clock);
    this.#entries = new TieredCache<Entry>({
      maxEntries,
      maxBytes,
      hasProtected: logins !== undefined,
      bytesOf: ({ text }, id) => Buffer.byteLength(text) + id.length,
      onRemove: ({ login }, id, evicted) => {
        this.#format.forget(id);
        if (login !== undefined) logins?.onGone(login);
        if (evicted) publish("evicted", { store: "memory", reason: "capacity" });
      },
    });
    this.#sweeper = new Sweeper(this.#entries.keys, (id) => void this.#peek(id));
  }

  async get(id: string): Promise<SessionRecord<T> | undefined> {
    const stored = this.#read(id);
    return stored && this.#record(id, stored);
  }

  async create(id: string, entry: SessionEntry<T>): Promise<string> {
    this.#assertOpen();
    assertSessionId(id);
    const text = this.#format.encode(entry, id);
    if (this.#read(id) !== undefined) throw new SessionExistsError();
    return this.#write(id, text, entry);
  }

  async update(
    id: string,
    entry: SessionEntry<T>,
    { ifVersion }: UpdateOptions = {},
  ): Promise<string | undefined> {
    const stored = this.#read(id);
    const text = this.#format.encode(entry, id);
    if (stored === undefined) return undefined;
    return this.#matches(id, stored, ifVersion) ? this.#write(id, text, entry, stored) : undefined;
  }

  async touch(id: string, entry: SessionEntry<T>, { ifVersion }: UpdateOptions = {}): Promise<boolean> {
    assertExpiresAt(entry);
    const stored = this.#read(id);
    if (stored === undefined || !this.#matches(id, stored, ifVersion)) return false;
    if (entry.expiresAt > this.#expiry.expiresAt(stored))
      Object.assign(stored, this.#expiry.at(entry.expiresAt));
    return true;
  }

  async destroy(id: string): Promise<boolean> {
    return this.#read(id) !== undefined && this.#entries.delete(id);
  }

  async *ids(): AsyncGenerator<string> {
    for await (const page of this.#pages()) yield* page;
  }

  async count(): Promise<number> {
    let live = 0;
    for await (const page of this.#pages()) live += page.length;
    return live;
  }

  async clear(): Promise<void> {
    this.#assertOpen();
    this.#entries.clear();
  }

  async ping(): Promise<void> {
    this.#assertOpen();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#sweeper.stop();
    this.#entries.clear();
    this.#format.forget();
  }

  /** Yields the ids of live sessions, one page in each turn of the event loop. */
  async *#pages(): AsyncGenerator<string[]> {
    this.#assertOpen();
    for await (const page of keyPages(this.#entries.keys, (id) => this.#peek(id) !== undefined)) {
      this.#assertOpen();
      yield page;
    }
  }

  #assertOpen(): void {
    if (this.#closed) throw new StoreClosedError();
  }

  #read(id: string): Entry | undefined {
    this.#assertOpen();
    const stored = this.#entries.get(id);
    return stored !== undefined && this.#isLive(id, stored) ? stored : undefined;
  }

  /** Reads an entry without making it the most recently used one. */
  #peek(id: string): Entry | undefined {
    const stored = this.#entries.peek(id);
    return stored !== undefined && this.#isLive(id, stored) ? stored : undefined;
  }

  /** True if the entry has not expired. Removes an expired one. */
  #isLive(id: string, stored: Entry): boolean {
    if (!this.#expiry.isOver(stored)) return true;
    if (this.#entries.delete(id)) publish("evicted", { store: "memory", reason: "expired" });
    return false;
  }

  /**
   * Returns true if the stored version is `ifVersion`, or no `ifVersion` is given. Returns false if another version
   * is stored but cannot be decoded.
   * @throws SessionConflictError if another version is stored.
   */
  #matches(id: string, stored: Entry, ifVersion: string | undefined): boolean {
    if (ifVersion === undefined || ifVersion === String(stored.version)) return true;
    const current = this.#record(id, stored);
    if (current === undefined) return false;
    throw new SessionConflictError(current);
  }

  #record(id: string, stored: Entry): SessionRecord<T> | undefined {
    const data = this.#format.decode(stored.text, id);
    if (data === undefined) return undefined;
    return {
      data,
      expiresAt: this.#expiry.expiresAt(stored),
      version: String(stored.version),
    };
  }

  #write(id: string, text: string, entry: SessionEntry<T>, old?: Entry): string {
    const login = this.#logins?.loginOf(entry.data);
    const expiry = this.#expiry.at(entry.expiresAt);
    const version = old?.text === text ? old.version : ++this.#versions;
    if (this.#expiry.isOver(expiry)) this.#entries.delete(id);
    else if (old !== undefined && this.#updatesInPlace && login === old.login) {
      Object.assign(old, { text, version }, expiry);
    } else {
      this.#entries.set(id, { text, version, login, ...expiry }, login !== undefined);
      this.#sweeper.start();
    }
    return String(version);
  }
}
