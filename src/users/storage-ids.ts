import { createHash } from "node:crypto";
import { isSessionId } from "../session-id.js";

/** Ahead of a hashed name. No id generator in use makes an id of this beginning. */
const HASHED = "h:";

/**
 * Under which names a session may be stored: its digest first, then, for one from before `hashIds`, its
 * id. A stored digest is never taken for an id: whoever read it from Redis could open the session.
 */
export function namesOf(id: string, hashIds: boolean): [name: string, ...old: string[]] {
  if (!hashIds || !isSessionId(id)) return [id];
  const hashed = HASHED + createHash("sha256").update(id).digest("base64url");
  return id.startsWith(HASHED) ? [hashed] : [hashed, id];
}

/** What a page may show of a session: a one-way digest, which no request can use in place of the id. */
export function handleOf(name: string): string {
  return createHash("sha256").update(`handle:${name}`).digest("base64url");
}
