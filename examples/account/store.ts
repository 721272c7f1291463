import { createStore, type SessionData, type UserSessionStore } from "sessionary";
import { ABSOLUTE_LIFETIME_MS, MAX_DEVICES } from "./limits.js";
import type { AccountSettings } from "./settings.js";

/** What a session of this app holds, beside its cookie. */
export interface SessionFields {
  userId?: string;
  /** Which of the user's passwords opened it. */
  passwordVersion?: number;
  /** Tells this session from the user's others on a page. It is no secret, and opens nothing. */
  deviceId?: string;
  browser?: string;
  /** When the password was entered, epoch milliseconds. */
  authenticatedAt?: number;
  /** To the minute, epoch milliseconds. */
  lastSeenAt?: number;
}

export type AccountStore = UserSessionStore<SessionFields & SessionData>;

/** The same on memory and on Redis: nothing but the URL differs. */
export function openStore({ storeUrl, codec }: Pick<AccountSettings, "storeUrl" | "codec">): AccountStore {
  return createStore({
    url: storeUrl,
    userIdOf: ({ userId }) => userId,
    maxPerUser: MAX_DEVICES,
    onLimit: "destroy-oldest",
    absoluteTimeoutMs: ABSOLUTE_LIFETIME_MS,
    hashIds: true,
    codec,
  });
}
