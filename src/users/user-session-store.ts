/**
 * What a store that knows users keeps, beside the contract in store.ts; `userConformance` of
 * `sessionary/conformance` has one test for each sentence.
 *
 * Users
 * - `listByUser` gives each live session of the user, the oldest first, with a handle that is no id.
 * - `destroyByUser` ends every session that the user had when it was called, but for `exceptId`, and tells how many.
 * - `destroyByHandle` ends one session of that user, and no other user's.
 * - A session that changes its user moves from one user's list to the other's.
 * - Logins that race all appear, and none that was there before outlives a `destroyByUser` among them.
 * - Logins on sessions that are there, and logins that meet a `clear`, are ended or listed, too.
 * - Of logins that race for one session or one id, the one that holds is listed.
 * - Updates without `ifVersion` meet no conflict, however many race.
 * - With `maxPerUser` the oldest sessions of a user end, however many logins race.
 * - With `overflow: "reject"` a login above `maxPerUser` fails with `SessionLimitError`, and writes nothing.
 * - A session that ended or went to another user takes no place under `maxPerUser`, whatever raced with that.
 * - A login that fails ends no other session.
 * - With `absoluteTimeoutMs` no write and no touch carries a session past its creation plus that.
 * - What is kept to track a session shows in no record.
 */

import { SessionExistsError } from "../errors.js";
import { snapshotOf } from "../codec/payload.js";
import type { SessionData, SessionEntry, SessionRecord, SessionStore, UpdateOptions } from "../store.js";
import type { Clock } from "../internal/clock.js";
import { Logins } from "./logins.js";
import { namesOf } from "./storage-ids.js";
import { type UserOptions, checkUserOptions } from "./options.js";
import { StoredSessions } from "./session-reader.js";
import { TrackedRecords } from "./tracked-records.js";
import type { UserIndex } from "./user-index.js";
import { type UserSession, UserSessions } from "./user-sessions.js";

export type { UserSession };

export interface DestroyByUserOptions {
  /** The id of a session that stays: the one that asks. */
  exceptId?: string;
  /**
   * Looks at every session of the store instead of the user's index: for when the index may have been
   * lost (evicted, deleted, or not restored with the sessions). It reads them all. @default false
   */
  scan?: boolean;
}

type Within = <R>(task: () => Promise<R>) => Promise<R>;

/**
 * A store over records: what a public store is, with the options that concern users. Without such an
 * option each call goes straight to the records.
 */
export class UserSessionStore<T extends object = SessionData> implements SessionStore<T> {
  readonly #records: SessionStore<T>;
  /** Without `userIdOf` there are none. */
  readonly #logins: Logins<T> | undefined;
  readonly #users: UserSessions<T> | undefined;
  readonly #kept: Pick<SessionStore<T>, "get" | "create" | "update" | "touch" | "destroy">;
  readonly #hashIds: boolean;
  /** Whether a call may take several steps: a write has to wait for others before it stores its entry. */
  readonly #waits: boolean;
  readonly #within: Within;

  /** @param within does the steps of one call in the time that the store has for a call. */
  protected constructor(
    records: SessionStore<T>,
    index: UserIndex,
    options: UserOptions<T>,
    clock: Clock,
    within: Within = (task) => task(),
  ) {
    const { userIdOf, absoluteTimeoutMs, hashIds = false } = checkUserOptions(options);
    const sessions = new StoredSessions(records, options, clock);
    if (userIdOf !== undefined) {
      this.#logins = new Logins(records, sessions, index, options, clock);
      this.#users = new UserSessions(records, sessions, this.#logins);
    }
    const tracks = userIdOf !== undefined || absoluteTimeoutMs !== undefined;
    this.#records = records;
    this.#kept = tracks ? new TrackedRecords(records, sessions, this.#logins, clock) : records;
    this.#waits = tracks || hashIds;
    this.#hashIds = hashIds;
    this.#within = within;
  }

