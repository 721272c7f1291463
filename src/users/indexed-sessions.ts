import { MIN_EXPIRES_AT } from "../codec/payload.js";
import { hasCode } from "../errors.js";
import { isSessionId } from "../session-id.js";
import type { SessionStore } from "../store.js";
import type { Clock } from "../internal/clock.js";
import { loopNow } from "../internal/loop-clock.js";
import { retryConflicts } from "../internal/retry-conflicts.js";
import { type SessionReader, type StoredSession, belongsTo } from "./session-reader.js";
import type { LoginEntry, UserIndex } from "./user-index.js";

/** Minimum age at which an entry without a session is removed. A younger entry may belong to a login in progress. */
const LOGIN_MS = 60_000;

/** An expiry in the past that every store accepts. */
const EXPIRED = MIN_EXPIRES_AT;

/** An index entry and its session. */
export interface LiveSession<T extends object> {
  entry: LoginEntry;
  session: StoredSession<T>;
}

/** Returns true if a session, as it was read, has to be destroyed. */
type Condition<T extends object> = (session: StoredSession<T>) => boolean;

/** Reads and destroys the sessions of index entries, and removes entries without a session. */
export class IndexedSessions<T extends object> {
  readonly #records: SessionStore<T>;
  readonly #reader: SessionReader<T>;
  readonly #index: UserIndex;
  readonly #clock: Clock;
  readonly #timeoutMs: number;

  constructor(
    records: SessionStore<T>,
    reader: SessionReader<T>,
    index: UserIndex,
    { clock, timeoutMs }: { clock: Clock; timeoutMs: number },
  ) {
    this.#records = records;
    this.#reader = reader;
    this.#index = index;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  /** Returns the sessions of one user's entries, in the same order. Removes old entries without a session. */
  async live(entries: LoginEntry[]): Promise<LiveSession<T>[]> {
    const sessions = await Promise.all(entries.map(({ storageId }) => this.#reader.read(storageId)));
    const live = new Map<string, LiveSession<T>>();
    const orphans: LoginEntry[] = [];
    for (const [i, entry] of entries.entries()) {
      const session = sessions[i];
      if (session === undefined || !belongsTo(session, entry) || live.has(entry.storageId))
        orphans.push(entry);
      else live.set(entry.storageId, { entry, session });
    }
    await Promise.all(orphans.map((entry) => this.#removeOrphan(entry)));
    return [...live.values()];
  }

  /**
   * Destroys the session of an entry.
   * @param condition By default, the session must still belong to the user of the entry. If `userIdOf` throws on the
   *   session, it must have the login number of the entry.
   * @returns true if it was destroyed.
   */
  async end(
    entry: LoginEntry,
    condition: Condition<T> = ({ user, login }) =>
      user === entry.user || (user === undefined && login === entry.login),
  ): Promise<boolean> {
    const { ended, found } = await this.#end(entry.storageId, condition);
    if (found?.login !== entry.login) await (ended ? this.forget(entry) : this.#removeOrphan(entry));
    return ended;
  }

  /** Destroys a session of any user. @returns true if it existed. */
  async destroy(storageId: string): Promise<boolean> {
    return (await this.#end(storageId)).ended;
  }

  /** Removes an entry whose session is gone. Ignores a failure: a later call removes the orphaned entry. */
  async forget(entry: LoginEntry | undefined): Promise<void> {
    if (entry !== undefined) await this.#index.remove(entry).catch(() => {});
  }

  async clear(): Promise<void> {
    await this.#records.clear();
    await this.#index.clear();
    // A login that has not written its record yet finds its entry missing, and destroys the record itself. All other
    // logins have already written their records.
    await this.#records.clear();
  }

  /** Destroys a session, and removes its entry. */
  async #end(storageId: string, condition?: Condition<T>): Promise<{ ended: boolean; found?: LoginEntry }> {
    let found: LoginEntry | undefined;
    /** Destroys the session only if it is still as it was read, so that the right entry is removed. */
    const endWhatIsRead = async () => {
      found = undefined;
      const session = await this.#readOrFind(storageId);
      if (session === "missing") return false;
      if (session === "unreadable") return this.#records.destroy(storageId);
      if (condition !== undefined && !condition(session)) return false;
      found = session.entry;
      const { version } = session.record;
      const tombstone = { data: {} as T, expiresAt: EXPIRED };
      return (await this.#records.update(storageId, tombstone, { ifVersion: version })) !== undefined;
    };
    let ended: boolean;
    try {
      ended = await retryConflicts(endWhatIsRead, { deadline: loopNow() + this.#timeoutMs });
    } catch (error) {
      if (!prefersDestroy(error, condition !== undefined)) throw error;
      ended = await this.#records.destroy(storageId);
    }
    await this.forget(found);
    return { ended, ...(found !== undefined && { found }) };
  }

  /** Reads a session. Distinguishes a session that cannot be decoded from one that does not exist. */
  async #readOrFind(storageId: string): Promise<StoredSession<T> | "missing" | "unreadable"> {
    const session = await this.#reader.read(storageId);
    if (session !== undefined) return session;
    if (!(await this.#isTaken(storageId))) return "missing";
    return (await this.#reader.read(storageId)) ?? "unreadable"; // the session may have been created meanwhile
  }

  async #isTaken(storageId: string): Promise<boolean> {
    if (!isSessionId(storageId)) return false;
    try {
      await this.#records.create(storageId, { data: {} as T, expiresAt: EXPIRED });
      return false;
    } catch (error) {
      if (hasCode(error, "ERR_SESSION_EXISTS")) return true;
      throw error;
    }
  }

  /** Removes an entry without a session, unless it may belong to a login in progress. */
  async #removeOrphan(entry: LoginEntry): Promise<void> {
    if (entry.login / 1_000 < this.#clock.monotonic() - LOGIN_MS) await this.forget(entry);
  }
}

/**
 * True if a session that could not be compared has to be destroyed without a comparison: an orphaned entry is better
 * than a failed logout. False after a conflict with a condition, since the session may now belong to another user.
 */
function prefersDestroy(error: unknown, isConditional: boolean): boolean {
  if (hasCode(error, "ERR_SESSION_CONFLICT")) return !isConditional;
  return !hasCode(error, "ERR_STORE_UNAVAILABLE") && !hasCode(error, "ERR_STORE_CLOSED");
}
