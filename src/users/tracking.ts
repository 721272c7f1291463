import { needsReencode, markForReencoding } from "../codec/reencode.js";
import type { SessionData, SessionRecord } from "../store.js";

/**
 * Names of the fields that are added to a session's stored data. They are fields of the data, so that other readers
 * of the format, such as connect-redis, still find the session as they know it.
 */
const CREATED_AT = "sessionary:createdAt";
const LOGIN = "sessionary:login";

/** Values that are stored with a session and are no part of its data. */
export interface Tracking {
  /** When the session was created, in epoch milliseconds; `undefined` if another writer left it out. */
  createdAt: number | undefined;
  /** Number of the login that made the session its user's: see `LoginEntry`. */
  login: number | undefined;
}

/** Returns a copy of the data with the tracking fields, in place of fields of these names that the data may have. */
export function withTracking<T extends object>(data: T, { createdAt, login }: Tracking): T {
  return { ...data, [CREATED_AT]: createdAt, [LOGIN]: login };
}

/** Returns the tracking fields of stored data. */
export function trackingOf(data: object): Tracking {
  const { [CREATED_AT]: createdAt, [LOGIN]: login } = data as SessionData;
  return { createdAt: numberOrNone(createdAt), login: numberOrNone(login) };
}

/** Returns a stored record without the tracking fields in its data. */
export function withoutTracking<T extends object>(stored: SessionRecord<T>): SessionRecord<T> {
  const { [CREATED_AT]: createdAt, [LOGIN]: _, ...data } = stored.data as SessionData;
  return {
    data: (needsReencode(stored.data) ? markForReencoding(data) : data) as T,
    expiresAt: stored.expiresAt,
    get version() {
      return stored.version;
    },
    ...(typeof createdAt === "number" && { createdAt }),
  };
}

function numberOrNone(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
