import { isDeepStrictEqual } from "node:util";
import type { SessionData, SessionEntry } from "../store.js";
import { changedAttributes, isCookieData, isEnd, withExpiry } from "./cookie.js";
import type { Image } from "./image.js";

/**
 * Three-way merge of top-level fields: what stands in the store, with the fields that differ between
 * `loaded` and `mine` as mine has them, deleted ones deleted; the cookie's attributes likewise. The later
 * expiry holds.
 */
export function merge(loaded: Image, mine: Image, stored: SessionEntry): SessionEntry {
  const before = JSON.parse(loaded.fields) as SessionData;
  const after = JSON.parse(mine.fields) as SessionData;
  const data = { ...stored.data };
  for (const field of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (
      Object.hasOwn(before, field) &&
      Object.hasOwn(after, field) &&
      isDeepStrictEqual(before[field], after[field])
    ) {
      continue;
    }
    if (Object.hasOwn(after, field)) data[field] = after[field];
    else delete data[field];
  }
  const expiresAt = isEnd(stored.expiresAt) ? Math.max(mine.expiresAt, stored.expiresAt) : mine.expiresAt;
  const cookie = isCookieData(stored.data.cookie) ? { ...stored.data.cookie } : mine.cookie;
  for (const name of changedAttributes(loaded.cookie, mine.cookie)) cookie[name] = mine.cookie[name];
  return { data: { ...data, cookie: withExpiry(cookie, expiresAt) }, expiresAt };
}
