import type * as Fastify from "fastify";
import type { SessionStore as FastifySessionStore } from "@fastify/session";
import { LRUCache } from "lru-cache";
import { publish } from "../../events.js";
import { callBack } from "../call-back.js";
import { LiveSessions, type Owner, type WithSession } from "./live-sessions.js";
import { GONE, type Loaded, type SessionCore } from "../session-core.js";
import { faultOf as toError } from "../to-error.js";

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

interface Handoff {
  id: string;
  loaded: Loaded;
  /** Set once a hook has claimed the load. */
  owner?: Owner;
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
  readonly #live = new LiveSessions((owner, replaced) => this.#claimReloaded(owner, replaced));
  #handoff: Handoff | undefined;
  #hasWarned = false;
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
  readonly onRequest = (
    request: WithSession,
    reply: Fastify.FastifyReply | undefined,
    done: () => void,
  ): void => {
    this.#claim({ request, reply });
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
    const { caller } = this.#live;
    callBack(this.#load(id), (error, found) => {
      // A session that is loaded anew in a request keeps its id, even when there is nothing to load:
      // saving it would make a destroyed session again.
      const handoff: Handoff = { id, loaded: found?.loaded ?? GONE };
      this.#handoff = handoff;
      try {
        this.#live.callFor(
          () => handoff.owner ?? caller,
          () => callback(error, found?.data as Fastify.Session | undefined),
        );
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
    const { caller } = this.#live;
    const saved = this.#undestroyed ? Promise.reject(this.#undestroyed) : this.#save(id, session);
    callBack(saved, (error) => {
      const call = (result: unknown) => callback(this.#noted(result));
      if (caller !== undefined || !isLive(session)) {
        this.#live.callFor(
          () => caller,
          () => call(error),
        );
      } else this.#callWithoutHooks(call, error);
    });
  }

  destroy(id: string, callback: (error?: unknown) => void): void {
    const { caller } = this.#live;
    callBack(this.#core.destroy(id), (error) => {
      this.#undestroyed = error as Error | undefined;
      try {
        this.#live.callFor(
          () => caller,
          () => callback(this.#noted(error)),
        );
      } finally {
        this.#undestroyed = undefined;
      }
    });
  }

  /** Without the hooks nobody knows the reply: what the callback throws goes where the error of a failed save goes. */
  #callWithoutHooks(callback: (error: unknown) => void, error: unknown): void {
    this.#warnOnce();
    try {
      callback(error);
    } catch (thrown) {
      try {
        callback(toError(thrown));
      } catch {
        // The reply was sent before, so there is no request left to answer.
      }
    }
  }

  #warnOnce(): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    process.emitWarning(
      'fastifyStore works best with its hooks: after @fastify/session, add app.addHook("onRequest", store.onRequest) ' +
        'and app.addHook("onError", store.onError)',
      { type: "SessionaryWarning" },
    );
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
    if (!isLive(session)) return this.#core.setByHand(id, session);
    const unclaimed = this.#handoff?.id === id ? this.#handoff : this.#unclaimed.get(id);
    if (unclaimed !== undefined && !this.#core.isTied(session)) this.#core.tie(session, unclaimed.loaded);
    return this.#core.save(id, session);
  }

  #claim(owner: Owner): void {
    const { session } = owner.request;
    if (!isLive(session)) return; // a path without sessions
    const handoff = this.#handoff;
    if (handoff?.id === session.sessionId) {
      handoff.owner = owner;
      this.#core.tie(session, handoff.loaded);
    }
    this.#handoff = undefined;
    this.#live.add(session, owner);
  }

  /** Claims the session object that `reload` put in place of another one. */
  #claimReloaded(owner: Owner, replaced: object): void {
    // A new session has nothing to load, and stays new.
    if (!this.#core.isTied(replaced)) this.#handoff = undefined;
    this.#claim(owner);
  }
}

/** True if @fastify/session made this session object; false for plain data that was passed to `set`. */
function isLive(session: object | null | undefined): session is Fastify.Session {
  return typeof (session as { isModified?: unknown } | null | undefined)?.isModified === "function";
}
