import { checkStoreOrUrl } from "../check-store.js";
import { createStore } from "../create-store.js";
import type { SessionData, SessionStore } from "../store.js";
import type { StoreFactory } from "../store-schemes.js";
import type { UserSessionStore } from "../users/user-session-store.js";
import { type SessionsOptions, checkSessionsOptions } from "./options.js";
import { SessionLoader } from "./session-loader.js";
import { Sessions } from "./sessions.js";

/**
 * Creates the sessions of a server, with any framework, in a store. `T` is the type of the session data.
 *
 * - With node:http, Express and similar frameworks: `await sessions.get(req, res)`.
 * - With Fastify, Koa and Hono: register the integration of `sessionary/fastify`, `sessionary/koa` or
 *   `sessionary/hono`, then `await sessions.get(request)`.
 * - With the Fetch API: `sessions.handler(handle)`, then `await sessions.get(request)`.
 * @throws TypeError that names the invalid option and the accepted values.
 * @example
 * interface AppSession { userId?: string; visits?: number }
 *
 * const sessions = createSessions<AppSession>({ store: process.env.SESSION_STORE ?? "memory:" });
 *
 * http.createServer(async (req, res) => {
 *   const session = await sessions.get(req, res);
 *   session.data.visits = (session.data.visits ?? 0) + 1;
 *   res.end(`visits: ${session.data.visits}`);
 * });
 */
export function createSessions<T extends object = SessionData>(
  options: SessionsOptions<T> & { schemes: Record<string, StoreFactory> },
): Sessions<T>;
export function createSessions<T extends object = SessionData>(
  options: SessionsOptions<T> & { store: string | UserSessionStore<T> | UserSessionStore },
): Sessions<T, UserSessionStore<T>>;
export function createSessions<T extends object = SessionData>(options: SessionsOptions<T>): Sessions<T>;
export function createSessions<T extends object>(options: SessionsOptions<T>): Sessions<T> {
  const { own, storeOptions } = checkSessionsOptions(options);
  const { store: given } = options;
  const store =
    typeof given === "string"
      ? createStore<T>(given, storeOptions)
      : checkStoreOrUrl("createSessions", given);
  const loader = new SessionLoader<T>(store as unknown as SessionStore, own);
  return new Sessions<T>(store as SessionStore<T>, loader, own.onError);
}
