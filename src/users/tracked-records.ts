import { SessionConflictError, SessionExistsError, SessionLimitError, hasCode } from "../errors.js";
import { assertExpiresAt } from "../payload.js";
import { assertSessionId } from "../session-id.js";
import type { SessionData, SessionEntry, SessionRecord, SessionStore, UpdateOptions } from "../store.js";
import { splitCreation, withCreation } from "./creation.js";
import type { UserOptions } from "./options.js";
import type { Cap, Member, UserIndex } from "./user-index.js";

/** A record with what is tracked of it. */
export interface Tracked<T extends SessionData> {
  record: SessionRecord<T>;
  createdAt: number | undefined;
  user: string | undefined;
}

/** A member without a record may be a login that is under way: it stays in the index for as long. */
const LOGIN_MS = 60_000;
const MAX_ATTEMPTS = 10;

/**
 * Records that know when they were created and whose they are. Every write reads first: the creation
 * time and the user of what is stored decide how long it may live, and which index has it.
 *
 * The index is written before a record, and cleaned after it: a crash between leaves a member without a
 * record, which is skipped, and never a record that no index has.
 */
export class TrackedRecords<T extends SessionData> {
  readonly #records: SessionStore<T>;
  readonly #index: UserIndex;
  readonly #userIdOf: (data: T) => string | undefined;
  readonly #cap: Cap | undefined;
  readonly #absoluteTimeoutMs: number;
  readonly #now: () => number;

  constructor(records: SessionStore<T>, index: UserIndex, options: UserOptions<T>, now: () => number) {
    const {
      userIdOf = () => undefined,
      maxPerUser,
      overflow = "destroy-oldest",
      absoluteTimeoutMs = Infinity,
    } = options;
    this.#records = records;
    this.#index = index;
    this.#userIdOf = (data) => userIdOf(data) || undefined;
    this.#cap = maxPerUser === undefined ? undefined : { max: maxPerUser, overflow };
    this.#absoluteTimeoutMs = absoluteTimeoutMs;
    this.#now = now;
  }

