/** Time that a session stays alive: milliseconds after each use (an idle timeout), or a fixed end. */
export type Lifetime = number | Date;

/** Returns the end of a session that is used at `now`, in epoch milliseconds. An end in the past is `now`. */
export function endOf(lifetime: Lifetime, now: number): number {
  return Math.max(typeof lifetime === "number" ? now + lifetime : lifetime.getTime(), now);
}

/** True if both lifetimes are the same. */
export function sameLifetime(a: Lifetime, b: Lifetime): boolean {
  return typeof a === typeof b && Number(a) === Number(b);
}

/** End of the last year that a cookie can name (RFC 6265, section 5.1.1, accepts four digits). */
const LAST_COOKIE_DATE = Date.UTC(9999, 11, 31);

/** False for the `expiresAt` of a record that was stored without an expiry by another writer. */
export function hasExpiry(expiresAt: number): boolean {
  return expiresAt <= LAST_COOKIE_DATE;
}

/** Shortest move that is written, as a share of the session's remaining time. */
const WINDOW_SHARE = 1 / 10;

/**
 * True if an unchanged session's expiry has to be written: it would move by `touchAfterMs` or more. A session that
 * lives shorter than ten times that is touched each time a tenth of its time has passed.
 */
export function isTouchDue(
  storedExpiresAt: number,
  expiresAt: number,
  touchAfterMs: number,
  now: number,
): boolean {
  const windowMs = Math.min(touchAfterMs, (expiresAt - now) * WINDOW_SHARE);
  return expiresAt > storedExpiresAt && expiresAt - storedExpiresAt >= windowMs;
}