  get(id: string): Promise<SessionRecord<T> | undefined> {
    return this.#waits ? this.#firstOf(id, (name) => this.#kept.get(name)) : this.#kept.get(id);
  }

  create(id: string, entry: SessionEntry<T>): Promise<string> {
    return this.#waits ? this.#within(() => this.#createLater(id, entry)) : this.#kept.create(id, entry);
  }

  update(id: string, entry: SessionEntry<T>, options?: UpdateOptions): Promise<string | undefined> {
    return this.#waits ? this.#updateLater(id, entry, options) : this.#kept.update(id, entry, options);
  }

  touch(id: string, entry: SessionEntry<T>, options?: UpdateOptions): Promise<boolean> {
    if (!this.#waits) return this.#kept.touch(id, entry, options);
    const now = { ...entry };
    return this.#firstOf(id, (name) => this.#kept.touch(name, now, options));
  }

  destroy(id: string): Promise<boolean> {
    return this.#waits ? this.#firstOf(id, (name) => this.#kept.destroy(name)) : this.#kept.destroy(id);
  }

  /** With `hashIds` these are the digests that stand for the ids. */
  ids(): AsyncIterable<string> {
    return this.#records.ids();
  }

  count(): Promise<number> {
    return this.#records.count();
  }

  clear(): Promise<void> {
    return (this.#logins ?? this.#records).clear();
  }

  async ping(): Promise<void> {
    await this.#records.ping?.();
  }

  close(): Promise<void> {
    return this.#records.close();
  }

  /**
   * The user's live sessions, the oldest first.
   * @throws TypeError when the store has no `userIdOf`.
   */
  async listByUser(userId: string): Promise<UserSession<T>[]> {
    return this.#usersFor("listByUser", userId).list(userId);
  }

  /**
   * Ends the user's sessions: all that were there when this was called, and maybe later ones.
   * @returns how many ended.
   * @throws TypeError when the store has no `userIdOf`; a rejection of another kind means that some may
   * be left: call again.
   */
  async destroyByUser(
    userId: string,
    { exceptId, scan = false }: DestroyByUserOptions = {},
  ): Promise<number> {
    const except = exceptId === undefined ? [] : namesOf(exceptId, this.#hashIds);
    return this.#usersFor("destroyByUser", userId).end(userId, except, scan);
  }

  /**
   * Ends one of the user's sessions, by the handle that `listByUser` gives.
   * @returns whether there was one; another user's handle is not.
   * @throws TypeError when the store has no `userIdOf`.
   */
  async destroyByHandle(userId: string, handle: string): Promise<boolean> {
    const users = this.#usersFor("destroyByHandle", userId);
    return this.#within(() => users.endOne(userId, handle));
  }

  async #createLater(id: string, entry: SessionEntry<T>): Promise<string> {
    const now = snapshotOf(entry);
    const [name, ...old] = namesOf(id, this.#hashIds);
    for (const each of old) if ((await this.#kept.get(each)) !== undefined) throw new SessionExistsError();
    return this.#kept.create(name, now);
  }

  async #updateLater(
    id: string,
    entry: SessionEntry<T>,
    options?: UpdateOptions,
  ): Promise<string | undefined> {
    const now = snapshotOf(entry);
    return this.#firstOf(id, (name) => this.#kept.update(name, now, options));
  }

  #usersFor(method: string, userId: string): UserSessions<T> {
    if (this.#users === undefined) throw new TypeError(`${method} takes a store with the option userIdOf`);
    if (typeof userId !== "string" || userId === "")
      throw new TypeError("userId must be a string that is not empty");
    return this.#users;
  }

  /** Asks for the first name that a session may have, and for the old one when there is none. */
  #firstOf<R>(id: string, ask: (name: string) => Promise<R>): Promise<R> {
    return this.#within(async () => {
      const [name, ...old] = namesOf(id, this.#hashIds);
      let answer = await ask(name);
      for (const each of old) {
        if (answer !== undefined && answer !== false) break;
        answer = await ask(each);
      }
      return answer;
    });
  }
}
