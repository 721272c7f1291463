import type { Request } from "express";
import type session from "express-session";
import { knownOptions } from "../../internal/validation.js";
import type { SessionStore } from "../../store.js";
import type { TrackedSession } from "../../tracker/index.js";
import { callBack, callBackOrReturn } from "../call-back.js";
import { CookieSessions } from "../cookie-sessions.js";
import { ADAPTER_OPTIONS, type AdapterOptions } from "../options.js";
import { serializable } from "../serializable.js";
import { AllSessions } from "./all-sessions.js";
import { RequestSessions } from "./request-sessions.js";
import { type Data, StoreBase } from "./store-base.js";

type Done<R = void> = (error: unknown, result?: R) => void;
type Generate = (req: Request) => void;

/**
 * Adapter for the option `store` of express-session. It has every method in the README of express-session, and `ids`,
 * which connect-redis also has. Without a callback, each method returns a promise.
 */
export class ExpressStore extends StoreBase {
  readonly #requests: RequestSessions;
  readonly #sessions: CookieSessions;
  readonly #all: AllSessions;
  #generate: Generate | undefined;

  /** Use `expressStore()`. @internal */
  constructor(requests: RequestSessions) {
    super();
    this.#requests = requests;
    this.#sessions = requests.sessions;
    this.#all = new AllSessions(requests.sessions);
  }

  /** Used by `expressSession()`. @internal */
  static requestsOf(store: ExpressStore): RequestSessions {
    return store.#requests;
  }

  /** Creates a new session for a request. express-session sets this function. @internal */
  get generate(): Generate {
    return (req) => this.#generateFor(req, (id) => this.#sessions.tracker.create(id));
  }

  /** @internal */
  set generate(generate: Generate) {
    this.#generate = generate;
  }

  /** Loads a session; null if it is gone. */
  get(sid: string): Promise<Data | null>;
  get(sid: string, callback: Done<Data | null>): void;
  get(sid: string, callback?: Done<Data | null>): unknown {
    return callBackOrReturn(this.#load(sid), callback);
  }

  /** Makes the live session of a request from what `get` loaded. */
  override createSession(req: Request, data: Data): session.Session & Data {
    const tracked = this.#sessions.trackedOf(data);
    const live = super.createSession(req, data);
    if (tracked !== undefined) this.#requests.attach(req, live, tracked);
    else serializable(live);
    return live;
  }

  /**
   * Stores the session of a request: creates it if it is new, updates it if it was loaded or saved before, and drops
   * the write if it is gone. Data that `get` returned is stored in the same way. Any other object replaces the stored
   * session.
   */
  set(sid: string, session: Data): Promise<void>;
  set(sid: string, session: Data, callback: Done): void;
  set(sid: string, session: Data, callback?: Done): unknown {
    return callBackOrReturn(this.#save(sid, session), callback);
  }

  /**
   * Replaces the session of a request by a new one. Unlike in express-session, a session that cannot be destroyed is
   * kept.
   */
  regenerate(req: Request, callback: (error?: unknown) => void): void {
    if (typeof callback !== "function") {
      throw new TypeError(
        "req.session.regenerate requires a callback, req.session.regenerate((error) => { … }): " +
          "express-session returns no promise",
      );
    }
    const id = req.sessionID;
    const old = this.#requests.trackedOf(id, req.session) ?? this.#requests.of(req);
    const destroyed = this.#sessions.destroy(old?.id === id ? old : id);
    const { tracker } = this.#sessions;
    const replaced = destroyed.then(() =>
      this.#generateFor(req, (newId) => old?.successor(newId) ?? tracker.create(newId)),
    );
    this.#requests.end(
      id,
      replaced.catch(() => {}),
    ); // the error goes to the callback
    callBack(replaced, (error) => callback(error));
  }

  /** Extends the expiry of a session, and writes nothing if it is gone. */
  touch(sid: string, session: Data): Promise<void>;
  touch(sid: string, session: Data, callback: Done): void;
  touch(sid: string, session: Data, callback?: Done): unknown {
    return callBackOrReturn(this.#touch(sid, session), callback);
  }

  /** Destroys a session. Later saves of it write nothing. */
  destroy(sid: string): Promise<void>;
  destroy(sid: string, callback: Done): void;
  destroy(sid: string, callback?: Done): unknown {
    const destroyed = this.#sessions.destroy(sid).then(() => {});
    this.#requests.end(sid, callback === undefined ? destroyed : destroyed.catch(() => {}));
    return callBackOrReturn(destroyed, callback);
  }

  /** Returns all sessions with their ids. Reads all of them into memory. */
  all(): Promise<(Data & { id: string })[]>;
  all(callback: Done<(Data & { id: string })[] | null>): void;
  all(callback?: Done<(Data & { id: string })[] | null>): unknown {
    return callBackOrReturn(this.#all.list(), callback);
  }

  /** Counts the sessions. */
  length(): Promise<number>;
  length(callback: Done<number>): void;
  length(callback?: Done<number>): unknown {
    return callBackOrReturn(this.#all.count(), callback);
  }

  /** Destroys every session. */
  clear(): Promise<void>;
  clear(callback: Done): void;
  clear(callback?: Done): unknown {
    return callBackOrReturn(this.#all.clear(), callback);
  }

  /** Returns the ids of all sessions. Reads all of them into memory. */
  ids(): Promise<string[]>;
  ids(callback: Done<string[]>): void;
  ids(callback?: Done<string[]>): unknown {
    return callBackOrReturn(this.#all.ids(), callback);
  }

  #generateFor(req: Request, trackedFor: (id: string) => TrackedSession): void {
    if (this.#generate === undefined)
      throw new TypeError("expressStore can create sessions only in express-session");
    this.#generate(req);
    this.#requests.attach(req, req.session, trackedFor(req.sessionID));
  }

  async #load(sid: string): Promise<Data | null> {
    const found = await this.#sessions.load(sid);
    return found === undefined ? null : (found.data as unknown as Data);
  }

  async #save(sid: string, session: Data): Promise<void> {
    const tracked = this.#requests.trackedOf(sid, session);
    if (tracked === undefined) await this.#sessions.put(sid, session);
    else await this.#sessions.save(tracked, session);
  }

  async #touch(sid: string, session: Data): Promise<void> {
    const tracked = this.#requests.trackedOf(sid, session);
    if (tracked === undefined) await this.#sessions.touchById(sid, session);
    else await this.#sessions.touch(tracked, session);
  }
}

/**
 * Returns an adapter for the option `store` of express-session, which wraps any `SessionStore`. Create one adapter
 * for each call of `session()`, since express-session sets properties on it. Several adapters can share one store.
 * @throws TypeError that names the invalid option and the accepted values.
 * @example
 * app.use(session({ store: expressStore(store), secret, resave: false, saveUninitialized: false }));
 */
export function expressStore(store: SessionStore<object>, options: AdapterOptions = {}): ExpressStore {
  knownOptions("expressStore", options, ADAPTER_OPTIONS);
  return new ExpressStore(new RequestSessions(new CookieSessions("expressStore", store, options)));
}
