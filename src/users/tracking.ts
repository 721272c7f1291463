import { isStale, markStale } from "../codec/reencode.js";
import type { SessionData, SessionRecord } from "../store.js";

/**
 * The fields of the stored JSON that hold what is tracked of a session. They stand in the data, and not
 * around it, so that other readers of the format find the session as they know it.
 */
const CREATED_AT = "sessionary:createdAt";
const LOGIN = "sessionary:login";

export interface Tracking {
  /** When the session was created, in epoch milliseconds, unless another writer left that out. */
  createdAt: number | undefined;
  /** Which login made it its user's: see `Member`. */
  login: number | undefined;
}

export function withTracking<T extends object>(data: T, { createdAt, login }: Tracking): T {
  return { ...data, [CREATED_AT]: createdAt, ...(login !== undefined && { [LOGIN]: login }) };
}

export function trackingOf(data: object): Tracking {
  const { [CREATED_AT]: createdAt, [LOGIN]: login } = data as SessionData;
  return { createdAt: numberOrNone(createdAt), login: numberOrNone(login) };
}

/** A stored record as its writer knew it. */
export function withoutTracking<T extends object>(stored: SessionRecord<T>): SessionRecord<T> {
  const { [CREATED_AT]: _, [LOGIN]: __, ...data } = stored.data as SessionData;
  return {
    data: (isStale(stored.data) ? markStale(data) : data) as T,
    expiresAt: stored.expiresAt,
    get version() {
      return stored.version;
    },
  };
}

function numberOrNone(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
