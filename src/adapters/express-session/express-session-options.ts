import session from "express-session";
import { assertNoStore } from "../../check-store.js";
import { knownOptions, describe } from "../../internal/validation.js";
import type { SessionStore } from "../../store.js";
import { checkCookieOptions } from "../cookie-options.js";
import { ADAPTER_OPTIONS, type AdapterOptions, checkAdapterPlace } from "../options.js";
import { ExpressStore } from "./express-store.js";

type SessionOptions = session.SessionOptions;

/**
 * Options for `expressSession`: those of express-session, with a different type of `store`, and those of
 * `expressStore`.
 */
export interface ExpressSessionOptions extends Omit<SessionOptions, "store">, AdapterOptions {
  /** URL such as `"redis://localhost:6379"`, any `SessionStore`, or an adapter that `expressStore()` returned. */
  store: SessionStore<object> | ExpressStore | string;
  /**
   * True to store a session and set a cookie for every visitor, even if the session has no data.
   * @default false
   */
  saveUninitialized?: boolean;
  /** Has no effect: an unchanged session is never stored again, only its expiry is extended. @default false */
  resave?: boolean;
}

/** Accepted options. The type requires each option of express-session. */
const OPTIONS: Record<keyof SessionOptions, true> = {
  store: true,
  secret: true,
  name: true,
  cookie: true,
  rolling: true,
  saveUninitialized: true,
  resave: true,
  genid: true,
  proxy: true,
  unset: true,
};

/** Throws a TypeError if an option is unknown, or no session could work with it. */
export function checkExpressSessionOptions(options: ExpressSessionOptions): void {
  assertNoStore("expressSession", options);
  knownOptions("expressSession", options, [...Object.keys(OPTIONS), ...ADAPTER_OPTIONS]);
  checkSecret(options.secret);
  if (options.store instanceof ExpressStore) checkAdapterPlace("expressSession", "expressStore", options);
  const { cookie = {}, name = "connect.sid" } = options;
  if (typeof cookie !== "function")
    checkCookieOptions("expressSession", name, cookie, () => serialize(name, cookie));
}

function checkSecret(secret: unknown): void {
  const secrets = Array.isArray(secret) ? (secret as unknown[]) : [secret];
  const missing = secrets.findIndex((each) => each === undefined || each === null || each === "");
  if (missing === -1 && secrets.length > 0) return;
  const value = secrets[missing];
  const received =
    secrets.length === 0 ? "an empty array" : value === "" ? "an empty string" : describe(value);
  const unset = value === undefined && secrets.length > 0 ? ". Is the environment variable set?" : "";
  throw new TypeError(
    "expressSession requires secret, a long random string that signs the session cookie, or an array of them; " +
      `received ${received}${unset}`,
  );
}

/**
 * Serializes a cookie with these options.
 * @throws the error that express-session throws for invalid options.
 */
function serialize(name: string, options: session.CookieOptions): void {
  const Cookie = session.Cookie as unknown as new (options: object) => {
    serialize(name: string, value: string): string;
  };
  const { sameSite, ...others } = options;
  const isAuto = (sameSite as unknown) === "auto"; // express-session replaces this value
  new Cookie(isAuto ? others : options).serialize(name, "value");
}
