import { type Session, type Sessions, type UserSessionStore, createSessions } from "sessionary";
import { ABSOLUTE_LIFETIME_MS, IDLE_LIFETIME_MS, MAX_DEVICES } from "./limits.js";
import type { AccountSettings } from "./settings.js";

/** Data of a session. */
export interface SessionFields {
  userId?: string;
  /** Version of the user's password with which the session was opened. */
  passwordVersion?: number;
  browser?: string;
  /** Time when the password was entered, in epoch milliseconds. */
  authenticatedAt?: number;
  /** Time of the last request, to the minute, in epoch milliseconds. */
  lastSeenAt?: number;
}

export type AccountStore = UserSessionStore<SessionFields>;
export type AccountSessions = Sessions<SessionFields, AccountStore>;
export type AccountSession = Session<SessionFields>;

/** Opens the sessions, on memory or on Redis: only the URL differs. */
export function openSessions({
  storeUrl,
  codec,
  production,
}: Pick<AccountSettings, "storeUrl" | "codec" | "production">): AccountSessions {
  return createSessions<SessionFields>({
    store: storeUrl,
    idleTimeoutMs: IDLE_LIFETIME_MS,
    absoluteTimeoutMs: ABSOLUTE_LIFETIME_MS,
    userIdOf: ({ userId }) => userId,
    maxPerUser: MAX_DEVICES,
    onLimit: "destroy-oldest",
    codec,
    // Browsers accept a cookie with the prefix from this host only, over https. In development the app leaves it out.
    cookie: { name: "__Host-id", ...(production && { secure: true }) },
  });
}
