/**
 * Rules of a store with user options, in addition to the contract in store.ts. `userConformance` of
 * `sessionary/conformance` has one test for each sentence.
 *
 * Users
 * - `listByUser` returns each live session of the user, the oldest first, with a handle that is not valid as an id.
 * - `destroyByUser` destroys every session that the user had when it was called, except the one of `exceptId` or
 *   `exceptHandle`, and returns the number of destroyed sessions.
 * - `destroyByHandle` destroys one session of that user, never one of another user.
 * - A user id may be a string, a number or a bigint; `1`, `1n` and `"1"` are the same user.
 * - `userIdOf` receives only session data, without the fields that the store adds, and is not called for a session
 *   that has ended.
 * - A stored session on which `userIdOf` throws counts as anonymous: it can be read and destroyed, and
 *   `destroyByUser` does not fail because of it.
 * - A session that changes its user moves from one user's list to the other's.
 * - Concurrent logins are all listed, and a concurrent `destroyByUser` destroys every session that existed before.
 * - A login on an existing session, and a login concurrent with `clear`, is either destroyed or listed.
 * - Of several concurrent logins on one session or one id, the stored one is listed.
 * - Calls on one session take effect in the order in which they are made, even if the caller does not wait for each,
 *   also in the lists.
 * - Concurrent updates without `ifVersion` are never rejected with a conflict.
 * - With `maxPerUser` the oldest sessions of a user are destroyed, also after concurrent logins.
 * - With `onLimit: "reject"` a login above `maxPerUser` is rejected with `SessionLimitError`, and writes nothing.
 * - A session that has ended or now belongs to another user does not count for `maxPerUser`, also after concurrent
 *   calls.
 * - A login that fails destroys no other session.
 * - With `absoluteTimeoutMs` neither a write nor a touch extends a session beyond its `createdAt` plus that timeout.
 * - A login starts a new lifetime; `replaces` continues the lifetime of a session of the same user.
 * - The data of a record does not include the fields that the store adds to track a session.
 */

import { StoreBase } from "../internal/store-base.js";
import { knownOptions } from "../internal/validation.js";
import type {
  CreateOptions,
  SessionData,
  SessionEntry,
  SessionRecord,
  SessionStore,
  UpdateOptions,
} from "../store.js";
import { returnsDecoded } from "../codec/known-text.js";
import { markHashed } from "./hash-ids.js";
import type { IndexedSessions } from "./indexed-sessions.js";
import { type UserId, type UserOptions, checkUserOptions, userIdText } from "./options.js";
import type { SessionCalls } from "./ordered-calls.js";
import { pingStore } from "./ping-store.js";
import { sessionHandle } from "./storage-ids.js";
import { type StoreInternals, userCalls } from "./user-calls.js";
import type { UserIndex } from "./user-index.js";
import type { UserSession, UserSessions } from "./user-sessions.js";

/** Options for `destroyByUser`. */
export interface DestroyByUserOptions {
  /** Id of a session to keep, usually the current session. */
  exceptId?: string;
  /** Handle of a session to keep, if its id is not known. */
  exceptHandle?: string;
  /**
   * True to also search all sessions of the store. Use it if the user's index may be lost: evicted, deleted, or not
   * restored with the sessions. It reads every session.
   * @default false
   */
  scan?: boolean;
}

/**
 * Store with the user options: the store that `createStore` or `withUsers` returns. Without such an option, it forwards
 * each call to the records.
 */
export class UserSessionStore<T extends object = SessionData> extends StoreBase implements SessionStore<T> {
  readonly #records: SessionStore<T>;
  readonly #absoluteTimeoutMs: number | undefined;
  readonly #calls: SessionCalls<T>;
  /** Undefined without `userIdOf`, like `#users`. */
  readonly #indexed: IndexedSessions<T> | undefined;
  readonly #users: UserSessions<T> | undefined;

  protected constructor(
    records: SessionStore<T>,
    index: UserIndex,
    options: UserOptions<T>,
    internals: StoreInternals = {},
  ) {
    super();
    returnsDecoded(UserSessionStore.prototype);
    const { absoluteTimeoutMs, hashIds = false } = checkUserOptions(options);
    this.#absoluteTimeoutMs = absoluteTimeoutMs;
    this.#records = records;
    const { calls, indexed, users } = userCalls(records, index, options, internals);
    this.#calls = calls;
    this.#indexed = indexed;
    this.#users = users;
    if (hashIds) markHashed(this);
  }

  /** Maximum duration of a call, in milliseconds. `undefined` if the store has no deadline. */
  get timeoutMs(): number | undefined {
    return this.#records.timeoutMs;
  }

  /** Value of the option `absoluteTimeoutMs`. */
  get absoluteTimeoutMs(): number | undefined {
    return this.#absoluteTimeoutMs;
  }

  get(id: string): Promise<SessionRecord<T> | undefined> {
    return this.#calls.get(id);
  }

  create(id: string, entry: SessionEntry<T>, options?: CreateOptions<T>): Promise<string> {
    return this.#calls.create(id, entry, options);
  }

  update(id: string, entry: SessionEntry<T>, options?: UpdateOptions): Promise<string | undefined> {
    return this.#calls.update(id, entry, options);
  }

  touch(id: string, entry: SessionEntry<T>, options?: UpdateOptions): Promise<boolean> {
    return this.#calls.touch(id, entry, options);
  }

  destroy(id: string): Promise<boolean> {
    return this.#calls.destroy(id);
  }

  /** Yields the id of every live session. With `hashIds` it yields digests. */
  ids(): AsyncIterable<string> {
    return this.#records.ids();
  }

  count(): Promise<number> {
    return this.#records.count();
  }

  clear(): Promise<void> {
    return (this.#indexed ?? this.#records).clear();
  }

  ping(): Promise<void> {
    return pingStore(this.#records);
  }

  close(): Promise<void> {
    return this.#records.close();
  }

  /**
   * Returns the user's live sessions, the oldest first.
   * @throws TypeError if the store has no `userIdOf`.
   */
  async listByUser(userId: UserId): Promise<UserSession<T>[]> {
    return this.#usersFor("listByUser").list(userIdText(userId));
  }

  /**
   * Destroys all sessions that the user had when it was called, and possibly later ones.
   * @returns the number of destroyed sessions.
   * @throws TypeError if the store has no `userIdOf`. After any other rejection some sessions may be left: call it
   *   again.
   */
  async destroyByUser(userId: UserId, options: DestroyByUserOptions = {}): Promise<number> {
    const users = this.#usersFor("destroyByUser");
    knownOptions("destroyByUser", options, ["exceptId", "exceptHandle", "scan"]);
    const { exceptId, exceptHandle, scan = false } = options;
    const exceptHandles = [exceptHandle, exceptId && sessionHandle(exceptId)];
    return users.end(userIdText(userId), exceptHandles, scan);
  }

  /**
   * Destroys one of the user's sessions, by the handle that `listByUser` returned.
   * @returns true if the user has a session with that handle.
   * @throws TypeError if the store has no `userIdOf`.
   */
  async destroyByHandle(userId: UserId, handle: string): Promise<boolean> {
    return this.#usersFor("destroyByHandle").endOne(userIdText(userId), handle);
  }

  #usersFor(method: string): UserSessions<T> {
    if (this.#users !== undefined) return this.#users;
    throw new TypeError(`${method} requires a store with the option userIdOf`);
  }
}