  async read(name: string): Promise<Tracked<T> | undefined> {
    const stored = await this.#records.get(name);
    if (stored === undefined) return undefined;
    const { record, createdAt } = splitCreation(stored);
    // Another writer, which knows nothing of the limit, may have moved the expiry past it.
    const end = createdAt === undefined ? Infinity : createdAt + this.#absoluteTimeoutMs;
    if (end <= this.#now()) {
      await this.#records.destroy(name);
      return undefined;
    }
    record.expiresAt = Math.min(record.expiresAt, end);
    return { record, createdAt, user: this.#userIdOf(record.data) };
  }

  async get(name: string): Promise<SessionRecord<T> | undefined> {
    return (await this.read(name))?.record;
  }

  async create(name: string, entry: SessionEntry<T>): Promise<string> {
    assertSessionId(name);
    const member = { name, createdAt: this.#now() };
    const user = this.#userIdOf(entry.data);
    const bounded = this.#bounded(entry, member.createdAt);
    if (user === undefined) return this.#records.create(name, bounded);
    // A login that fails must not have ended another session of its user.
    if ((await this.read(name)) !== undefined) throw new SessionExistsError();
    await this.#enter(user, member, bounded.expiresAt);
    try {
      const version = await this.#records.create(name, bounded);
      await this.#leaveIfEvicted(user, member);
      return version;
    } catch (error) {
      // After an outcome that is not known the record may be there: then the member has to stay.
      if (!mayBeThere(error)) await this.#index.remove(user, member);
      throw error;
    }
  }

  async update(
    name: string,
    entry: SessionEntry<T>,
    { ifVersion }: UpdateOptions = {},
  ): Promise<string | undefined> {
    for (let attempt = 1; ; attempt++) {
      const current = await this.read(name);
      if (current === undefined) return undefined;
      const { version } = current.record;
      if (ifVersion !== undefined && ifVersion !== version) throw new SessionConflictError(current.record);
      try {
        return await this.#replace(name, entry, current, version);
      } catch (error) {
        if (!hasCode(error, "ERR_SESSION_CONFLICT")) throw error;
        if (ifVersion !== undefined)
          throw new SessionConflictError(splitCreation(error.current).record as SessionRecord<T>);
        if (attempt === MAX_ATTEMPTS) throw error;
      }
    }
  }

  async touch(name: string, entry: SessionEntry): Promise<boolean> {
    assertExpiresAt(entry);
    const current = await this.read(name);
    if (current === undefined) return false;
    const { record, createdAt, user } = current;
    if (createdAt === undefined) {
      // Stored by a writer that keeps no creation time: it counts from now.
      return (await this.update(name, { data: record.data, expiresAt: entry.expiresAt })) !== undefined;
    }
    const expiresAt = this.#endOf(entry.expiresAt, createdAt);
    if (user !== undefined) await this.#index.add(user, { name, createdAt }, expiresAt);
    const touched = await this.#records.touch(name, { data: record.data, expiresAt });
    if (!touched && user !== undefined) await this.#index.remove(user, { name, createdAt });
    return touched;
  }

  async destroy(name: string): Promise<boolean> {
    const current = await this.read(name);
    const destroyed = await this.#records.destroy(name);
    if (current?.user !== undefined) await this.#index.remove(current.user, memberOf(name, current, 0));
    return destroyed;
  }

  /**
   * Ends the session behind a member of a user's index, if it is there and still that user's.
   * @returns whether it was.
   */
  async end(user: string, member: Member): Promise<boolean> {
    const current = await this.read(member.name);
    if (current === undefined) {
      if (member.createdAt < this.#now() - LOGIN_MS) await this.#index.remove(user, member);
      return false;
    }
    const isTheirs = current.user === user;
    const ended = isTheirs && (await this.#records.destroy(member.name));
    await this.#index.remove(user, member);
    return ended;
  }

  async #replace(name: string, entry: SessionEntry<T>, current: Tracked<T>, ifVersion: string) {
    const member = memberOf(name, current, this.#now());
    const user = this.#userIdOf(entry.data);
    const bounded = this.#bounded(entry, member.createdAt);
    const isNew = user !== current.user;
    if (user !== undefined && isNew) await this.#enter(user, member, bounded.expiresAt);
    else if (user !== undefined) await this.#index.add(user, member, bounded.expiresAt);
    let version: string | undefined;
    try {
      version = await this.#records.update(name, bounded, { ifVersion });
    } catch (error) {
      if (user !== undefined && isNew && !mayBeThere(error)) await this.#index.remove(user, member);
      throw error;
    }
    const left = version === undefined ? user : isNew ? current.user : undefined;
    if (left !== undefined) await this.#index.remove(left, member);
    if (version !== undefined && user !== undefined && isNew) await this.#leaveIfEvicted(user, member);
    return version;
  }

  /** Puts a session into its user's index, and makes room for it. */
  async #enter(user: string, member: Member, expiresAt: number): Promise<void> {
    let over = await this.#index.add(user, member, expiresAt, this.#cap);
    if (over === "full") {
      // Members whose sessions are gone must not keep a user out.
      for (const each of await this.#index.list(user)) {
        const there = await this.read(each.name);
        if (there?.user !== user && (there !== undefined || each.createdAt < this.#now() - LOGIN_MS)) {
          await this.#index.remove(user, each);
        }
      }
      over = await this.#index.add(user, member, expiresAt, this.#cap);
      if (over === "full") throw new SessionLimitError(this.#cap!.max);
    }
    for (const each of over) await this.#evict(user, each);
  }

  /**
   * A login of the same moment may be evicted before its record is there. It looks for its member after
   * it has written; so here the member goes, and then the record once more.
   */
  async #evict(user: string, member: Member): Promise<void> {
    const current = await this.read(member.name);
    const isTheirs = current === undefined || current.user === user;
    if (isTheirs) await this.#records.destroy(member.name);
    await this.#index.remove(user, member);
    if (isTheirs) await this.#records.destroy(member.name);
  }

  async #leaveIfEvicted(user: string, member: Member): Promise<void> {
    if (this.#cap !== undefined && !(await this.#index.has(user, member)))
      await this.#records.destroy(member.name);
  }

  #bounded(entry: SessionEntry<T>, createdAt: number): SessionEntry<T> {
    return { data: withCreation(entry.data, createdAt), expiresAt: this.#endOf(entry.expiresAt, createdAt) };
  }

  #endOf(expiresAt: number, createdAt: number): number {
    return Math.min(expiresAt, createdAt + this.#absoluteTimeoutMs);
  }
}

export function memberOf(
  name: string,
  { createdAt }: { createdAt: number | undefined },
  unknown: number,
): Member {
  return { name, createdAt: createdAt ?? unknown };
}

function mayBeThere(error: unknown): boolean {
  return hasCode(error, "ERR_STORE_UNAVAILABLE") && (error as { outcome?: string }).outcome !== "not-applied";
}
