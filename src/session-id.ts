const SESSION_ID = /^[\x21-\x7e]{1,256}$/;

/**
 * True if this can be a session id: 1 to 256 printable ASCII characters, no space.
 * It is what a cookie value can carry (RFC 6265, section 4.1.1), and a bound on what a client can send.
 */
export function isSessionId(id: unknown): id is string {
  return typeof id === "string" && SESSION_ID.test(id);
}

/** @throws TypeError when this cannot be a session id. The message does not repeat the id. */
export function assertSessionId(id: unknown): asserts id is string {
  if (!isSessionId(id)) {
    throw new TypeError("id must be a string of 1 to 256 printable ASCII characters without a space");
  }
}
