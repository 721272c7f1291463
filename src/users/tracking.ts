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
