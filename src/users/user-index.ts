/** Entry of a user's index: a login, which made a session this user's. */
export interface LoginEntry {
  /** The user's id, as text. */
  readonly user: string;
  /** Id under which the session's record is stored: a digest with `hashIds`. */
  readonly storageId: string;
  /**
   * Number of the login. It is stored in the session's record, too. No two logins of a user have the same number,
   * and a later login has a larger one.
   */
  readonly login: number;
}

/**
 * Index of each user's sessions, beside a store. It is advisory: an entry is added before its record is written and
 * removed after its record is gone, so an index may name sessions that do not exist, or that are another user's by
 * now. Whoever reads it verifies each entry against the record.
 *
 * Every method rejects with the same errors as the store, for example `StoreUnavailableError`.
 */
export interface UserIndex {
  /**
   * Adds a login and gives it a number. Entries may be dropped once `expiresAt` (epoch milliseconds) has passed.
   * @param max Number of entries at which nothing is added; checking and adding are one atomic step.
   * @returns the entry, or `undefined` if the user has `max` entries already.
   */
  add(user: string, storageId: string, expiresAt: number, max?: number): Promise<LoginEntry | undefined>;
  /** Changes when an entry expires. @returns true if the index has the entry. */
  extend(entry: LoginEntry, expiresAt: number): Promise<boolean>;
  /** Adds an entry that was lost, with the number that it had. */
  restore(entry: LoginEntry, expiresAt: number): Promise<void>;
  /** Removes an entry, if it is there. */
  remove(entry: LoginEntry): Promise<void>;
  /** Returns how many entries the user has, or `undefined` if this entry is not among them. */
  confirm(entry: LoginEntry): Promise<number | undefined>;
  /**
   * Yields the user's entries, by their number: the oldest login first, or the newest. It reads a bounded number of
   * them at a time, so an entry that is added or removed meanwhile may or may not be there.
   */
  list(user: string, options?: { newestFirst?: boolean }): AsyncIterable<LoginEntry>;
  /** Removes all entries of all users. */
  clear(): Promise<void>;
}
