import { needsReencode, markForReencoding } from "../codec/reencode.js";
import type { SessionData, SessionRecord } from "../store.js";

/**
 * Names of the tracking fields. They are fields of the session's stored data, so that other readers of the format,
 * such as connect-redis, can still read the session.
 */
const CREATED_AT = "sessionary:createdAt";
const LOGIN = "sessionary:login";

/** Values that are stored with a session but are not part of its data. */
export interface Tracking {
  /** Creation time in epoch milliseconds. `undefined` if another writer stored the session. */
  createdAt: number | undefined;
  /** Number of the login that assigned the session to its user: see `LoginEntry`. */
  login: number | undefined;
}

/** Returns a copy of the data with the tracking fields. They replace fields of the same names. */
export function withTracking<T extends object>(data: T, { createdAt, login }: Tracking): T {
  return { ...data, [CREATED_AT]: createdAt, [LOGIN]: login };
}

/** Returns the tracking fields of stored data. */
export function trackingOf(data: object): Tracking {
  const { [CREATED_AT]: createdAt, [LOGIN]: login } = data as SessionData;
  return { createdAt: numberOrNone(createdAt), login: numberOrNone(login) };
}

/**
 * A stored record without the tracking fields in its data. As in the record of a RedisStore, `version` is an own
 * property, and all records share its getter.
 */
class UntrackedRecord<T extends object> implements SessionRecord<T> {
  static readonly #version: PropertyDescriptor & ThisType<UntrackedRecord<SessionData>> = {
    enumerable: true,
    get() {
      return this.#stored.version;
    },
  };

  readonly data: T;
  expiresAt: number;
  declare readonly version: string;
  declare readonly createdAt?: number;
  readonly #stored: SessionRecord<T>;

  constructor(stored: SessionRecord<T>) {
    const { [CREATED_AT]: createdAt, [LOGIN]: _, ...data } = stored.data as SessionData;
    this.#stored = stored;
    this.data = (needsReencode(stored.data) ? markForReencoding(data) : data) as T;
    this.expiresAt = stored.expiresAt;
    Object.defineProperty(this, "version", UntrackedRecord.#version);
    if (typeof createdAt === "number") this.createdAt = createdAt;
  }
}

/** Returns a stored record without the tracking fields in its data. */
export function withoutTracking<T extends object>(stored: SessionRecord<T>): SessionRecord<T> {
  return new UntrackedRecord(stored);
}

function numberOrNone(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
