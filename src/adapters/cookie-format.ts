import type { SessionData } from "../store.js";
import type { Fields, Lifetime, SessionFormat } from "../tracker/index.js";
import { hasExpiry } from "../tracker/lifetime.js";
import {
  type CookieData,
  expiryOf,
  invalidAttribute,
  isAttributes,
  normalizeCookie,
  sameAttribute,
  toCookieData,
} from "./cookie.js";
import type { CheckedAdapterOptions } from "./options.js";

/**
 * Cookie without its dates, which follow from the expiry in the store. `expires` is true for a cookie that lives for
 * `originalMaxAge` after each use, and a date for a cookie with a fixed expiry.
 */
type Attributes = CookieData;

/** Converts between stored sessions, whose `cookie` has dates, and the fields to merge, whose `cookie` has no dates. */
export class CookieFormat implements SessionFormat {
  readonly undecodableReason = "not a session with a cookie";
  readonly #ttlMs: CheckedAdapterOptions["ttlMs"];

  constructor(ttlMs: CheckedAdapterOptions["ttlMs"]) {
    this.#ttlMs = ttlMs;
  }

  fieldsOf(data: SessionData, expiresAt: number): Fields | undefined {
    if (!isAttributes(data.cookie)) return undefined;
    const cookie = normalizeCookie(data.cookie);
    if (invalidAttribute(cookie) !== undefined) return undefined;
    return withCookie(data, attributesOf(cookie, expiresAt));
  }

  /** Replaces the cookie, which is at the beginning of stored data. */
  textOf({ cookie }: Fields, data: SessionData, text: string): string | undefined {
    const head = `{"cookie":${JSON.stringify(data.cookie)}`;
    return text.startsWith(head)
      ? `{"cookie":${JSON.stringify(cookie)}${text.slice(head.length)}`
      : undefined;
  }

  dataOf(fields: Fields, expiresAt: number): SessionData {
    return { ...fields, cookie: withDates(fields.cookie as Attributes, expiresAt) };
  }

  emptyOf({ cookie }: Fields): Fields {
    return { cookie };
  }

  lifetimeOf(fields: Fields): Lifetime {
    const { expires, originalMaxAge } = fields.cookie as Attributes;
    if (typeof this.#ttlMs === "function") return this.#ttlMs(fields);
    if (!expires) return this.#ttlMs;
    return typeof originalMaxAge === "number" && expires === true
      ? originalMaxAge
      : new Date(expires as string);
  }

  /**
   * Returns the fields and the lifetime of a session object of a framework or an application.
   * @param known Attributes that the request loaded. A difference that only comes from the clock is no change.
   */
  read(session: object, known: Attributes | undefined): { fields: Fields; lifetime: Lifetime } {
    const data = toCookieData((session as SessionData).cookie, known !== undefined);
    const own = attributesOf(data, expiryOf(data) ?? 0);
    const fields = withCookie(session, known === undefined ? own : alignedWith(known, own));
    const lifetime =
      typeof this.#ttlMs === "function" ? this.#ttlMs(session as SessionData) : this.lifetimeOf(fields);
    return { fields, lifetime };
  }
}

/** Returns the fields of a session with the cookie at the beginning, so that equal sessions have equal JSON. */
function withCookie(session: object, cookie: Attributes): Fields {
  const fields: Fields = { cookie, ...session };
  fields.cookie = cookie;
  return fields;
}

/**
 * Returns a cookie in which unchanged attributes have the values and the order in which they were loaded. Returns
 * `known` itself if all are unchanged.
 */
function alignedWith(known: Attributes, cookie: Attributes): Attributes {
  if (sameAttributes(known, cookie)) return known;
  const aligned: Attributes = {};
  for (const name of new Set([...Object.keys(known), ...Object.keys(cookie)])) {
    const from = sameAttribute(name, known[name], cookie[name]) ? known : cookie;
    if (Object.hasOwn(from, name)) aligned[name] = from[name];
  }
  return aligned;
}

function attributesOf(cookie: CookieData, expiresAt: number): Attributes {
  const { originalExpires: _, ...attributes } = cookie;
  if (!cookie.expires) return attributes;
  if (typeof cookie.originalMaxAge === "number") attributes.expires = true;
  else if (hasExpiry(expiresAt)) attributes.expires = new Date(expiresAt).toISOString();
  else delete attributes.expires;
  return attributes;
}

/** Returns a copy of a cookie with the real expiry of the session. */
export function withDates(attributes: Attributes, expiresAt: number): CookieData {
  if (!attributes.expires) return { ...attributes };
  if (hasExpiry(expiresAt)) return { ...attributes, expires: new Date(expiresAt).toISOString() };
  const { expires: _, ...rest } = attributes;
  return rest;
}

/** True if both cookies have the same attributes. */
export function sameAttributes(a: Attributes, b: Attributes): boolean {
  const isSame = (name: string) => sameAttribute(name, a[name], b[name]);
  return Object.keys(a).every(isSame) && Object.keys(b).every(isSame);
}
