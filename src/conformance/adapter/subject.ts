import type { SessionStore } from "../../store.js";

/** The session of a request, as the handlers of the suite use it. */
export interface AdapterSession {
  /** Returns a field, or undefined if it is not set. */
  get(field: string): unknown;
  /** Sets a field to a JSON value. */
  set(field: string, value: unknown): void;
  /** Gives the session a new id. The fields may be kept or removed, as the framework does it. */
  regenerate(): Promise<void>;
  destroy(): Promise<void>;
  /** Sets the time that this session stays alive, in milliseconds. Not needed with `without.lifetimes`. */
  setLifetime?(lifetimeMs: number): void;
}

/** Answer of a handler: a redirect to `location` if it is set, else status 200 with `text`. */
export interface AdapterReply {
  text: string;
  location: string | undefined;
}

/** Handles a request. The path is that of the request, without a query. */
export type AdapterHandler = (path: string, session: AdapterSession) => Promise<AdapterReply>;

/** An app that was started. */
export interface RunningApp {
  /** Origin, such as `"http://127.0.0.1:3000"`. */
  url: string;
  /** Stops the app. Must not wait for clients to close their connections. */
  close: () => unknown;
}

/** Abilities that some frameworks do not have, by their design. */
export type AdapterAbility = "lifetimes" | "saving before sending";

/** The adapter that the suite is run on. */
export interface AdapterUnderTest {
  name: string;
  /** Opens a store that is empty. The suite closes it. */
  open: () => SessionStore | Promise<SessionStore>;
  /**
   * Starts an app that keeps its sessions in this store and answers each GET request as `handle` title, with the session
   * of the request. An error of `handle`, or of the session, is left to the framework's own error handling.
   */
  start: (store: SessionStore, handle: AdapterHandler) => RunningApp | Promise<RunningApp>;
  /** Abilities that the framework does not have, each with the reason. Their cases are left out. */
  without?: Partial<Record<AdapterAbility, string>>;
}
