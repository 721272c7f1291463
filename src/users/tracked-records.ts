import { SessionConflictError, hasCode } from "../errors.js";
import { assertExpiresAt } from "../codec/payload.js";
import { assertSessionId } from "../session-id.js";
import type { SessionEntry, SessionRecord, SessionStore, UpdateOptions } from "../store.js";
import type { Clock } from "../internal/clock.js";
import type { Logins } from "./logins.js";
import { mayBeApplied } from "./outcome.js";
import { Turns, retried } from "./retried.js";
import type { Stored, StoredSessions } from "./session-reader.js";
import { withTracking } from "./tracking.js";
import type { Member } from "./user-index.js";

/**
 * Records that know when they were created and whose they are. Every write reads first: the creation
 * time and the user of what is stored decide how long it may live, and which index has it.
 *
 * With an index each write is a compare-and-set: it has to know which user's session it replaces.
 */
export class TrackedRecords<T extends object> {
  readonly #records: SessionStore<T>;
  readonly #sessions: StoredSessions<T>;
  /** Without `userIdOf` there are none. */
  readonly #logins: Logins<T> | undefined;
  readonly #clock: Clock;
  readonly #turns = new Turns();

  constructor(
    records: SessionStore<T>,
    sessions: StoredSessions<T>,
    logins: Logins<T> | undefined,
    clock: Clock,
  ) {
    this.#records = records;
    this.#sessions = sessions;
    this.#logins = logins;
    this.#clock = clock;
  }

  async get(name: string): Promise<SessionRecord<T> | undefined> {
    return (await this.#sessions.read(name))?.record;
  }

  async create(name: string, entry: SessionEntry<T>): Promise<string> {
    assertSessionId(name);
    return this.#write(name, entry, undefined, (tracked) => this.#records.create(name, tracked));
  }

  async update(
    name: string,
    entry: SessionEntry<T>,
    { ifVersion }: UpdateOptions = {},
  ): Promise<string | undefined> {
    if (ifVersion !== undefined || this.#logins === undefined) return this.#update(name, entry, ifVersion);
    return this.#turns.run(name, () => retried(() => this.#update(name, entry)));
  }

  async touch(name: string, entry: SessionEntry<T>, options?: UpdateOptions): Promise<boolean> {
    assertExpiresAt(entry);
    const current = await this.#sessions.read(name);
    if (current === undefined) return false;
    const { record, createdAt, user, member } = current;
    const ifVersion = options?.ifVersion;
    if (ifVersion !== undefined && ifVersion !== record.version) throw new SessionConflictError(record);
    if (createdAt === undefined || user !== member?.user) return this.#track(name, entry, ifVersion);
    const expiresAt = Math.max(record.expiresAt, this.#sessions.endOf(entry.expiresAt, createdAt));
    if (member !== undefined) await this.#logins?.keep(member, expiresAt);
    const touch = () => this.#records.touch(name, { data: record.data, expiresAt }, options);
    const touched = await this.#withoutTracking(name, touch);
    if (!touched) await this.#logins?.forget(member);
    return touched;
  }

  destroy(name: string): Promise<boolean> {
    return (this.#logins ?? this.#records).destroy(name);
  }

  /** Touches a session of a writer that tracks none: from now on its age is known, and its user's index has it. */
  #track(name: string, entry: SessionEntry<T>, expected?: string): Promise<boolean> {
    const track = async () => {
      const current = await this.#sessions.read(name);
      if (current === undefined) return false;
      const { data, version } = current.record;
      if (expected !== undefined && expected !== version) throw new SessionConflictError(current.record);
      const expiresAt = Math.max(current.record.expiresAt, entry.expiresAt);
      const update = (ifVersion?: string) => this.#update(name, { data, expiresAt }, ifVersion);
      const written = await update(version).catch((error: unknown) => {
        if (hasCode(error, "ERR_SCRIPTS_FORBIDDEN")) return update();
        throw error;
      });
      return written !== undefined;
    };
    return expected === undefined ? retried(track) : track();
  }

  async #update(name: string, entry: SessionEntry<T>, ifVersion?: string): Promise<string | undefined> {
    const current = await this.#sessions.read(name);
    if (current === undefined) return undefined;
    const { record } = current;
    if (ifVersion !== undefined && ifVersion !== record.version) throw new SessionConflictError(record);
    const expected = this.#logins === undefined ? ifVersion : record.version;
    const options = expected === undefined ? {} : { ifVersion: expected };
    return this.#withoutTracking(name, () =>
      this.#write(name, entry, current, (tracked) => this.#records.update(name, tracked, options)),
    );
  }

  /** Removes the tracking fields from the record that a SessionConflictError of the write carries. */
  async #withoutTracking<R>(name: string, write: () => Promise<R>): Promise<R> {
    try {
      return await write();
    } catch (error) {
      if (!hasCode(error, "ERR_SESSION_CONFLICT")) throw error;
      const { record } = this.#sessions.sessionOf(name, error.current as SessionRecord<T>);
      throw new SessionConflictError(record);
    }
  }

  /** Writes a session in the place of what was read: its user's index first, and what it leaves there last. */
  async #write<V extends string | undefined>(
    name: string,
    entry: SessionEntry<T>,
    current: Stored<T> | undefined,
    write: (tracked: SessionEntry<T>) => Promise<V>,
  ): Promise<V> {
    const createdAt = current?.createdAt ?? this.#clock.steady();
    const expiresAt = this.#sessions.endOf(entry.expiresAt, createdAt);
    // What is over already is nobody's.
    const user = expiresAt > this.#clock.now() ? this.#sessions.userOf(entry.data) : undefined;
    const isLogin = user !== current?.user;
    const before = current?.member;
    let member: Member | undefined;
    if (before !== undefined && before.user === user) await this.#logins?.keep((member = before), expiresAt);
    else if (user !== undefined) member = await this.#logins?.enter(user, name, expiresAt, isLogin);
    const data = withTracking(entry.data, { createdAt, login: member?.login });
    let version: V;
    try {
      version = await write({ data, expiresAt });
    } catch (error) {
      if (member !== before && !mayBeApplied(error)) await this.#logins?.forget(member);
      throw error;
    }
    if (version === undefined) await this.#logins?.forget(member);
    else if (member !== before) {
      await this.#logins?.forget(before);
      await this.#logins?.settle(member, isLogin);
    }
    return version;
  }
}
