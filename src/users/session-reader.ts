import { publish } from "../events.js";
import type { SessionRecord, SessionStore } from "../store.js";
import type { Clock } from "../internal/clock.js";
import { type UserOptions, userReader } from "./options.js";
import { trackingOf, withoutTracking } from "./tracking.js";
import type { LoginEntry } from "./user-index.js";

/** A session as it was read from the store. */
export interface StoredSession<T extends object> {
  /** The record, without tracking fields in its data, and with `createdAt` if it is known. */
  record: SessionRecord<T>;
  user: string | undefined;
  /** Login number that is stored with the session. It is known even if `userIdOf` throws on the session. */
  login: number | undefined;
  /** Entry of the user's index for this session. `undefined` if another writer stored the session. */
  entry: LoginEntry | undefined;
}

/** Reads sessions with their user, creation time and expiry. */
export class SessionReader<T extends object> {
  /** Returns the user of data that a caller writes. Throws the error that `userIdOf` throws. */
  readonly userOf: (data: T) => string | undefined;
  readonly #records: SessionStore<T>;
  readonly #absoluteTimeoutMs: number;
  readonly #clock: Clock;

  constructor(records: SessionStore<T>, options: UserOptions<T>, clock: Clock) {
    this.userOf = userReader(options);
    this.#records = records;
    this.#absoluteTimeoutMs = options.absoluteTimeoutMs ?? Infinity;
    this.#clock = clock;
  }

  /** Reads a session. Returns undefined also if its absolute timeout has passed. */
  async read(storageId: string): Promise<StoredSession<T> | undefined> {
    const record = await this.#records.get(storageId);
    if (record === undefined) return undefined;
    const session = this.parse(storageId, record);
    if (session.record.expiresAt > this.#clock.now()) return session;
    // Another writer, which does not know the absolute timeout, has extended the expiry. The session counts as
    // missing even if it cannot be destroyed now.
    await this.#records.destroy(storageId).catch(() => false);
    return undefined;
  }

  /** Converts a stored record to a session. */
  parse(storageId: string, stored: SessionRecord<T>): StoredSession<T> {
    const record = withoutTracking(stored);
    const { createdAt, login } = trackingOf(stored.data);
    if (createdAt !== undefined) record.expiresAt = this.capExpiry(record.expiresAt, createdAt);
    const user = this.userOfStored(record.data);
    const entry = user === undefined || login === undefined ? undefined : { user, storageId, login };
    return { record, user, login, entry };
  }

  /** Caps `expiresAt` at `createdAt + absoluteTimeoutMs`. */
  capExpiry(expiresAt: number, createdAt: number): number {
    const { now, monotonic } = this.#clock;
    const leftMs = createdAt + this.#absoluteTimeoutMs - monotonic();
    return Math.min(expiresAt, now() + Math.min(leftMs, this.#absoluteTimeoutMs));
  }

  /**
   * Returns the user of stored data. If `userIdOf` throws, for example on a session of another application, the
   * session counts as anonymous, so that other sessions can still be listed and destroyed.
   */
  userOfStored(data: T): string | undefined {
    try {
      return this.userOf(data);
    } catch (error) {
      publish("user-unknown", { error: error instanceof Error ? error.name : typeof error });
      return undefined;
    }
  }
}

/** True if a session still belongs to the user and the login of this entry. */
export function belongsTo<T extends object>(
  session: StoredSession<T> | undefined,
  { user, login }: LoginEntry,
): boolean {
  if (session?.user !== user) return false;
  return session.entry === undefined || session.entry.login === login;
}
