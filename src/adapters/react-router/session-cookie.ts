import { type Cookie, type CookieOptions, createCookie, isCookie } from "react-router";
import type { SessionData } from "../../store.js";
import type { Lifetime } from "../../tracker/index.js";
import { checkCookieOptions } from "../cookie-options.js";
import type { CheckedAdapterOptions } from "../options.js";

type SerializeOptions = NonNullable<Parameters<Cookie["serialize"]>[1]>;

/** Cookie of a session: a cookie that `createCookie` returned, or its options. */
export type SessionCookieOption = Cookie | (CookieOptions & { name?: string });

const DEFAULT_OPTIONS = { path: "/", httpOnly: true, sameSite: "lax" } as const;

/** Returns the cookie for session ids. */
export function sessionCookie(option: SessionCookieOption = {}): Cookie {
  if (isCookie(option)) return option;
  const { name = "__session", ...options } = option;
  const cookie = { ...DEFAULT_OPTIONS, ...options };
  checkCookieOptions("createSessionaryStorage", name, cookie, () => {});
  return createCookie(name, cookie);
}

/** Returns the default lifetime of sessions, for which no commit sets another one. */
export function defaultLifetime(
  cookie: Cookie,
  ttlMs: CheckedAdapterOptions["ttlMs"],
): (data: SessionData) => Lifetime {
  if (typeof ttlMs === "function") return ttlMs;
  const { expires } = cookie;
  if (expires === undefined) return () => ttlMs;
  // A cookie with `maxAge` computes a new date at each access.
  if (cookie.expires === expires) return () => expires;
  const maxAgeMs = Math.round((expires.getTime() - Date.now()) / 1_000) * 1_000;
  return () => maxAgeMs;
}

/** Returns the lifetime in the options of a commit, or undefined if they contain none. */
export function lifetimeOption(options: SerializeOptions = {}): Lifetime | undefined {
  if (typeof options.maxAge === "number") return options.maxAge * 1_000;
  return options.expires ?? undefined;
}

/** Returns the options to serialize the cookie of a session. They include the lifetime if it is not the default. */
export function serializeOptions(
  options: SerializeOptions = {},
  lifetime: Lifetime | undefined,
): SerializeOptions {
  if (lifetime === undefined) return options;
  const date =
    typeof lifetime === "number"
      ? { maxAge: Math.floor(lifetime / 1_000) }
      : { maxAge: undefined, expires: lifetime };
  return { ...options, ...date } as SerializeOptions;
}
