import { createHash } from "node:crypto";

/** Matches the keys of all users' indexes, with the default prefix of the store. */
export const INDEX_KEYS = "sess:users:* ";

/** True if a key is a user's index, and not a session. */
export function isIndexKey(key: string): boolean {
  return key.endsWith(" ");
}

/** Returns the key of a user's index. */
export function indexKeyOf(user: string, prefix = "sess:"): string {
  return `${prefix}users:${createHash("sha256").update(user).digest("base64url")} `;
}
