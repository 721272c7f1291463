import session from "express-session";
import type { Request } from "express";
import { knownOptions } from "../../internal/validation.js";
import type { SessionStore } from "../../store.js";
import { callBack } from "../call-back.js";
import { ADAPTER_OPTIONS, type AdapterOptions } from "../options.js";
import { SessionCore } from "../session-core.js";

export type { AdapterOptions } from "../options.js";

type Data = session.SessionData;

/**
 * A store for express-session's `store` option, over any `SessionStore`. It is cheap: make one for each
 * `session()` call, over one shared store, since express-session keeps state on it.
 * @throws TypeError naming the option that is not valid.
 */
export function expressStore(store: SessionStore<object>, options: AdapterOptions = {}): ExpressStore {
  knownOptions("expressStore", options, ADAPTER_OPTIONS);
  return new ExpressStore(new SessionCore("expressStore", store, options));
}

/** Every method that express-session's README lists for a store, and `ids`, as connect-redis has it. */
export class ExpressStore extends session.Store {
  readonly #core: SessionCore;

  /** Use `expressStore()`. */
  constructor(core: SessionCore) {
    super();
    this.#core = core;
  }

  override get(sid: string, callback: (err: unknown, session?: Data | null) => void): void {
    callBack(this.#load(sid), callback);
  }

  override createSession(req: Request, data: Data): session.Session & Data {
    const loaded = this.#core.loadedOf(data);
    const live = super.createSession(req, data);
    if (loaded !== undefined) this.#core.tie(live, loaded);
    return live;
  }

  /**
   * Stores a request's session: creates it when it is new, updates it when it was loaded or saved
   * before, and drops the write when it is gone. So it does with what `get` gave for this id. Any other
   * object replaces what is stored.
   */
  override set(sid: string, session: Data, callback?: (err?: unknown) => void): void {
    const saved = "req" in session ? this.#core.save(sid, session) : this.#core.setByHand(sid, session);
    callBack(saved, callback);
  }

  /** As express-session's own, but a session that could not be destroyed stays the request's. */
  override regenerate(req: Request, callback: (err?: unknown) => void): void {
    this.destroy(req.sessionID, (err) => {
      if (!err) (this as unknown as { generate: (req: Request) => void }).generate(req);
      callback(err);
    });
  }

  override touch(sid: string, session: Data, callback?: (err?: unknown) => void): void {
    callBack(this.#core.touch(sid, session), callback);
  }

  override destroy(sid: string, callback?: (err?: unknown) => void): void {
    callBack(this.#core.destroy(sid), callback);
  }

  /** Every session, with its id. It holds all of them at once. */
  override all(callback: (err: unknown, sessions?: (Data & { id: string })[] | null) => void): void {
    callBack(this.#all(), callback);
  }

  override length(callback: (err: unknown, length?: number) => void): void {
    callBack(this.#length(), callback);
  }

  override clear(callback?: (err?: unknown) => void): void {
    callBack(this.#clear(), callback);
  }

  /** Every session's id. It holds all of them at once. */
  ids(callback: (err: unknown, ids?: string[]) => void): void {
    callBack(this.#ids(), callback);
  }

  async #load(sid: string): Promise<Data | null> {
    const found = await this.#core.load(sid);
    return found === undefined ? null : (found.data as unknown as Data);
  }

  async #all(): Promise<(Data & { id: string })[]> {
    const sessions = [];
    for await (const id of this.#core.store.ids()) {
      const found = await this.#core.load(id);
      // Not a copy, of which `set` would not know what it is from.
      if (found !== undefined) sessions.push(Object.assign(found.data as unknown as Data, { id }));
    }
    return sessions;
  }

  // These are async so that a store that throws does so into the callback.
  async #length(): Promise<number> {
    return this.#core.store.count();
  }

  async #clear(): Promise<void> {
    return this.#core.store.clear();
  }

  async #ids(): Promise<string[]> {
    const ids = new Set<string>();
    for await (const id of this.#core.store.ids()) ids.add(id);
    return [...ids];
  }
}
