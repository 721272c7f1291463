/**
 * The contract that every store implements and every adapter relies on.
 *
 * This list is the only specification of the edge cases; `sessionary/conformance` has one test for each item.
 *
 * Reading
 * - `undefined` and `false` mean that the session is missing, expired or destroyed; a rejection means that the call
 *   failed.
 * - `get` returns a new copy of the data, decoded by the codec.
 * - A payload that cannot be decoded counts as missing in `get`, which publishes an event, and in `update` and
 *   `touch` with `ifVersion`; it is not an error. After `destroy` its id can be used again.
 *
 * Writing
 * - There is no upsert: `create` requires that the session does not exist, `update` requires that it exists.
 * - `create` rejects with `SessionExistsError` if the id is in use, and leaves the existing session unchanged.
 * - `update` resolves to `undefined`, and writes nothing, if the session is gone.
 * - `update` with `ifVersion` rejects with `SessionConflictError`, which contains the current record, if the stored
 *   version differs; check and write are one atomic step.
 * - A version is an opaque string; equal versions of one session mean equal data.
 * - `touch` changes only the expiry; data and version stay the same.
 * - `touch` only extends: an `expiresAt` before the stored one changes nothing, and the call still resolves to `true`.
 * - `touch` with `ifVersion` rejects with `SessionConflictError`, which contains the current record, if the stored
 *   version differs; check and write are one atomic step.
 * - `create` and `update` accept an `expiresAt` in the past; the session is then gone.
 * - A session is gone when its `expiresAt` has passed.
 * - A write copies its entry before it returns its promise: later changes to the object do not change the stored session.
 * - Data that JSON cannot represent (a BigInt, a Map, a Set, a cycle, a getter that throws) is rejected with a
 *   `TypeError` that names the key; nothing is written.
 * - An `expiresAt` that a `Date` cannot represent, or that is before 2001 (probably seconds instead of milliseconds),
 *   is rejected with a `TypeError`; nothing is written.
 *
 * Ids
 * - An id is 1 to 256 printable ASCII characters without a space; any other value counts as missing in `get`,
 *   `update`, `touch` and `destroy`, and `create` rejects it with a `TypeError`.
 *
 * Whole store
 * - Calls on one id take effect in the order in which they are made, even if the caller does not wait for each.
 * - `destroy` resolves to true if the session existed, else to false.
 * - `ids` yields the id of every live session; a session that is created or removed during the iteration may be
 *   missing or included.
 * - `count` counts live sessions.
 * - `clear` destroys every session of this store and nothing else.
 * - After `close` every other method rejects with `StoreClosedError`; a second `close` does nothing.
 */

/** Session data as JSON values by field name. The default type of session data. */
export type SessionData = Record<string, unknown>;

/** A session to write. */
export interface SessionEntry<T extends object = SessionData> {
  /** Data of the session, JSON values only. */
  data: T;
  /** End of the session, in epoch milliseconds. */
  expiresAt: number;
}

/** A session that was read. */
export interface SessionRecord<T extends object = SessionData> extends SessionEntry<T> {
  /** Opaque string. Equal versions of one session mean equal data. */
  readonly version: string;
  /** Creation time in epoch milliseconds, if the store records it. */
  readonly createdAt?: number | undefined;
}

/** Options for `create`. */
export interface CreateOptions<T extends object = SessionData> {
  /**
   * The record, as it was read, of the session that the new session replaces under a new id. A store with an absolute
   * timeout then counts from the `createdAt` of that session, unless the new session belongs to another user: a login
   * starts a new lifetime. Other stores ignore this option.
   */
  replaces?: Pick<SessionRecord<T>, "data" | "createdAt">;
}

/** Options for `update` and `touch`. */
export interface UpdateOptions {
  /** The version that must be stored for the write to happen. */
  ifVersion?: string;
  /**
   * The record of the session that this one replaces, as in `create`, if the user was not known yet when this session
   * was created. `touch` ignores it.
   */
  replaces?: CreateOptions<object>["replaces"];
}

/** Store of sessions. The comment at the top of this file specifies what every store guarantees. */
export interface SessionStore<T extends object = SessionData> {
  /** Maximum duration of a call, in milliseconds. Undefined if the store has no deadline. */
  readonly timeoutMs?: number | undefined;
  /**
   * Maximum lifetime of a session, in milliseconds: the store limits each `expiresAt` to the record's `createdAt`
   * plus this. Undefined if the store has no absolute timeout.
   */
  readonly absoluteTimeoutMs?: number | undefined;
  /** Reads a session. @returns undefined if it does not exist, has expired or was destroyed. */
  get(id: string): Promise<SessionRecord<T> | undefined>;
  /**
   * Creates a session.
   * @returns the version written.
   * @throws SessionExistsError if the id is in use; TypeError if the id or the entry is not valid.
   */
  create(id: string, entry: SessionEntry<T>, options?: CreateOptions<T>): Promise<string>;
  /**
   * Replaces data and expiry of a session.
   * @returns the version written, or `undefined` if the session is gone.
   * @throws SessionConflictError if `ifVersion` is given and another version is stored.
   */
  update(id: string, entry: SessionEntry<T>, options?: UpdateOptions): Promise<string | undefined>;
  /**
   * Extends the expiry to `entry.expiresAt`. A store does not write `entry.data`, but may read it, for example to
   * update an index.
   * @returns true if the session exists, extended or not.
   * @throws SessionConflictError if `ifVersion` is given and another version is stored.
   */
  touch(id: string, entry: SessionEntry<T>, options?: UpdateOptions): Promise<boolean>;
  /** Destroys a session. @returns true if it existed. */
  destroy(id: string): Promise<boolean>;
  /** Lists the ids of all live sessions, in any order. */
  ids(): AsyncIterable<string>;
  /** Counts the live sessions. */
  count(): Promise<number>;
  /** Destroys every session of this store. */
  clear(): Promise<void>;
  /**
   * Resolves if the store can answer now. Use it for a readiness probe. Optional for a store without a backend.
   * @throws the error that any other call would reject with.
   */
  ping?(): Promise<void>;
  /** Closes the connections that the store opened. A client that you passed in stays open. */
  close(): Promise<void>;
}
