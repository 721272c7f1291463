import type { Request } from "express";
import session from "express-session";
import type { EventEmitter } from "node:events";
import { knownOptions } from "../../internal/validation.js";
import type { SessionStore } from "../../store.js";
import { storesDigests } from "../../users/hash-ids.js";
import type { TrackedSession } from "../../tracker/index.js";
import { callBack, callBackOrReturn } from "../call-back.js";
import { CookieSessions } from "../cookie-sessions.js";
import { ADAPTER_OPTIONS, type AdapterOptions } from "../options.js";
import { serializable } from "../serializable.js";
import { RequestSessions } from "./request-sessions.js";

type Data = session.SessionData;
type Done<R = void> = (error: unknown, result?: R) => void;
type Generate = (req: Request) => void;

/** express-session's base class, without the methods that return nothing there and a promise here. */
const StoreBase = session.Store as unknown as new () => EventEmitter & {
  createSession(req: Request, data: Data): session.Session & Data;
  load(sid: string, callback: (error: unknown, session?: Data) => void): unknown;
};

/**
 * A store for express-session's `store` option. It has every method that express-session's README lists, and `ids`,
 * as connect-redis has. Without a callback each method returns a promise.
 */
export class ExpressStore extends StoreBase {
  readonly #requests: RequestSessions;
  readonly #sessions: CookieSessions;
  #generate: Generate | undefined;

  /** Use `expressStore()`. */
  constructor(requests: RequestSessions) {
    super();
    this.#requests = requests;
    this.#sessions = requests.sessions;
  }

  /** Used by `expressSession()`. */
  static requestsOf(store: ExpressStore): RequestSessions {
    return store.#requests;
  }

  /** Set by express-session: makes a new session for a request. */
  get generate(): Generate {
    return (req) => this.#generateFor(req, (id) => this.#sessions.tracker.create(id));
  }

  set generate(generate: Generate) {
    this.#generate = generate;
  }

  get(sid: string): Promise<Data | null>;
  get(sid: string, callback: Done<Data | null>): void;
  get(sid: string, callback?: Done<Data | null>): unknown {
    return callBackOrReturn(this.#load(sid), callback);
  }

  override createSession(req: Request, data: Data): session.Session & Data {
    const tracked = this.#sessions.trackedOf(data);
    const live = super.createSession(req, data);
    if (tracked !== undefined) this.#requests.attach(req, live, tracked);
    else serializable(live);
    return live;
  }

  /**
   * Stores a request's session: creates it if it is new, updates it if it was loaded or saved before, and drops the
   * write if it is gone. The data of `get` is stored the same way. Any other object replaces what is stored.
   */
  set(sid: string, session: Data): Promise<void>;
  set(sid: string, session: Data, callback: Done): void;
  set(sid: string, session: Data, callback?: Done): unknown {
    return callBackOrReturn(this.#save(sid, session), callback);
  }

  /** Replaces a request's session. Unlike express-session's own, it keeps a session that could not be destroyed. */
  regenerate(req: Request, callback: (error?: unknown) => void): void {
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
    ); // the callback gets the error
    callBack(replaced, (error) => callback(error));
  }

  touch(sid: string, session: Data): Promise<void>;
  touch(sid: string, session: Data, callback: Done): void;
  touch(sid: string, session: Data, callback?: Done): unknown {
    return callBackOrReturn(this.#touch(sid, session), callback);
  }

  destroy(sid: string): Promise<void>;
  destroy(sid: string, callback: Done): void;
  destroy(sid: string, callback?: Done): unknown {
    const destroyed = this.#sessions.destroy(sid).then(() => {});
    this.#requests.end(sid, callback === undefined ? destroyed : destroyed.catch(() => {}));
    return callBackOrReturn(destroyed, callback);
  }

  /** Every session, with its id. It holds all of them at once. */
  all(): Promise<(Data & { id: string })[]>;
  all(callback: Done<(Data & { id: string })[] | null>): void;
  all(callback?: Done<(Data & { id: string })[] | null>): unknown {
    return callBackOrReturn(this.#all(), callback);
  }

  length(): Promise<number>;
  length(callback: Done<number>): void;
  length(callback?: Done<number>): unknown {
    return callBackOrReturn(this.#length(), callback);
  }

  clear(): Promise<void>;
  clear(callback: Done): void;
  clear(callback?: Done): unknown {
    return callBackOrReturn(this.#clear(), callback);
  }

  /** Every session's id. It holds all of them at once. */
  ids(): Promise<string[]>;
  ids(callback: Done<string[]>): void;
  ids(callback?: Done<string[]>): unknown {
    return callBackOrReturn(this.#ids(), callback);
  }

  #generateFor(req: Request, trackedFor: (id: string) => TrackedSession): void {
    if (this.#generate === undefined)
      throw new TypeError("expressStore generates sessions only under express-session");
    this.#generate(req);
    this.#requests.attach(req, req.session, trackedFor(req.sessionID));
  }

  async #load(sid: string): Promise<Data | null> {
    const found = await this.#sessions.load(sid);
    return found === undefined ? null : (found.data as unknown as Data);
  }

  async #save(sid: string, session: Data): Promise<void> {
    const tracked = this.#requests.trackedOf(sid, asObject(session));
    if (tracked === undefined) await this.#sessions.put(sid, session);
    else await this.#sessions.save(tracked, session);
  }

  async #touch(sid: string, session: Data): Promise<void> {
    const tracked = this.#requests.trackedOf(sid, asObject(session));
    if (tracked === undefined) await this.#sessions.touchById(sid, session);
    else await this.#sessions.touch(tracked, session);
  }

  async #all(): Promise<(Data & { id: string })[]> {
    if (storesDigests(this.#sessions.store)) {
      throw new TypeError("all() needs the ids of sessions; with hashIds the store knows only their digests");
    }
    const sessions = [];
    for await (const id of this.#sessions.store.ids()) {
      const data = await this.#load(id);
      // Not a copy: `set` has to know what was loaded.
      if (data !== null) sessions.push(Object.assign(data, { id }));
    }
    return sessions;
  }

  // These are async so that what a store throws rejects.
  async #length(): Promise<number> {
    return this.#sessions.store.count();
  }

  async #clear(): Promise<void> {
    return this.#sessions.store.clear();
  }

  async #ids(): Promise<string[]> {
    const ids = new Set<string>();
    for await (const id of this.#sessions.store.ids()) ids.add(id);
    return [...ids];
  }
}

/**
 * Returns a store for express-session's `store` option, over any `SessionStore`. It is cheap: make one for each
 * `session()` call, over one shared store, since express-session keeps state on it.
 * @throws TypeError that names the invalid option and the accepted values.
 */
export function expressStore(store: SessionStore<object>, options: AdapterOptions = {}): ExpressStore {
  knownOptions("expressStore", options, ADAPTER_OPTIONS);
  return new ExpressStore(new RequestSessions(new CookieSessions("expressStore", store, options)));
}

/** @throws TypeError if the session is not an object. */
function asObject(session: unknown): object {
  if (typeof session === "object" && session !== null) return session;
  throw new TypeError(`a session must be an object, not ${session === null ? "null" : typeof session}`);
}
