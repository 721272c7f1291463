import { stringify } from "../codec/json.js";
import { MIN_EXPIRES_AT } from "../codec/payload.js";
import type { SessionData, SessionEntry } from "../store.js";
import { type CookieData, expiryOf, sameAttributes, toCookieData, withExpiry } from "./cookie.js";
import type { CheckedAdapterOptions } from "./options.js";

/** When a session ends, and its cookie, as data; what dates the cookie has is of no account. */
export interface Terms {
  readonly cookie: CookieData;
  readonly expiresAt: number;
}

/** A session as it was at one moment: its fields as text, since handlers change nested objects in place. */
export interface Image extends Terms {
  /** JSON of all fields but the cookie. */
  readonly fields: string;
}

/** The fields of a session, live or as data. */
export function fieldsOf(session: object): string {
  return stringify({ ...session, cookie: undefined });
}

export function termsOf(session: object, ttlMs: CheckedAdapterOptions["ttlMs"]): Terms {
  const cookie = toCookieData((session as SessionData).cookie);
  const lifetime = typeof ttlMs === "function" ? ttlMs(session as SessionData) : undefined;
  const expiresAt =
    lifetime !== undefined ? Date.now() + lifetime : (expiryOf(cookie) ?? Date.now() + (ttlMs as number));
  // Frameworks end a session with a date of 1970.
  return { cookie, expiresAt: Math.max(expiresAt, MIN_EXPIRES_AT) };
}

export function imageOf(session: object, ttlMs: CheckedAdapterOptions["ttlMs"]): Image {
  return { fields: fieldsOf(session), ...termsOf(session, ttlMs) };
}

/** A live session as the entry to store; its fields are still the live ones. */
export function entryOf(session: object, { cookie, expiresAt }: Terms): SessionEntry {
  return { data: { ...session, cookie: withExpiry(cookie, expiresAt) }, expiresAt };
}

/** An image as an entry, independent of any live object. */
export function entryOfImage({ fields, cookie, expiresAt }: Image): SessionEntry {
  return {
    data: { cookie: withExpiry(cookie, expiresAt), ...(JSON.parse(fields) as SessionData) },
    expiresAt,
  };
}

export function sameImage(a: Image, b: Image): boolean {
  return a.fields === b.fields && sameAttributes(a.cookie, b.cookie);
}
