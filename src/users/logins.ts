import { isOutcomeUnknown, partiallyApplied } from "../errors.js";
import type { IndexedSessions } from "./indexed-sessions.js";
import type { SessionLimit } from "./session-limit.js";
import { type StoredSession, belongsTo } from "./session-reader.js";
import type { SessionReader } from "./session-reader.js";
import type { LoginEntry, UserIndex } from "./user-index.js";

/** A write of a session, as far as its user is concerned. */
export interface UserChange<T extends object> {
  storageId: string;
  /** The session that is overwritten, if there is one. */
  current: StoredSession<T> | undefined;
  /** The session's user from now on. */
  user: string | undefined;
  expiresAt: number;
}

/**
 * Writes a record with the number of its login. Resolves to `undefined` if the session is gone, and nothing was
 * written.
 */
export type WriteRecord<V> = (login: number | undefined) => Promise<V | undefined>;

/** Keeps the users' indexes in step with the records. */
export interface LoginTracker<T extends object> {
  /** Writes a record, and changes the indexes of the users that it concerns. */
  write<V>(change: UserChange<T>, write: WriteRecord<V>): Promise<V | undefined>;
}

/** Tracker of a store without `userIdOf`, which has no index. */
export const NO_LOGINS: LoginTracker<never> = { write: (_change, write) => write(undefined) };

/**
 * Tracker of a store with `userIdOf`. Index and record may be on different nodes, so no step changes both. This holds
 * instead, wherever a process stops:
 *
 * - A login adds an entry, writes the record, and then confirms that the entry is still there. If it is not, the
 *   session was destroyed meanwhile, and the login destroys what it wrote.
 * - An entry is removed by the login that failed, after its session has ended or has changed its user, or if it is
 *   old and has no session. So each session is in its user's index for as long as it exists.
 * - A login above the limit destroys the oldest sessions after it is confirmed. Logins in progress are not counted:
 *   they see all others when they are confirmed themselves. A login that fails destroys nothing.
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

  /** Writes a session that stays its user's, and lets its entry expire with it. */
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

  /** Adds an entry that the index has lost, unless its session has ended. */
  async #restore(entry: LoginEntry, expiresAt: number): Promise<void> {
    await this.#index.restore(entry, expiresAt);
    const session = await this.#reader.read(entry.storageId);
    if (session === undefined || !belongsTo(session, entry)) await this.#sessions.forget(entry);
  }

  /** Writes a session that becomes this user's. */
  async #logIn<V>(
    user: string,
    { storageId, current, expiresAt }: UserChange<T>,
    write: WriteRecord<V>,
  ): Promise<V | undefined> {
    // Another writer's session that is the user's already is added to the index, and is no login.
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

  /** Checks that a login still counts. The record is written by now, so an error leaves an unknown outcome. */
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
