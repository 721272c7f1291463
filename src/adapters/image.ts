import { stringify } from "../codec.js";
import type { SessionData, SessionEntry } from "../store.js";
import { type CookieData, expiryOf, sameAttributes, toCookieData, withExpiry } from "./cookie.js";
import type { CheckedAdapterOptions } from "./options.js";

/** A session as it was at one moment: its fields as text, since handlers change nested objects in place. */
export interface Image {
  /** JSON of all fields but the cookie. */
  readonly fields: string;
  readonly cookie: CookieData;
  readonly expiresAt: number;
}

/** The fields of a session, live or as data. */
export function fieldsOf(session: object): string {
  return stringify({ ...session, cookie: undefined });
}

/** A live session as an image, and as the entry to store. */
export function imageOf(
  session: object,
  ttlMs: CheckedAdapterOptions["ttlMs"],
): { image: Image; entry: SessionEntry } {
  const entry = entryOf(session, ttlMs);
  const image = {
    fields: fieldsOf(session),
    cookie: entry.data.cookie as CookieData,
    expiresAt: entry.expiresAt,
  };
  return { image, entry };
}

/** A live session as the entry to store; its fields are still the live ones. */
export function entryOf(session: object, ttlMs: CheckedAdapterOptions["ttlMs"]): SessionEntry {
  const cookie = toCookieData((session as SessionData).cookie);
  const lifetime = typeof ttlMs === "function" ? ttlMs(session as SessionData) : undefined;
  const expiresAt =
    lifetime !== undefined ? Date.now() + lifetime : (expiryOf(cookie) ?? Date.now() + (ttlMs as number));
  return { data: { ...session, cookie: withExpiry(cookie, expiresAt) }, expiresAt };
}

/** An image as an entry, independent of any live object. */
export function entryOfImage(image: Image): SessionEntry {
  return {
    data: { cookie: image.cookie, ...(JSON.parse(image.fields) as SessionData) },
    expiresAt: image.expiresAt,
  };
}

export function sameImage(a: Image, b: Image): boolean {
  return a.fields === b.fields && sameAttributes(a.cookie, b.cookie);
}
