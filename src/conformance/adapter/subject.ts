import type { SessionStore } from "../../store.js";

/** Session of a request, with the methods that the handlers of the suite use. */
export interface AdapterSession {
  /** Returns a field, or undefined if it is not set. */
  get(field: string): unknown;
  /** Sets a field to a JSON value. */
  set(field: string, value: unknown): void;
  /** Gives the session a new id. Whether the fields are kept depends on the framework. */
  regenerate(): Promise<void>;
  /** Destroys the session. */
  destroy(): Promise<void>;
  /**
   * Sets the lifetime of this session, in milliseconds. The adapter must store it with the session, since later
   * requests keep it. Not needed with `without.lifetimes`.
   */
  setLifetime?(lifetimeMs: number): void;
}

/** Response of a handler: a redirect to `location` if it is set, else status 200 with `text`. */
export interface AdapterReply {
  /** Body of the response. */
  text: string;
  /** Target of the redirect. */
  location: string | undefined;
}

/** Handles a request. The path has no query. */
export type AdapterHandler = (path: string, session: AdapterSession) => Promise<AdapterReply>;

/** A running app. */
export interface RunningApp {
  /** Origin, such as `"http://127.0.0.1:3000"`. */
  url: string;
  /** Stops the app. Must not wait for clients to close their connections. */
  close: () => unknown;
}

/** Abilities that some frameworks do not have by design. */
export type AdapterAbility = "lifetimes" | "saving before sending";

/** The adapter that the suite tests. */
export interface AdapterUnderTest {
  /** Heading of the tests. */
  name: string;
  /** Opens an empty store. The suite closes it. */
  open: () => SessionStore | Promise<SessionStore>;
  /**
   * Starts an app that stores its sessions in this store. For each GET request it calls `handle` with the session of
   * the request, and sends the reply that `handle` returns. The error handling of the framework handles errors of
   * `handle` and of the session.
   */
  start: (store: SessionStore, handle: AdapterHandler) => RunningApp | Promise<RunningApp>;
  /**
   * Abilities that the framework does not have, each with the reason. The suite leaves out the tests that require
   * them.
   */
  without?: Partial<Record<AdapterAbility, string>>;
}
