/** Entry of a user's index. Each entry is a login, which assigned a session to the user. */
export interface LoginEntry {
  /** The user's id, as text. */
  readonly user: string;
  /** Id under which the session's record is stored. With `hashIds` it is a digest. */
  readonly storageId: string;
  /**
   * Number of the login, which is also stored in the session's record. It is unique for the user, and a later login
   * has a larger number.
   */
  readonly login: number;
}

/**
 * Index of each user's sessions, in addition to a store. It is advisory: an entry is added before its record is
 * written, and removed after its record is gone. So an index may have entries whose session does not exist, or now
 * belongs to another user. The caller verifies each entry against its record.
 *
 * Every method rejects with the same errors as the store, for example `StoreUnavailableError`.
 */
export interface UserIndex {
  /**
   * Adds a login and assigns a number to it. The index may drop the entry after `expiresAt` (epoch milliseconds).
   * @param max Maximum number of entries of the user. Checking and adding are one atomic step.
   * @returns the entry, or `undefined` if the user has `max` entries already.
   */
  add(user: string, storageId: string, expiresAt: number, max?: number): Promise<LoginEntry | undefined>;
  /** Changes the expiry of an entry. @returns true if the index has the entry. */
  extend(entry: LoginEntry, expiresAt: number): Promise<boolean>;
  /** Adds a lost entry again, with its old number. */
  restore(entry: LoginEntry, expiresAt: number): Promise<void>;
  /** Removes an entry if the index has it. */
  remove(entry: LoginEntry): Promise<void>;
  /** Returns the number of entries of the user, or `undefined` if this entry is not among them. */
  confirm(entry: LoginEntry): Promise<number | undefined>;
  /**
   * Yields the user's entries by their number, the oldest login first or the newest first. Reads them in chunks of
   * bounded size, so an entry that is added or removed meanwhile may be missing or included.
   */
  list(user: string, options?: { newestFirst?: boolean }): AsyncIterable<LoginEntry>;
  /** Removes all entries of all users. */
  clear(): Promise<void>;
}
