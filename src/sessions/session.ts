/** A session of one request. `T` is the type of its data. */
export interface Session<T extends object> {
  /**
   * Data of the session: a plain object of JSON values, empty for a new session. Change it as you like; it is saved
   * before the response is sent.
   */
  data: Partial<T>;
  /** True if nothing is stored for this session yet. */
  readonly isNew: boolean;
  /** End of the session as it is stored, in epoch milliseconds; undefined if nothing is stored yet. */
  readonly expiresAt: number | undefined;
  /** Handle of the session, as `listByUser` reports it. It identifies the session on a page and opens nothing. */
  readonly handle: string;
  /**
   * Saves the session now, so that the caller sees an error.
   * @returns false if the session was destroyed or has expired meanwhile: nothing was written.
   * @throws TypeError if JSON cannot represent the data; the store's error.
   */
  save(): Promise<boolean>;
  /**
   * Gives the session a new id and keeps its data. Call it when a user signs in or gets more rights, so that an id
   * that somebody else knew opens nothing. The new session is saved before the response is sent.
   */
  regenerate(): Promise<void>;
  /** Destroys the session and empties `data`. Data that is set after it starts a new session. */
  destroy(): Promise<void>;
}

/** A session that was opened with `sessions.open`, outside of a request that the library answers. */
export interface OpenedSession<T extends object> extends Session<T> {
  /**
   * Saves the session if that is needed.
   * @returns the `Set-Cookie` header to send, or undefined if the client needs none.
   */
  commit(): Promise<string | undefined>;
}
