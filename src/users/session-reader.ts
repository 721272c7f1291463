import type { SessionRecord, SessionStore } from "../store.js";
import type { Clock } from "../internal/clock.js";
import { type UserOptions, userOf } from "./options.js";
import { type Tracking, trackingOf, withoutTracking } from "./tracking.js";
import type { Member } from "./user-index.js";

/** A session as it was read. */
export interface Stored<T extends object> {
  /** Without what is tracked of it. */
  record: SessionRecord<T>;
  createdAt: Tracking["createdAt"];
  user: string | undefined;
  /** How its user's index has it; another writer's session is in none. */
  member: Member | undefined;
}

/** What is stored: whose it is, and how long it may live. */
export class StoredSessions<T extends object> {
  /** Whose session this data makes it. */
  readonly userOf: (data: T) => string | undefined;
  readonly #records: SessionStore<T>;
  readonly #absoluteTimeoutMs: number;
  readonly #clock: Clock;

  constructor(records: SessionStore<T>, options: UserOptions<T>, clock: Clock) {
    this.userOf = userOf(options);
    this.#records = records;
    this.#absoluteTimeoutMs = options.absoluteTimeoutMs ?? Infinity;
    this.#clock = clock;
  }

  async read(name: string): Promise<Stored<T> | undefined> {
    const record = await this.#records.get(name);
    if (record === undefined) return undefined;
    const session = this.sessionOf(name, record);
    if (session.record.expiresAt > this.#clock.now()) return session;
    // Another writer, which knows nothing of the limit, has moved its expiry past it. It is a miss, also
    // where nothing can be written.
    await this.#records.destroy(name).catch(() => false);
    return undefined;
  }

  sessionOf(name: string, stored: SessionRecord<T>): Stored<T> {
    const record = withoutTracking(stored);
    const { createdAt, login } = trackingOf(stored.data);
    if (createdAt !== undefined) record.expiresAt = this.endOf(record.expiresAt, createdAt);
    const user = this.userOf(record.data);
    const member = user === undefined || login === undefined ? undefined : { user, name, login };
    return { record, createdAt, user, member };
  }

  /** When a session ends that is to live until then, and was created at that age. */
  endOf(expiresAt: number, createdAt: number): number {
    const { now, steady } = this.#clock;
    const left = createdAt + this.#absoluteTimeoutMs - steady();
    return Math.min(expiresAt, now() + Math.min(left, this.#absoluteTimeoutMs));
  }
}

/** Whether the session behind a member is still what that login made of it. */
export function isOf<T extends object>(session: Stored<T> | undefined, member: Member): boolean {
  if (session?.user !== member.user) return false;
  return session.member === undefined || session.member.login === member.login;
}
