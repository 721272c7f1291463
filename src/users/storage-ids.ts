import crypto from "node:crypto";
import { isSessionId } from "../session-id.js";

/** Form of a digest: a prefix that no common id generator produces, then SHA-256 as base64url. */
const DIGEST = /^h:[\w-]{43}$/;

function sha256(text: string): string {
  // `crypto.hash` of Node.js 20.12 and later needs half the time.
  return crypto.hash
    ? crypto.hash("sha256", text, "base64url")
    : crypto.createHash("sha256").update(text).digest("base64url");
}

function digestOf(id: string): string {
  return `h:${sha256(id)}`;
}

/**
 * Returns the ids under which a session may be stored with `hashIds`: its digest, then its plain id, if it was stored
 * without `hashIds`. A digest is never looked up as a plain id. Otherwise an attacker who has read the stored data
 * could open the session with the digest.
 */
export function storageIdsOf(id: string): [digest: string, plain?: string] {
  if (!isSessionId(id)) return [id];
  return DIGEST.test(id) ? [digestOf(id)] : [digestOf(id), id];
}

/**
 * Returns the handle of a session: a digest of its id that identifies the session on a page, but is not valid as an
 * id. `listByUser` returns the same handle, with and without `hashIds`, so that a page can mark the user's current
 * session.
 * @example
 * const devices = await store.listByUser(userId);
 * const thisDevice = devices.find(({ handle }) => handle === sessionHandle(req.sessionID));
 */
export function sessionHandle(id: string): string {
  return sha256(`handle:${DIGEST.test(id) ? id : digestOf(id)}`);
}
