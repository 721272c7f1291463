import { CLOCK_SLACK_MS, type CookieData, toCookieData } from "../cookie.js";
import type { Session } from "./live-sessions.js";

/**
 * Returns a session to be saved, with the end that a handler set by `session.cookie.expires`. @fastify/session keeps
 * `originalMaxAge` beside it, and would go back to that at the next request.
 * @param cookieExpires the end that @fastify/session gave the cookie, if it is known.
 */
export function withFixedEnd(session: Session, cookieExpires: number | undefined): object {
  const { expires, originalMaxAge } = session.cookie as { expires?: unknown; originalMaxAge?: unknown };
  if (cookieExpires === undefined || typeof originalMaxAge !== "number" || !(expires instanceof Date))
    return session;
  const end = expires.getTime();
  // `session.touch()` moves it to now + originalMaxAge; other ends are a handler's.
  const isOwn = end >= cookieExpires - CLOCK_SLACK_MS && end <= Date.now() + originalMaxAge + CLOCK_SLACK_MS;
  if (isOwn || Number.isNaN(end)) return session;
  const cookie: CookieData = { ...toCookieData(session.cookie), originalMaxAge: null };
  return { ...session, cookie };
}
