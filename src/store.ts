/**
 * The contract that every store keeps and every adapter relies on.
 *
 * Its edge cases are written here and nowhere else; `sessionary/conformance` has one test for each
 * sentence of the list below.
 *
 * Reading
 * - `undefined` and `false` mean that the session is missing, expired or destroyed; a rejection
 *   means a real fault.
 * - What `get` returns is the caller's own copy, round-tripped through the codec.
 * - A payload that cannot be decoded is a miss and an event, never an error.
 *
 * Writing
 * - There is no upsert: `create` makes a session that does not exist, `update` changes one that does.
 * - `create` rejects with `SessionExistsError` when the id is taken, and leaves the first session as it was.
 * - `update` resolves to `undefined`, and writes nothing, when the session is gone.
 * - `update` with `ifVersion` rejects with `SessionConflictError`, which carries the current record,
 *   when the stored version differs; check and write are one atomic step.
 * - A version is opaque; equal versions of one session mean equal data.
 * - `touch` moves the expiry only; data and version stay.
 * - `touch` only extends: an `expiresAt` before the stored one changes nothing, and the call still resolves to `true`.
 * - `touch` with `ifVersion` rejects with `SessionConflictError`, which carries the current record,
 *   when the stored version differs; check and write are one atomic step.
 * - `create` and `update` accept a past `expiresAt`, which leaves nothing readable.
 * - A session is gone once its `expiresAt` has passed.
 * - A write reads its entry before it returns: changing the object afterwards changes nothing stored.
 * - Data that JSON cannot carry (a BigInt, a Map, a Set, a cycle, a getter that throws) is a `TypeError` that names
 *   the key, and writes nothing.
 * - An `expiresAt` that a `Date` cannot hold, or that is before 2001 (seconds in place of milliseconds), is a
 *   `TypeError`, and writes nothing.
 *
 * Ids
 * - Anything but 1 to 256 printable ASCII characters without a space is a miss on `get`, `update`,
 *   `touch` and `destroy`, and a `TypeError` on `create`.
 *
 * The whole
 * - Calls on one id that are started one after the other, without waiting, take effect in that order.
 * - `destroy` tells whether there was a session to destroy.
 * - `ids` gives every live id; an id that comes or goes meanwhile may be there or not.
 * - `count` counts live sessions.
 * - `clear` destroys every session of this store and nothing else.
 * - After `close` every method rejects with `StoreClosedError`; closing again does nothing.
 */

/** Session data of an unknown shape: JSON values by field name. The default where no type of your own is given. */
export type SessionData = Record<string, unknown>;

/** A session to write. */
export interface SessionEntry<T extends object = SessionData> {
  data: T;
  /** End of the session, in epoch milliseconds. */
  expiresAt: number;
}

/** A session that was read. */
export interface SessionRecord<T extends object = SessionData> extends SessionEntry<T> {
  /** Opaque. Equal versions of one session mean equal data. */
  readonly version: string;
  /** Creation time in epoch milliseconds, if the store records it. */
  readonly createdAt?: number | undefined;
}

/** Options for `create`. */
export interface CreateOptions<T extends object = SessionData> {
  /**
   * Record of the session that the new one continues under a new id, as it was read. A store with an absolute
   * timeout then counts from that session's `createdAt`, unless the new session belongs to another user: a login
   * starts a new lifetime. Other stores ignore this option.
   */
  replaces?: Pick<SessionRecord<T>, "data" | "createdAt">;
}

/** Options for `update` and `touch`. */
export interface UpdateOptions {
  /** Writes only if the stored version is this one. */
  ifVersion?: string;
  /**
   * Record of the session that this one continues, as for `create`: for a session that was created before its user was
   * known. `touch` ignores it.
   */
  replaces?: CreateOptions<object>["replaces"];
}

/** See the top of this file for what holds in every store. */
export interface SessionStore<T extends object = SessionData> {
  /** Maximum duration of a call, in milliseconds, if the store has a deadline. */
  readonly timeoutMs?: number | undefined;
  /**
   * Maximum lifetime of a session, in milliseconds, if the store has an absolute timeout: it caps each `expiresAt` at
   * the record's `createdAt` plus this.
   */
  readonly absoluteTimeoutMs?: number | undefined;
  /** Reads a session. @returns undefined if it does not exist, has expired or was destroyed. */
  get(id: string): Promise<SessionRecord<T> | undefined>;
  /**
   * @returns the version written.
   * @throws SessionExistsError when the id is taken; TypeError when the id or the entry is not valid.
   */
  create(id: string, entry: SessionEntry<T>, options?: CreateOptions<T>): Promise<string>;
  /**
   * @returns the version written, or `undefined` when the session is gone.
   * @throws SessionConflictError when `ifVersion` is given and another version is stored.
   */
  update(id: string, entry: SessionEntry<T>, options?: UpdateOptions): Promise<string | undefined>;
  /**
   * Extends the expiry to `entry.expiresAt`. `entry.data` is the data as the caller knows it: a store may use it, for
   * an index for example, and does not write it.
   * @returns true if the session exists, extended or not.
   * @throws SessionConflictError when `ifVersion` is given and another version is stored.
   */
  touch(id: string, entry: SessionEntry<T>, options?: UpdateOptions): Promise<boolean>;
  /** Destroys a session. @returns true if it existed. */
  destroy(id: string): Promise<boolean>;
  /** Lists the ids of all live sessions, in no order. */
  ids(): AsyncIterable<string>;
  /** Counts the live sessions. */
  count(): Promise<number>;
  /** Destroys every session of this store. */
  clear(): Promise<void>;
  /**
   * Resolves if the store can answer now: use it for a readiness probe. Optional for a store without a backend.
   * @throws what any other call would reject with.
   */
  ping?(): Promise<void>;
  /** Closes what the store opened. A client that was passed in stays open. */
  close(): Promise<void>;
}
