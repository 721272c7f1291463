import { CLOCK_SLACK_MS, type CookieData, toCookieData } from "../cookie.js";
import type { Session } from "./framework-session.js";

/**
 * Returns a session to be saved, with the end that a handler set by `session.cookie.expires`. @fastify/session keeps
 * `originalMaxAge` beside it, and would go back to that at the next request.
 * @param cookieSetAt when @fastify/session set the cookie's end, if it is known.
 */
export function withFixedEnd(session: Session, cookieSetAt: number | undefined): object {
  const { expires, originalMaxAge } = session.cookie as { expires?: unknown; originalMaxAge?: unknown };
  if (cookieSetAt === undefined || typeof originalMaxAge !== "number" || !(expires instanceof Date))
    return session;
  const setAt = expires.getTime() - originalMaxAge;
  // `cookie.maxAge` and `session.touch()` set the end from the clock; other ends are a handler's.
  const isFromClock = setAt >= cookieSetAt - CLOCK_SLACK_MS && setAt <= Date.now() + CLOCK_SLACK_MS;
  if (isFromClock || Number.isNaN(setAt)) return session;
  const cookie: CookieData = { ...toCookieData(session.cookie), originalMaxAge: null };
  return { ...session, cookie };
}
