import { type StoreOptions, storeOptionNames } from "../create-store.js";
import { durationMs, functionOption, knownOptions, optionsObject } from "../internal/validation.js";
import { warnIfSeconds } from "../internal/warn-once.js";
import type { SessionData, SessionStore } from "../store.js";
import type { StoreFactory } from "../store-schemes.js";
import type { TrackerOptions } from "../tracker/index.js";
import type { CookieOptions } from "./cookie-options.js";
import type { OnError } from "./failure-response.js";
import { hintOf } from "./option-hints.js";
import { SessionCookie } from "./session-cookie.js";

/** Options for `createSessions`. If `store` is a URL, it also accepts the options of the store. */
export interface SessionsOptions<T extends object = SessionData>
  extends TrackerOptions, Omit<StoreOptions<T>, "hashIds"> {
  /** Store of the sessions: a URL as for `createStore`, or a `SessionStore`. */
  store: string | SessionStore<object>;
  /** Idle timeout: lifetime of a session after each use, in milliseconds. @default 86_400_000 */
  idleTimeoutMs?: number;
  /** Options for the session cookie. */
  cookie?: CookieOptions;
  /**
   * Returns the response to a request whose session cannot be loaded or saved, with node:http and the Fetch API.
   * Frameworks get the error instead. If it returns nothing, the default response is sent.
   * @default the status and headers of the error, such as 503 with `Retry-After`
   */
  onError?: OnError;
  /** Store factories by URL scheme, as for `createStore`. */
  schemes?: Record<string, StoreFactory>;
}

/** Options of `createSessions` itself, with their defaults. */
export interface OwnOptions {
  idleTimeoutMs: number;
  cookie: SessionCookie;
  tracker: TrackerOptions;
  onError: OnError | undefined;
}

const CENTURY_MS = 3_155_760_000_000;

const OWN = ["store", "idleTimeoutMs", "touchAfterMs", "onConflict", "cookie", "onError"];
const GIVEN_STORE = "set it where you create the store; createSessions accepts it if store is a URL";

/**
 * Splits the options into those of `createSessions` and those of the store.
 * @throws TypeError that names the invalid option and the accepted values.
 */
export function checkSessionsOptions<T extends object>(
  options: SessionsOptions<T>,
): { own: OwnOptions; storeOptions: StoreOptions<T> } {
  optionsObject("createSessions", options, '{ store: "memory:" }');
  const isUrl = typeof options.store === "string";
  // The store of a custom URL scheme may have options that are not known here.
  if (options.schemes === undefined || !isUrl) {
    const ofStore = [...storeOptionNames(), "schemes"].filter((name) => name !== "hashIds");
    const hint = (name: string, accepted: readonly string[]) =>
      ofStore.includes(name) ? GIVEN_STORE : hintOf(name, accepted);
    knownOptions("createSessions", options, isUrl ? [...OWN, ...ofStore] : OWN, hint);
  }
  const { idleTimeoutMs = 86_400_000, cookie, onError, touchAfterMs, onConflict, ...others } = options;
  const { store: _, ...storeOptions } = others;
  warnIfSeconds("idleTimeoutMs", durationMs("idleTimeoutMs", idleTimeoutMs, { max: CENTURY_MS }));
  if (onError !== undefined) functionOption("onError", onError);
  const tracker = {
    ...(touchAfterMs !== undefined && { touchAfterMs }),
    ...(onConflict !== undefined && { onConflict }),
  };
  return { own: { idleTimeoutMs, cookie: new SessionCookie(cookie), tracker, onError }, storeOptions };
}
