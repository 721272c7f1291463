const SESSION_ID = /^[\x21-\x7e]{1,256}$/;

/**
 * True if the value is a valid session id: 1 to 256 printable ASCII characters without a space. The characters fit
 * into a cookie (RFC 6265, section 4.1.1), and the length limits what a client can send.
 * @example
 * async get(id: string) {
 *   if (!isSessionId(id)) return undefined;
 *   return this.#find(id);
 * }
 */
export function isSessionId(id: unknown): id is string {
  return typeof id === "string" && SESSION_ID.test(id);
}

/**
 * Throws a TypeError if the value is not a valid session id. The message does not contain the id. A store calls it in
 * `create`.
 * @example
 * async create(id: string, entry: SessionEntry) {
 *   assertSessionId(id);
 *   return this.#insert(id, entry);
 * }
 */
export function assertSessionId(id: unknown): asserts id is string {
  if (!isSessionId(id)) {
    throw new TypeError("id must be a string of 1 to 256 printable ASCII characters without a space");
  }
}
