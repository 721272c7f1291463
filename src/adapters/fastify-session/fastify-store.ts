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
import { withFixedEnd } from "./fixed-end.js";
import { type Session, assertNoMethod, hidesMethod, isLive, keepCookieOut } from "./framework-session.js";
import { type Live, LiveSessions, type Owner, type WithSession } from "./live-sessions.js";
import { type Load, Loads } from "./loads.js";
import { callWithoutHooks } from "./without-hooks.js";

/**
 * Adapter for the option `store` of @fastify/session. @fastify/session creates a session object from the data that
 * `get` returns, and `Loads` connects the two.
 */
export class FastifyStore implements FastifySessionStore {
  readonly #sessions: CookieSessions;
  readonly #live = new LiveSessions((replaced) => this.#claimReloaded(replaced));
  readonly #loads = new Loads();
  readonly #failures = new WeakSet<object>();
  /** Reply to the request whose session @fastify/session is loading. */
  #loadingReply: Fastify.FastifyReply | undefined;
  /**
   * Set while the callback of a failed `destroy` runs. The `regenerate` of @fastify/session stores the new session
   * even then, so that both sessions would exist.
   */
  #destroyError: Error | undefined;

  /** Use `fastifyStore()`. @internal */
  constructor(sessions: CookieSessions) {
    this.#sessions = sessions;
  }

  /**
   * Hook of the plugin that runs before the hook of @fastify/session, which then calls `get` synchronously. If `get`
   * fails, the reply gets the headers of the error, such as `Retry-After`, for any error handler.
   */
  readonly beforeLoad = (_request: unknown, reply: Fastify.FastifyReply, done: () => void): void => {
    this.#loadingReply = reply;
    try {
      done();
    } finally {
      this.#loadingReply = undefined;
    }
  };

  /**
   * Hook that connects the session object of a request with the loaded session. The plugin adds it. If you register
   * @fastify/session yourself, add it directly after that: `app.addHook("onRequest", store.onRequest)`. Without the
   * hook, a save is merged based on the last load of its id by any request. No hook runs for `app.decryptSession`:
   * call this function first in its callback, as the plugin does.
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
   * Hook that removes a session that could not be stored from its request. The plugin adds it. If you register
   * @fastify/session yourself, add it after that: `app.addHook("onError", store.onError)`. Without the hook,
   * @fastify/session saves once more during the error response, and removes the client's cookie if that fails.
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

  /** Loads a session for @fastify/session; it calls back without one if it is gone. */
  get(id: string, callback: (error: unknown, session?: Fastify.Session | null) => void): void {
    const { caller } = this.#live;
    const reply = this.#loadingReply;
    callBack(this.#load(id), (error, found) => {
      reply?.headers(errorHeaders(error));
      const load: Load = { id, tracked: found?.tracked };
      const callerOf = () => load.claimedBy ?? caller;
      const call = () => callback(error, found?.data as Fastify.Session | undefined);
      this.#loads.run(load, () => this.#live.callFor(callerOf, call));
    });
  }

  /**
   * Stores the session of a request: creates it if it is new, updates it if it was loaded or saved before, and drops
   * the write if it is gone. Any other object replaces the stored session.
   */
  set(id: string, session: Fastify.Session, callback: (error?: unknown) => void): void {
    const { caller } = this.#live;
    callBack(this.#save(id, session as Session, caller), (error) => {
      const call = (result: unknown) => callback(this.#noted(result, caller));
      if (caller === undefined && isLive(session) && !this.#loads.hasPresent) {
        callWithoutHooks(this, call, error);
      } else
        this.#live.callFor(
          () => caller,
          () => call(error),
        );
    });
  }

  /** Destroys a session. Later saves of it write nothing. */
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
    const exists = await this.#sessions.saveIfNeeded(tracked, withFixedEnd(session, live?.cookieSetAt));
    if (live?.owner.reply === undefined) return;
    // An unchanged session may also be gone, and the client already has its cookie.
    if (exists === false || isUnwritten(live.loaded, tracked.state)) keepCookieOut(live.owner.reply, session);
  }

  /** Tracks a session object that `regenerate` created, or a copy of a tracked one. */
  #adopt(id: string, session: Session, caller: Live | undefined): Live | undefined {
    if (caller === undefined) return undefined;
    const { owner, tracked, loaded } = caller;
    if (tracked.id === id) this.#live.add(session, owner, tracked, loaded);
    else this.#live.add(session, owner, tracked.successor(id));
    return this.#live.get(session);
  }

  #claim(owner: Owner): void {
    const { session } = owner.request;
    if (!isLive(session)) return; // the path has no sessions
    const load = this.#loads.claim(session.sessionId);
    // If no session was found, the request has a new one, even if the id generator returns the requested id again.
    this.#live.add(session, owner, load?.tracked ?? this.#sessions.tracker.create(session.sessionId));
    if (load !== undefined) load.claimedBy = this.#live.get(session)!;
  }

  /** Claims the session object that `reload` put into the request. */
  #claimReloaded(replaced: Live): void {
    const { id, status } = replaced.tracked;
    // A session that is gone keeps its id, and saving it must not store it again. A new session cannot be reloaded.
    const missing = status === "new" ? replaced.tracked : this.#sessions.tracker.gone(id);
    const tracked = this.#loads.claim(id)?.tracked ?? missing;
    this.#live.add(replaced.owner.request.session, replaced.owner, tracked, replaced.loaded);
  }
}

/**
 * Returns an adapter for the option `store` of @fastify/session, which wraps any `SessionStore`. Use it if your app
 * registers @fastify/session itself, and add the hooks `onRequest` and `onError` after that.
 * @throws TypeError that names the invalid option and the accepted values.
 * @example
 * const adapter = fastifyStore(store);
 * app.register(fastifySession, { store: adapter, secret });
 * app.addHook("onRequest", adapter.onRequest);
 * app.addHook("onError", adapter.onError);
 */
export function fastifyStore(store: SessionStore<object>, options: AdapterOptions = {}): FastifyStore {
  knownOptions("fastifyStore", options, ADAPTER_OPTIONS);
  return new FastifyStore(new CookieSessions("fastifyStore", store, options));
}
