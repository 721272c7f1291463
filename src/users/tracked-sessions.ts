import { assertExpiresAt } from "../codec/payload.js";
import { SessionConflictError, hasCode } from "../errors.js";
import type { Clock } from "../internal/clock.js";
import { loopNow } from "../internal/loop-clock.js";
import { retryConflicts } from "../internal/retry-conflicts.js";
import { assertSessionId } from "../session-id.js";
import type { CreateOptions, SessionEntry, SessionRecord, SessionStore, UpdateOptions } from "../store.js";
import type { LoginTracker } from "./logins.js";
import type { SessionCalls } from "./ordered-calls.js";
import type { SessionReader, StoredSession } from "./session-reader.js";
import { withTracking } from "./tracking.js";

/** Parts of a store that `TrackedSessions` uses. */
export interface TrackedSessionsParts<T extends object> {
  records: SessionStore<T>;
  reader: SessionReader<T>;
  logins: LoginTracker<T>;
  /** True if every update has to be a compare-and-set, since the index must know whose session it replaces. */
  compares: boolean;
  clock: Clock;
  timeoutMs: number;
  destroy: (storageId: string) => Promise<boolean>;
}

/** New content of a session, and its user. */
interface Change<T extends object> {
  entry: SessionEntry<T>;
  user: string | undefined;
  /** Creation time if this write is a login. Undefined for the current time. */
  createdAt?: number | undefined;
}

/**
 * Adds creation time and user to sessions. Every write reads the session first: its creation time limits the expiry,
 * and its user determines the index to update.
 */
export class TrackedSessions<T extends object> implements SessionCalls<T> {
  readonly #parts: TrackedSessionsParts<T>;

  constructor(parts: TrackedSessionsParts<T>) {
    this.#parts = parts;
  }

  async get(storageId: string): Promise<SessionRecord<T> | undefined> {
    return (await this.#parts.reader.read(storageId))?.record;
  }

  async create(
    storageId: string,
    entry: SessionEntry<T>,
    { replaces }: CreateOptions<T> = {},
  ): Promise<string> {
    assertSessionId(storageId);
    const { records, reader, clock } = this.#parts;
    const user = reader.userOf(entry.data);
    const createdAt = this.#createdAtOf(replaces, user) ?? clock.monotonic();
    const version = await this.#write(storageId, undefined, { entry, user }, createdAt, (tracked) =>
      records.create(storageId, tracked),
    );
    return version!;
  }

