import { isOutcomeUnknown, partiallyApplied } from "../errors.js";
import type { IndexedSessions } from "./indexed-sessions.js";
import type { SessionLimit } from "./session-limit.js";
import { type StoredSession, belongsTo } from "./session-reader.js";
import type { SessionReader } from "./session-reader.js";
import type { LoginEntry, UserIndex } from "./user-index.js";

/** The parts of a session write that concern its user. */
export interface UserChange<T extends object> {
  storageId: string;
  /** The session that the write replaces, if there is one. */
  current: StoredSession<T> | undefined;
  /** The user of the session after the write. */
  user: string | undefined;
  expiresAt: number;
}

/**
 * Writes a record with the number of its login. Resolves to `undefined` if the session is gone and nothing was
 * written.
 */
export type WriteRecord<V> = (login: number | undefined) => Promise<V | undefined>;

/** Keeps the users' indexes consistent with the records. */
export interface LoginTracker<T extends object> {
  /** Writes a record and updates the indexes of its old and its new user. */
  write<V>(change: UserChange<T>, write: WriteRecord<V>): Promise<V | undefined>;
}

/** Tracker of a store without `userIdOf`, which has no index. */
export const NO_LOGINS: LoginTracker<never> = { write: (_change, write) => write(undefined) };

/**
 * Tracker of a store with `userIdOf`. Index and record may be on different nodes, so no single step can change both.
 * Instead, the order of the steps guarantees the following, even if the process stops between two steps:
 *
 * - A login adds an entry, writes the record, and then confirms that the entry still exists. If the entry is missing,
 *   the session was destroyed meanwhile, and the login destroys the record that it wrote.
 * - An entry is removed only by its own login if that fails, after its session has ended or changed its user, or if
 *   the entry is old and has no session. So each session is in its user's index as long as it exists.
 * - A confirmed login above the limit destroys the user's oldest sessions. It does not count logins in progress,
 *   which count all others when they are confirmed. A failed login destroys nothing.
 */
export class Logins<T extends object> implements LoginTracker<T> {
  readonly #index: UserIndex;
  readonly #reader: SessionReader<T>;
  readonly #sessions: IndexedSessions<T>;
  readonly #limit: SessionLimit<T>;

  constructor(
    index: UserIndex,
    reader: SessionReader<T>,
    sessions: IndexedSessions<T>,
    limit: SessionLimit<T>,
  ) {
    this.#index = index;
    this.#reader = reader;
    this.#sessions = sessions;
    this.#limit = limit;
  }

  async write<V>(change: UserChange<T>, write: WriteRecord<V>): Promise<V | undefined> {
    const before = change.current?.entry;
    if (before !== undefined && before.user === change.user) return this.#goOn(before, change, write);
    if (change.user !== undefined) return this.#logIn(change.user, change, write);
    const written = await write(undefined);
    await this.#sessions.forget(before);
    return written;
  }

  /** Writes a session that keeps its user, and extends the expiry of its entry. */
  async #goOn<V>(
    entry: LoginEntry,
    { expiresAt }: UserChange<T>,
    write: WriteRecord<V>,
  ): Promise<V | undefined> {
    if (!(await this.#index.extend(entry, expiresAt))) await this.#restore(entry, expiresAt);
    const written = await write(entry.login);
    if (written === undefined) await this.#sessions.forget(entry);
    return written;
  }

  /** Adds an entry again that the index has lost, unless its session has ended. */
  async #restore(entry: LoginEntry, expiresAt: number): Promise<void> {
    await this.#index.restore(entry, expiresAt);
    const session = await this.#reader.read(entry.storageId);
    if (session === undefined || !belongsTo(session, entry)) await this.#sessions.forget(entry);
  }

  /** Writes a session that gets a new user. */
  async #logIn<V>(
    user: string,
    { storageId, current, expiresAt }: UserChange<T>,
    write: WriteRecord<V>,
  ): Promise<V | undefined> {
    // A session that another writer stored for this user is only added to the index. It is not a login.
    const isLogin = current?.user !== user;
    const entry = isLogin
      ? await this.#limit.admit(user, storageId, expiresAt)
      : (await this.#index.add(user, storageId, expiresAt))!;
    let written: V | undefined;
    try {
      written = await write(entry.login);
    } catch (error) {
      if (!isOutcomeUnknown(error)) await this.#sessions.forget(entry);
      throw error;
    }
    if (written === undefined) await this.#sessions.forget(entry);
    else {
      await this.#sessions.forget(current?.entry);
      await this.#confirm(entry, isLogin);
    }
    return written;
  }

  /**
   * Confirms a login and enforces the limit. The record is already written, so an error gets the outcome `"unknown"`.
   */
  async #confirm(entry: LoginEntry, isLogin: boolean): Promise<void> {
    try {
      const count = await this.#index.confirm(entry);
      if (count === undefined) await this.#sessions.end(entry);
      else if (isLogin) await this.#limit.enforce(entry.user, count);
    } catch (error) {
      throw partiallyApplied(error);
    }
  }
}
