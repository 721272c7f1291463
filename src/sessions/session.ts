/** Session of one request. `T` is the type of its data. */
export interface Session<T extends object> {
  /**
   * Data of the session: a plain object of JSON values, empty for a new session. Changes are saved before the
   * response is sent.
   */
  data: Partial<T>;
  /** True if nothing is stored for this session yet. */
  readonly isNew: boolean;
  /** Stored expiry of the session, in epoch milliseconds. Undefined if nothing is stored yet. */
  readonly expiresAt: number | undefined;
  /** Handle of the session, as in `listByUser`. It identifies the session on a page, but is not valid as an id. */
  readonly handle: string;
  /**
   * Saves the session immediately, so that you can handle an error.
   * @returns false if the session was destroyed or has expired meanwhile, and nothing was written.
   * @throws TypeError if JSON cannot represent the data; the error of the store.
   */
  save(): Promise<boolean>;
  /**
   * Gives the session a new id and keeps its data. Call it when a user signs in or gets more rights, so that an old
   * id that somebody else knows is no longer valid. The new session is saved before the response is sent.
   * @throws Error if the headers of the response are sent; the error of the store.
   */
  regenerate(): Promise<void>;
  /** Destroys the session and empties `data`. Data that is set after it starts a new session. */
  destroy(): Promise<void>;
}

/** Session that `sessions.open` returned, for a request whose response the library does not control. */
export interface OpenedSession<T extends object> extends Session<T> {
  /**
   * Saves the session if needed.
   * @returns the `Set-Cookie` header to send, or undefined if the client needs none.
   */
  commit(): Promise<string | undefined>;
}