  async update(
    storageId: string,
    entry: SessionEntry<T>,
    { ifVersion, replaces }: UpdateOptions = {},
  ): Promise<string | undefined> {
    const change = () => {
      const user = this.#parts.reader.userOf(entry.data);
      return { entry, user, createdAt: this.#createdAtOf(replaces as CreateOptions<T>["replaces"], user) };
    };
    return this.#update(storageId, change, ifVersion);
  }

  async touch(storageId: string, entry: SessionEntry<T>, options: UpdateOptions = {}): Promise<boolean> {
    assertExpiresAt(entry);
    const { records, reader, logins } = this.#parts;
    const current = await reader.read(storageId);
    if (current === undefined) return false;
    const { record, user } = current;
    assertVersion(record, options.ifVersion);
    if (record.createdAt === undefined || user !== current.entry?.user) {
      return this.#track(storageId, entry.expiresAt, options.ifVersion);
    }
    const expiresAt = Math.max(record.expiresAt, reader.capExpiry(entry.expiresAt, record.createdAt));
    const touch = () => records.touch(storageId, { data: record.data, expiresAt }, options);
    const touched = await logins.write({ storageId, current, user, expiresAt }, async () =>
      (await this.#parsingConflicts(storageId, touch)) ? true : undefined,
    );
    return touched === true;
  }

  destroy(storageId: string): Promise<boolean> {
    return this.#parts.destroy(storageId);
  }

  /** Returns the creation time of the replaced session. Returns undefined if it belongs to another user. */
  #createdAtOf(replaces: CreateOptions<T>["replaces"], user: string | undefined): number | undefined {
    if (replaces?.createdAt === undefined) return undefined;
    const { reader, clock } = this.#parts;
    return reader.userOfStored(replaces.data) === user
      ? Math.min(replaces.createdAt, clock.monotonic())
      : undefined;
  }

  /** Extends the expiry of a session that another writer stored, and stores its creation time and user. */
  async #track(storageId: string, expiresAt: number, ifVersion: string | undefined): Promise<boolean> {
    const change = ({ record, user }: StoredSession<T>) => ({
      entry: { data: record.data, expiresAt: Math.max(record.expiresAt, expiresAt) },
      user,
    });
    return (await this.#update(storageId, change, ifVersion, true)) !== undefined;
  }

  /**
   * Updates a session, with a compare-and-set if it is requested or required. Without `ifVersion`, it retries after a
   * conflict, and writes without a comparison if the store forbids scripts.
   */
  async #update(
    storageId: string,
    change: (current: StoredSession<T>) => Change<T>,
    ifVersion: string | undefined,
    compares = this.#parts.compares,
  ): Promise<string | undefined> {
    if (ifVersion !== undefined || !compares) return this.#updateOnce(storageId, change, ifVersion, compares);
    try {
      return await retryConflicts(() => this.#updateOnce(storageId, change, undefined, true), {
        deadline: loopNow() + this.#parts.timeoutMs,
      });
    } catch (error) {
      if (!hasCode(error, "ERR_SCRIPTS_FORBIDDEN")) throw error;
      return this.#updateOnce(storageId, change, undefined, false);
    }
  }

  async #updateOnce(
    storageId: string,
    change: (current: StoredSession<T>) => Change<T>,
    ifVersion: string | undefined,
    compares: boolean,
  ): Promise<string | undefined> {
    const { records, reader, clock } = this.#parts;
    const current = await reader.read(storageId);
    if (current === undefined) return undefined;
    const { record } = current;
    assertVersion(record, ifVersion);
    const changed = change(current);
    const isLogin = changed.user !== undefined && changed.user !== current.user;
    const createdAt = (isLogin ? changed.createdAt : record.createdAt) ?? clock.monotonic();
    const expected = compares ? record.version : ifVersion;
    const options = expected === undefined ? {} : { ifVersion: expected };
    return this.#write(storageId, current, changed, createdAt, (tracked) =>
      this.#parsingConflicts(storageId, () => records.update(storageId, tracked, options)),
    );
  }

  /** Writes a session that replaces the current one. */
  #write(
    storageId: string,
    current: StoredSession<T> | undefined,
    { entry, user }: Change<T>,
    createdAt: number,
    write: (tracked: SessionEntry<T>) => Promise<string | undefined>,
  ): Promise<string | undefined> {
    const { reader, logins, clock } = this.#parts;
    const expiresAt = reader.capExpiry(entry.expiresAt, createdAt);
    // An expired session has no user.
    const owner = expiresAt > clock.now() ? user : undefined;
    return logins.write({ storageId, current, user: owner, expiresAt }, (login) =>
      write({ data: withTracking(entry.data, { createdAt, login }), expiresAt }),
    );
  }

  /** Runs a write, and removes the tracking fields from the record of its SessionConflictError. */
  async #parsingConflicts<R>(storageId: string, write: () => Promise<R>): Promise<R> {
    try {
      return await write();
    } catch (error) {
      if (!hasCode(error, "ERR_SESSION_CONFLICT") || error.current === undefined) throw error;
      const current = error.current as SessionRecord<T>;
      throw new SessionConflictError(this.#parts.reader.parse(storageId, current).record);
    }
  }
}

function assertVersion<T extends object>(record: SessionRecord<T>, ifVersion: string | undefined): void {
  if (ifVersion !== undefined && ifVersion !== record.version) throw new SessionConflictError(record);
}
