import type { SessionStore as FastifySessionStore } from "@fastify/session";
import type * as Fastify from "fastify";
import { publish } from "../../events.js";
import { isUnwritten } from "../../tracker/state.js";
import { callBack } from "../call-back.js";
import { knownOptions } from "../../internal/validation.js";
import { errorHeaders } from "../../sessions/node-response.js";
import type { SessionStore } from "../../store.js";
import { CookieSessions } from "../cookie-sessions.js";
import { ADAPTER_OPTIONS, type AdapterOptions } from "../options.js";
import { toError } from "../../tracker/to-error.js";
import { withFixedEnd } from "./fixed-end.js";
import { type Session, assertNoMethod, hidesMethod, isLive, keepCookieOut } from "./framework-session.js";
import { type Live, LiveSessions, type Owner, type WithSession } from "./live-sessions.js";
import { type Load, Loads } from "./loads.js";

/**
 * A store for @fastify/session's `store` option. @fastify/session makes its own session object of the data of `get`,
 * and `Loads` connects the two.
 */
export class FastifyStore implements FastifySessionStore {
  readonly #sessions: CookieSessions;
  readonly #live = new LiveSessions((replaced) => this.#claimReloaded(replaced));
  readonly #loads = new Loads();
  readonly #failures = new WeakSet<object>();
  /** Reply to the request for which @fastify/session is being called. */
  #arriving: Fastify.FastifyReply | undefined;
  #hasWarned = false;
  /**
   * Set while the callback of a failed `destroy` runs. @fastify/session's `regenerate` then stores the new session
   * all the same, and both would live.
   */
  #destroyError: Error | undefined;

  /** Use `fastifyStore()`. */
  constructor(sessions: CookieSessions) {
    this.#sessions = sessions;
  }

  /**
   * Hook of the plugin that runs before @fastify/session's, which loads the session without a pause: if that fails, the
   * reply gets the headers of the error, such as `Retry-After`, whichever error handler answers.
   */
  readonly beforeLoad = (_request: unknown, reply: Fastify.FastifyReply, done: () => void): void => {
    this.#arriving = reply;
    try {
      done();
    } finally {
      this.#arriving = undefined;
    }
  };

  /**
   * Hook that connects a session with what its request loaded. The plugin adds it; if you register @fastify/session
   * yourself, add it right after: `app.addHook("onRequest", store.onRequest)`. Without it a save is merged with what
   * was loaded last under its id, by any request. No hook runs for `app.decryptSession`: call this first in its
   * callback, as the plugin does.
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
   * Hook that drops a session which could not be stored. The plugin adds it; with @fastify/session registered by
   * hand: `app.addHook("onError", store.onError)`. Without it @fastify/session saves once more while the error is
   * being answered, and removes the client's cookie if that fails too.
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
    const reply = this.#arriving;
    callBack(this.#load(id), (error, found) => {
      reply?.headers(errorHeaders(error));
      const load: Load = { id, tracked: found?.tracked };
      const callerOf = () => load.claimedBy ?? caller;
      const call = () => callback(error, found?.data as Fastify.Session | undefined);
      this.#loads.run(load, () => this.#live.callFor(callerOf, call));
    });
  }

  /**
   * Stores a request's session: creates it if it is new, updates it if it was loaded or saved before, and drops the
   * write if it is gone. Any other object replaces what is stored.
   */
  set(id: string, session: Fastify.Session, callback: (error?: unknown) => void): void {
    const { caller } = this.#live;
    callBack(this.#save(id, session as Session, caller), (error) => {
      const call = (result: unknown) => callback(this.#noted(result, caller));
      if (caller === undefined && isLive(session) && !this.#loads.hasPresent)
        this.#callWithoutHooks(call, error);
      else
        this.#live.callFor(
          () => caller,
          () => call(error),
        );
    });
  }

  destroy(id: string, callback: (error?: unknown) => void): void {
    const { caller } = this.#live;
    const tracked = caller?.tracked.id === id ? caller.tracked : undefined;
    callBack(this.#sessions.destroy(tracked ?? id), (error) => {
      this.#destroyError = error instanceof Error ? error : undefined;
      try {
        this.#live.callFor(
          () => caller,
          () => callback(this.#noted(error, caller)),
        );
      } finally {
        this.#destroyError = undefined;
      }
    });
  }

  /** Calls back without a known reply: an exception goes where the error of a failed save goes. */
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

  #noted(error: unknown, caller: Live | undefined): unknown {
    if (error instanceof Error) this.#failures.add(error);
    caller?.owner.reply?.headers(errorHeaders(error));
    return error;
  }

  async #load(id: string) {
    const found = await this.#sessions.load(id);
    if (found === undefined || !hidesMethod(found.data)) return found;
    publish("payload-undecodable", {
      store: "fastifyStore",
      reason: "a field has the name of a session's method",
    });
    return undefined;
  }

  async #save(id: string, session: Session, caller: Live | undefined): Promise<void> {
    if (this.#destroyError !== undefined) throw this.#destroyError;
    assertNoMethod(session);
    if (!isLive(session)) return this.#sessions.put(id, session);
    const live = this.#live.get(session) ?? this.#adopt(id, session, caller);
    const tracked = live?.tracked ?? this.#loads.lastOf(id, () => this.#sessions.tracker.create(id));
    const exists = await this.#sessions.save(tracked, withFixedEnd(session, live?.cookieSetAt));
    if (live?.owner.reply === undefined) return;
    // An unchanged session may be gone as well, and the client has its cookie already.
    if (!exists || isUnwritten(live.loaded, tracked.state)) keepCookieOut(live.owner.reply, session);
  }

  /** Tracks a session object that `regenerate` made, or a copy of a tracked one. */
  #adopt(id: string, session: Session, caller: Live | undefined): Live | undefined {
    if (caller === undefined) return undefined;
    const { owner, tracked, loaded } = caller;
    if (tracked.id === id) this.#live.add(session, owner, tracked, loaded);
    else this.#live.add(session, owner, tracked.successor(id));
    return this.#live.get(session);
  }

  #claim(owner: Owner): void {
    const { session } = owner.request;
    if (!isLive(session)) return; // a path without sessions
    const load = this.#loads.claim(session.sessionId);
    // A miss leaves a new session, even if the id generator repeats the id that was asked for.
    this.#live.add(session, owner, load?.tracked ?? this.#sessions.tracker.create(session.sessionId));
    if (load !== undefined) load.claimedBy = this.#live.get(session)!;
  }

  /** Claims the session object that `reload` put into the request. */
  #claimReloaded(replaced: Live): void {
    const { id, status } = replaced.tracked;
    // A session that is gone keeps its id: saving it must not store it again. A new one has nothing to load.
    const missing = status === "new" ? replaced.tracked : this.#sessions.tracker.gone(id);
    const tracked = this.#loads.claim(id)?.tracked ?? missing;
    this.#live.add(replaced.owner.request.session, replaced.owner, tracked, replaced.loaded);
  }
}

/**
 * Returns a store for @fastify/session's `store` option, over any `SessionStore`, for apps that register
 * @fastify/session themselves. Add its hooks after it: `onRequest` and `onError`.
 * @throws TypeError that names the invalid option and the accepted values.
 */
export function fastifyStore(store: SessionStore<object>, options: AdapterOptions = {}): FastifyStore {
  knownOptions("fastifyStore", options, ADAPTER_OPTIONS);
  return new FastifyStore(new CookieSessions("fastifyStore", store, options));
}
