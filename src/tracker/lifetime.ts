/** Lifetime of a session: an idle timeout in milliseconds after each use, or a fixed expiry. */
export type Lifetime = number | Date;

/**
 * Returns the expiry of a session that is used at `now`, in epoch milliseconds. Returns `now` if the expiry is in the
 * past.
 */
export function endOf(lifetime: Lifetime, now: number): number {
  return Math.max(typeof lifetime === "number" ? now + lifetime : lifetime.getTime(), now);
}

/** True if both lifetimes are the same. */
export function sameLifetime(a: Lifetime, b: Lifetime): boolean {
  return typeof a === typeof b && Number(a) === Number(b);
}

/** Last date that a cookie can contain: RFC 6265, section 5.1.1, accepts years of four digits. */
const LAST_COOKIE_DATE = /* @__PURE__ */ Date.UTC(9999, 11, 31);

/** False for the `expiresAt` of a record that was stored without an expiry by another writer. */
export function hasExpiry(expiresAt: number): boolean {
  return expiresAt <= LAST_COOKIE_DATE;
}

/** Minimum extension of the expiry that is written, as a share of the session's remaining lifetime. */
const WINDOW_SHARE = 1 / 10;

/**
 * True if the expiry of an unchanged session has to be written, since it would move by `touchAfterMs` or more. For a
 * session whose lifetime is below ten times `touchAfterMs`, a tenth of the lifetime replaces it.
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
