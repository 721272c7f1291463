import type * as Fastify from "fastify";
import type { SessionStore as FastifySessionStore } from "@fastify/session";
import { LRUCache } from "lru-cache";
import { promisify } from "node:util";
import { publish } from "../../events.js";
import { attachments } from "../../internal/private-field.js";
import { callBack } from "../call-back.js";
import { GONE, type Loaded, type SessionCore } from "../session-core.js";

/** Methods of @fastify/session's session: a stored field of such a name would take its place, or that of all. */
const METHODS = [
  "__proto__",
  "options",
  "touch",
  "regenerate",
  "get",
  "set",
  "destroy",
  "reload",
  "save",
  "isModified",
  "isSaved",
];

/** Loads that no hook claimed. Far more than requests are under way at once; see `onRequest`. */
const MAX_UNCLAIMED = 10_000;

/** A request, or the object that `decryptSession` put a session into. */
type WithSession = Pick<Fastify.FastifyRequest, "session">;

interface Handoff {
  id: string;
  loaded: Loaded;
}

/**
 * A store for @fastify/session's `store` option. @fastify/session makes its own session object of what
 * `get` gives, and hands it out from the callback to the next `onRequest` hook without a pause: what was
 * loaded waits in `#handoff` for as long, for `onRequest` to tie it to that object.
 */
export class FastifyStore implements FastifySessionStore {
  readonly #core: SessionCore;
  readonly #unclaimed = new LRUCache<string, Handoff>({ max: MAX_UNCLAIMED });
  readonly #failures = new WeakSet<object>();
  readonly #requests = attachments<WithSession>();
  readonly #reload = this.#reloadProperty();
  #handoff: Handoff | undefined;
  /**
   * Why a session could not be destroyed, while @fastify/session is told. Its `regenerate` then stores the
   * new session all the same, and both would live.
   */
  #undestroyed: Error | undefined;

  /** Use `fastifyStore()`. */
  constructor(core: SessionCore) {
    this.#core = core;
  }

  /**
   * The hook that ties a session to what its request loaded. The plugin adds it; when you register
   * @fastify/session yourself, add it right after: `app.addHook("onRequest", store.onRequest)`. Without
   * it a save is merged with what was loaded last under its id, by whichever request. No hook runs for
   * `app.decryptSession`: call it first of all in the callback, as the plugin does.
   */
  readonly onRequest = (request: WithSession, _reply: unknown, done: () => void): void => {
    this.#claim(request);
    done();
  };

  /**
   * The hook that lets go of a session that could not be stored. The plugin adds it; with @fastify/session
   * registered by hand: `app.addHook("onError", store.onError)`. Without it @fastify/session saves once
   * more while the error is being answered, and takes the client's cookie away when that fails too.
   */
  readonly onError = (
    request: Fastify.FastifyRequest,
    _reply: unknown,
    error: Error,
    done: () => void,
  ): void => {
    if (this.#failures.has(error)) (request as { session: unknown }).session = null;
    done();
  };

  get(id: string, callback: (error: unknown, session?: Fastify.Session | null) => void): void {
    callBack(this.#load(id), (error, found) => {
      // A session that is loaded anew in a request keeps its id, even when there is nothing to load:
      // saving it would make a destroyed session again.
      this.#handoff = { id, loaded: found?.loaded ?? GONE };
      try {
        callback(error, found?.data as Fastify.Session | undefined);
      } finally {
        if (this.#handoff !== undefined) this.#unclaimed.set(id, this.#handoff);
        this.#handoff = undefined;
      }
    });
  }

  /**
   * Stores a request's session: creates it when it is new, updates it when it was loaded or saved
   * before, and drops the write when it is gone. So it does with what `get` gave for this id. Any other
   * object replaces what is stored.
   */
  set(id: string, session: Fastify.Session, callback: (error?: unknown) => void): void {
    const saved = this.#undestroyed ? Promise.reject(this.#undestroyed) : this.#save(id, session);
    callBack(saved, (error) => callback(this.#noted(error)));
  }

  destroy(id: string, callback: (error?: unknown) => void): void {
    callBack(this.#core.destroy(id), (error) => {
      this.#undestroyed = error as Error | undefined;
      try {
        callback(this.#noted(error));
      } finally {
        this.#undestroyed = undefined;
      }
    });
  }

  #noted(error: unknown): unknown {
    if (error instanceof Error) this.#failures.add(error);
    return error;
  }

  async #load(id: string) {
    const found = await this.#core.load(id);
    if (found === undefined || !METHODS.some((name) => Object.hasOwn(found.data, name))) return found;
    publish("payload-undecodable", {
      store: "fastifyStore",
      reason: "a field has the name of a session's method",
    });
    return undefined;
  }

  async #save(id: string, session: object): Promise<void> {
    const method = METHODS.find((name) => Object.prototype.propertyIsEnumerable.call(session, name));
    if (method !== undefined) {
      throw new TypeError(
        `a session can't have a field "${method}": @fastify/session has a method of that name`,
      );
    }
    const isLive = "isModified" in session;
    if (!isLive) return this.#core.setByHand(id, session);
    const unclaimed = this.#unclaimed.get(id);
    if (unclaimed !== undefined && !this.#core.isTied(session)) this.#core.tie(session, unclaimed.loaded);
    return this.#core.save(id, session);
  }

  #claim(request: WithSession): void {
    const { session } = request;
    if (typeof session?.reload !== "function") return; // a path without sessions
    const handoff = this.#handoff;
    if (handoff?.id === session.sessionId) this.#core.tie(session, handoff.loaded);
    this.#handoff = undefined;
    this.#claimReloads(request, session);
  }

  /** `reload` puts a new session object in place of this one, and no hook runs. */
  #claimReloads(request: WithSession, session: WithSession["session"]): void {
    this.#requests.set(session, request);
    Object.defineProperty(session, "reload", this.#reload);
  }

  #claimReload(session: WithSession["session"], callback: (error?: Error) => void): void {
    type Reload = (this: typeof session, callback: (error?: Error) => void) => void;
    const { reload } = Object.getPrototypeOf(session) as { reload: Reload };
    reload.call(session, (error) => {
      // There was nothing to find of a session that is new, and it stays new.
      if (!this.#core.isTied(session)) this.#handoff = undefined;
      this.#claim(this.#requests.get(session)!);
      callback(error);
    });
  }

  /** One pair of accessors for all: V8 gives each object with accessors of its own a shape of its own, which is slow. */
  #reloadProperty(): PropertyDescriptor & ThisType<WithSession["session"]> {
    const claimed = (session: WithSession["session"]) => {
      const claim = (callback: (error?: Error) => void) => this.#claimReload(session, callback);
      return (callback?: (error?: Error) => void) => (callback ? claim(callback) : promisify(claim)());
    };
    return {
      configurable: true,
      get() {
        return claimed(this);
      },
      // As an assignment to any other method does: it makes a field, which `set` then refuses.
      set(field: unknown) {
        const own = { value: field, enumerable: true, configurable: true, writable: true };
        Object.defineProperty(this, "reload", own);
      },
    };
  }
}
