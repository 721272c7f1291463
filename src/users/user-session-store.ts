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
 * - With `maxPerUser` the oldest sessions of a user end, however many logins race.
 * - With `overflow: "reject"` a login above `maxPerUser` fails with `SessionLimitError`, and writes nothing.
 * - With `absoluteTimeoutMs` no write and no touch carries a session past its creation plus that.
 * - What is kept to track a session shows in no record.
 */

import { SessionExistsError } from "../errors.js";
import { snapshotOf } from "../payload.js";
import type { SessionData, SessionEntry, SessionRecord, SessionStore, UpdateOptions } from "../store.js";
import { handleOf, namesOf } from "./names.js";
import { type UserOptions, checkUserOptions } from "./options.js";
import { TrackedRecords } from "./tracked-records.js";
import type { Member, UserIndex } from "./user-index.js";

/** A session, as its user may see it. */
export interface UserSession<T extends SessionData = SessionData> {
  /** Tells sessions apart, and is of no use as an id. */
  handle: string;
  /** Epoch milliseconds. */
  createdAt: number;
  /** Epoch milliseconds. */
  expiresAt: number;
  data: T;
}

export interface DestroyByUserOptions {
  /** The id of a session that stays: the one that asks. */
  exceptId?: string;
  /**
   * Looks at every session of the store instead of the user's index: for when the index may have been
   * lost (evicted, deleted, or not restored with the sessions). It reads them all. @default false
   */
  scan?: boolean;
}

/** How many sessions are read or ended at a time. */
const BATCH = 100;

/**
 * A store over records: what a public store is, with the options that concern users. Without such an
 * option each call goes straight to the records.
 */
export class UserSessionStore<T extends SessionData = SessionData> implements SessionStore<T> {
  readonly #records: SessionStore<T>;
  readonly #index: UserIndex;
  readonly #tracked: TrackedRecords<T>;
  readonly #kept: Pick<SessionStore<T>, "get" | "create" | "update" | "touch" | "destroy">;
  readonly #hashIds: boolean;
  /** Whether a write may have to wait for another call before it stores its entry. */
  readonly #waits: boolean;
  readonly #hasIndex: boolean;

  protected constructor(
    records: SessionStore<T>,
    index: UserIndex,
    options: UserOptions<T>,
    now: () => number,
  ) {
    const { userIdOf, absoluteTimeoutMs, hashIds = false } = checkUserOptions(options);
    this.#records = records;
    this.#index = index;
    this.#tracked = new TrackedRecords(records, index, options, now);
    const tracks = userIdOf !== undefined || absoluteTimeoutMs !== undefined;
    this.#kept = tracks ? this.#tracked : records;
    this.#waits = tracks || hashIds;
    this.#hashIds = hashIds;
    this.#hasIndex = userIdOf !== undefined;
  }

  get(id: string): Promise<SessionRecord<T> | undefined> {
    return this.#hashIds ? this.#firstOf(id, (name) => this.#kept.get(name)) : this.#kept.get(id);
  }

  create(id: string, entry: SessionEntry<T>): Promise<string> {
    return this.#waits ? this.#createLater(id, entry) : this.#kept.create(id, entry);
  }

  update(id: string, entry: SessionEntry<T>, options?: UpdateOptions): Promise<string | undefined> {
    return this.#waits ? this.#updateLater(id, entry, options) : this.#kept.update(id, entry, options);
  }

  touch(id: string, entry: SessionEntry<T>): Promise<boolean> {
    if (!this.#waits) return this.#kept.touch(id, entry);
    const now = { ...entry };
    return this.#firstOf(id, (name) => this.#kept.touch(name, now));
  }

  destroy(id: string): Promise<boolean> {
    return this.#firstOf(id, (name) => this.#kept.destroy(name));
  }

  /** With `hashIds` these are the digests that stand for the ids. */
  ids(): AsyncIterable<string> {
    return this.#records.ids();
  }

  count(): Promise<number> {
    return this.#records.count();
  }

  async clear(): Promise<void> {
    await this.#records.clear();
    if (this.#hasIndex) await this.#index.clear();
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
    const sessions: UserSession<T>[] = [];
    for (const members of batches(await this.#membersOf("listByUser", userId))) {
      const found = await Promise.all(members.map(({ name }) => this.#tracked.read(name)));
      found.forEach((each, i) => {
        const { name, createdAt } = members[i] as Member;
        if (each?.user === userId) {
          const { data, expiresAt } = each.record;
          sessions.push({ handle: handleOf(name), createdAt: each.createdAt ?? createdAt, expiresAt, data });
        }
      });
    }
    return sessions;
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
    const members = await this.#membersOf("destroyByUser", userId);
    const except: string[] = exceptId === undefined ? [] : namesOf(exceptId, this.#hashIds);
    let ended = 0;
    const end = async (some: Member[]) => {
      const others = some.filter(({ name }) => !except.includes(name));
      const results = await Promise.all(others.map((member) => this.#tracked.end(userId, member)));
      ended += results.filter(Boolean).length;
    };
    for (const some of batches(members)) await end(some);
    if (scan) for await (const some of this.#allOf(userId)) await end(some);
    return ended;
  }

  /**
   * Ends one of the user's sessions, by the handle that `listByUser` gives.
   * @returns whether there was one; another user's handle is not.
   * @throws TypeError when the store has no `userIdOf`.
   */
  async destroyByHandle(userId: string, handle: string): Promise<boolean> {
    const members = await this.#membersOf("destroyByHandle", userId);
    const member = members.find(({ name }) => handleOf(name) === handle);
    return member !== undefined && this.#tracked.end(userId, member);
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

  async #membersOf(method: string, userId: string): Promise<Member[]> {
    if (!this.#hasIndex) throw new TypeError(`${method} takes a store with the option userIdOf`);
    if (typeof userId !== "string" || userId === "")
      throw new TypeError("userId must be a string that is not empty");
    return this.#index.list(userId);
  }

  async *#allOf(userId: string): AsyncGenerator<Member[]> {
    for await (const name of this.#records.ids()) {
      const found = await this.#tracked.read(name);
      if (found?.user === userId) yield [{ name, createdAt: found.createdAt ?? 0 }];
    }
  }

  /** Asks for the first name that a session may have, and for the old one when there is none. */
  async #firstOf<R>(id: string, ask: (name: string) => Promise<R>): Promise<R> {
    const [name, ...old] = namesOf(id, this.#hashIds);
    let answer = await ask(name);
    for (const each of old) {
      if (answer !== undefined && answer !== false) break;
      answer = await ask(each);
    }
    return answer;
  }
}

function* batches<M>(all: M[]): Generator<M[]> {
  for (let start = 0; start < all.length; start += BATCH) yield all.slice(start, start + BATCH);
}
