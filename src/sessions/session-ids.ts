import { randomBytes } from "node:crypto";

const ID_BYTES = 24;
const OWN_ID = /^[\w-]{32}$/;

/** Returns a new session id: 192 random bits as base64url, 32 characters. */
export function newSessionId(): string {
  return randomBytes(ID_BYTES).toString("base64url");
}

/** True if a text has the form of an id that `newSessionId` returns. */
export function isOwnId(text: string): boolean {
  return OWN_ID.test(text);
}
