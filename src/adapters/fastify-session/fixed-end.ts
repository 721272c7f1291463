import { CLOCK_SLACK_MS, type CookieData, toCookieData } from "../cookie.js";
import type { Session } from "./framework-session.js";

/**
 * Returns a session to save, with the expiry that a handler has set by `session.cookie.expires`. @fastify/session
 * keeps `originalMaxAge` as well, and would use that again at the next request.
 * @param cookieSetAt Time at which @fastify/session set the expiry of the cookie, if it is known.
 */
export function withFixedEnd(session: Session, cookieSetAt: number | undefined): object {
  const { expires, originalMaxAge } = session.cookie as { expires?: unknown; originalMaxAge?: unknown };
  if (cookieSetAt === undefined || typeof originalMaxAge !== "number" || !(expires instanceof Date))
    return session;
  const setAt = expires.getTime() - originalMaxAge;
  // `cookie.maxAge` and `session.touch()` compute the expiry from the clock. Any other expiry was set by a handler.
  const isFromClock = setAt >= cookieSetAt - CLOCK_SLACK_MS && setAt <= Date.now() + CLOCK_SLACK_MS;
  if (isFromClock || Number.isNaN(setAt)) return session;
  const cookie: CookieData = { ...toCookieData(session.cookie), originalMaxAge: null };
  return { ...session, cookie };
}
