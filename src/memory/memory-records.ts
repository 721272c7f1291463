import { SessionConflictError, SessionExistsError, StoreClosedError } from "../errors.js";
import { publish } from "../events.js";
import { PayloadFormat, assertExpiresAt } from "../codec/payload.js";
import { assertSessionId } from "../session-id.js";
import type { SessionData, SessionEntry, SessionRecord, SessionStore, UpdateOptions } from "../store.js";
import { trackingOf } from "../users/tracking.js";
import { Deadlines } from "./deadlines.js";
import type { MemoryStoreOptions } from "./memory-store.js";
import { checkMemoryOptions } from "./options.js";
import { Sweeper } from "./sweeper.js";
import { TieredCache } from "./tiered-cache.js";

interface Kept {
  text: string;
  deadline: number;
  version: number;
  /** Number of the login that made it a user's session. */
  login: number | undefined;
}

/** What a MemoryStore keeps. */
export class MemoryRecords<T extends object = SessionData> implements SessionStore<T> {
  readonly #kept: TieredCache<Kept>;
  readonly #format: PayloadFormat<T>;
  readonly #deadlines: Deadlines;
  readonly #sweeper: Sweeper;
  /** Whether an update may change what is kept in place: with `maxBytes` the cache has to learn of its size. */
  readonly #rewrites: boolean;
  #versions = 0;
  #closed = false;

  /** @param onGone Called with the login of each user's session that is removed, for whatever reason. */
  constructor(options: MemoryStoreOptions<T>, onGone: (login: number) => void) {
    const { maxEntries, maxBytes, maxPayloadBytes, codec, now } = checkMemoryOptions(options);
    this.#format = new PayloadFormat("memory", codec, maxPayloadBytes);
    this.#rewrites = maxBytes === undefined;
    this.#deadlines = new Deadlines(now);
    this.#kept = new TieredCache<Kept>({
      maxEntries,
      maxBytes,
      hasLasting: options.userIdOf !== undefined,
      bytesOf: ({ text }, id) => Buffer.byteLength(text) + id.length,
      onLeave: ({ login }, name, evicted) => {
        this.#format.forget(name);
        if (login !== undefined) onGone(login);
        if (evicted) publish("evicted", { store: "memory", reason: "capacity" });
      },
    });
    this.#sweeper = new Sweeper(this.#kept, (id) => void this.#peek(id));
  }

  async get(id: string): Promise<SessionRecord<T> | undefined> {
    const kept = this.#read(id);
    return kept && this.#record(id, kept);
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
    const kept = this.#read(id);
    const text = this.#format.encode(entry, id);
    if (kept === undefined) return undefined;
    return this.#matches(id, kept, ifVersion) ? this.#write(id, text, entry, kept) : undefined;
  }

  async touch(id: string, entry: SessionEntry<T>, { ifVersion }: UpdateOptions = {}): Promise<boolean> {
    assertExpiresAt(entry);
    const kept = this.#read(id);
    if (kept === undefined || !this.#matches(id, kept, ifVersion)) return false;
    kept.deadline = Math.max(kept.deadline, this.#deadlines.of(entry.expiresAt));
    return true;
  }

  async destroy(id: string): Promise<boolean> {
    return this.#read(id) !== undefined && this.#kept.delete(id);
  }

  async *ids(): AsyncGenerator<string> {
    this.#assertOpen();
    // The list of ids is taken at once: walking a cache that changes meanwhile could miss some.
    for (const id of [...this.#kept.keys()]) {
      if (this.#peek(id) === undefined) continue;
      yield id;
      this.#assertOpen();
    }
  }

  async count(): Promise<number> {
    this.#assertOpen();
    const now = this.#deadlines.elapsed();
    let live = 0;
    for (const { deadline } of this.#kept.values()) if (deadline > now) live++;
    return live;
  }

  async clear(): Promise<void> {
    this.#assertOpen();
    this.#kept.clear();
  }

  async ping(): Promise<void> {
    this.#assertOpen();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#sweeper.stop();
    this.#kept.clear();
    this.#format.forget();
  }

  #assertOpen(): void {
    if (this.#closed) throw new StoreClosedError();
  }

  #read(id: string): Kept | undefined {
    this.#assertOpen();
    const kept = this.#kept.get(id);
    return kept !== undefined && this.#live(id, kept) ? kept : undefined;
  }

  /** As `#read`, but not a use of the session. */
  #peek(id: string): Kept | undefined {
    const kept = this.#kept.peek(id);
    return kept !== undefined && this.#live(id, kept) ? kept : undefined;
  }

  /** Whether it is still to be had; drops it when not. */
  #live(id: string, kept: Kept): boolean {
    if (kept.deadline > this.#deadlines.elapsed()) return true;
    if (this.#kept.delete(id)) publish("evicted", { store: "memory", reason: "expired" });
    return false;
  }

  /**
   * Returns true if the stored version is `ifVersion` or none is given, and false if another version is stored that
   * cannot be decoded. Throws SessionConflictError when another version is stored.
   */
  #matches(id: string, kept: Kept, ifVersion: string | undefined): boolean {
    if (ifVersion === undefined || ifVersion === String(kept.version)) return true;
    const current = this.#record(id, kept);
    if (current === undefined) return false;
    throw new SessionConflictError(current);
  }

  #record(id: string, kept: Kept): SessionRecord<T> | undefined {
    const data = this.#format.decode(kept.text, id);
    if (data === undefined) return undefined;
    return {
      data,
      expiresAt: this.#deadlines.expiresAt(kept.deadline),
      version: String(kept.version),
    };
  }

  #write(id: string, text: string, entry: SessionEntry<T>, old?: Kept): string {
    const { login } = trackingOf(entry.data);
    const deadline = this.#deadlines.of(entry.expiresAt);
    const version = old?.text === text ? old.version : ++this.#versions;
    if (deadline <= this.#deadlines.elapsed()) this.#kept.delete(id);
    else if (old !== undefined && this.#rewrites && login === old.login) {
      old.text = text;
      old.deadline = deadline;
      old.version = version;
    } else {
      this.#kept.set(id, { text, deadline, version, login }, login !== undefined);
      this.#sweeper.start();
    }
    return String(version);
  }
}
