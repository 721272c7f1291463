import type { Session, SessionStorage } from "react-router";
import { knownOptions } from "../../internal/validation.js";
import type { SessionData, SessionStore } from "../../store.js";
import { SessionTracker } from "../../tracker/index.js";
import { ADAPTER_OPTIONS, type AdapterOptions, checkAdapterOptions } from "../options.js";
import { storeOption } from "../store-option.js";
import { LifetimeFormat } from "./lifetime-format.js";
import { RouterSessions } from "./router-sessions.js";
import {
  type SessionCookieOption,
  defaultLifetime,
  lifetimeOption,
  serializeOptions,
  sessionCookie,
} from "./session-cookie.js";
import { withStatus } from "./unavailable.js";

/** Options for `createSessionaryStorage`. */
export interface SessionaryStorageOptions extends AdapterOptions {
  /**
   * Cookie for the session id: its options, or a cookie that `createCookie` returned.
   * @default { name: "__session", path: "/", httpOnly: true, sameSite: "lax" }
   */
  cookie?: SessionCookieOption;
}

/** `SessionStorage` of React Router that can also renew the id of a session. */
export interface SessionaryStorage<Data, FlashData> extends SessionStorage<Data, FlashData> {
  /**
   * Destroys a session, and returns a session with the same data, which the next commit stores under a new id. Call
   * it when a user signs in, so that the old id is no longer valid.
   */
  regenerateSession: (session: Session<Data, FlashData>) => Promise<Session<Data, FlashData>>;
  /** The store, to close it, or to call methods such as `listByUser`. */
  readonly store: SessionStore<object>;
}

/**
 * Returns a `SessionStorage` of React Router, which wraps any `SessionStore`, or a new store for a URL.
 *
 * `commitSession` merges the changes of concurrent requests. If the session was destroyed meanwhile or did not
 * change, it returns an empty `Set-Cookie` value, which browsers ignore, since the client may have a newer cookie.
 * @throws TypeError that names the invalid option and the accepted values.
 * @example
 * export const { getSession, commitSession, destroySession } = createSessionaryStorage<AppSession>(
 *   process.env.SESSION_STORE ?? "memory:",
 *   { cookie: { secure: true, maxAge: 3_600 } },
 * );
 */
export function createSessionaryStorage<Data = SessionData, FlashData = Data>(
  store: SessionStore<object> | string,
  options: SessionaryStorageOptions = {},
): SessionaryStorage<Data, FlashData> {
  knownOptions("createSessionaryStorage", options, ["cookie", ...ADAPTER_OPTIONS]);
  const { ttlMs, onConflict, touchAfterMs } = checkAdapterOptions(options);
  const cookie = sessionCookie(options.cookie);
  const format = new LifetimeFormat(defaultLifetime(cookie, ttlMs));
  const tracker = new SessionTracker(storeOption("createSessionaryStorage", store) as SessionStore, {
    name: "createSessionaryStorage",
    format,
    onConflict,
    touchAfterMs,
  });
  const sessions = new RouterSessions<Data, FlashData>(tracker, format);
  return {
    store: tracker.store,
    getSession: (cookieHeader, parseOptions) =>
      withStatus(async () => {
        const id: unknown = cookieHeader ? await cookie.parse(cookieHeader, parseOptions) : undefined;
        return sessions.open(typeof id === "string" ? id : "");
      }),
    commitSession: (session, commitOptions) =>
      withStatus(async () => {
        const saved = await sessions.save(session, lifetimeOption(commitOptions));
        return saved === undefined
          ? ""
          : cookie.serialize(saved.id, serializeOptions(commitOptions, saved.lifetime));
      }),
    destroySession: (session, commitOptions) =>
      withStatus(async () => {
        await sessions.destroy(session);
        const past = { maxAge: undefined, expires: new Date(0) } as unknown as { expires: Date };
        return cookie.serialize("", { ...commitOptions, ...past });
      }),
    regenerateSession: (session) => withStatus(() => sessions.regenerate(session)),
  };
}
