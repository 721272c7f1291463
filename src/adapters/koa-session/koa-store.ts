import type { Context } from "koa";
import { setImmediate as nextTurn } from "node:timers/promises";
import { publish } from "../../events.js";
import { privateField } from "../../internal/private-field.js";
import { knownOptions } from "../../internal/validation.js";
import type { SessionData, SessionStore } from "../../store.js";
import { SessionTracker, type TrackedSession } from "../../tracker/index.js";
import { type SessionState, isUnwritten } from "../../tracker/state.js";
import { withFailureEvent } from "../../tracker/to-error.js";
import { ADAPTER_OPTIONS, type AdapterOptions, checkAdapterOptions } from "../options.js";
import { checkStore } from "../../check-store.js";
import { KoaFormat } from "./koa-format.js";

/** Options that koa-session passes to a store. */
export interface KoaCallOptions {
  /** Context of the request. */
  ctx?: Context;
  /** True if the session was changed. */
  changed?: boolean;
  /** The option `rolling` of koa-session. */
  rolling?: boolean;
}

/** Interface of the stores of koa-session. */
export interface KoaExternalStore {
  /** Loads a session; undefined if it is gone. */
  get(key: string, maxAge?: number | "session", options?: KoaCallOptions): Promise<SessionData | undefined>;
  /** Stores a session. */
  set(key: string, session: object, maxAge?: number | "session", options?: KoaCallOptions): Promise<void>;
  /** Destroys a session. */
  destroy(key: string, options?: KoaCallOptions): Promise<void>;
}

/** Session of a request. */
interface RequestSession {
  readonly tracked: TrackedSession;
  /** State in which the request loaded the session. */
  readonly loaded: SessionState;
}

/** Adapter for the option `store` of koa-session. */
export class KoaStore implements KoaExternalStore {
  /** Class for the option `ContextStore` of koa-session, with the same store. */
  readonly ContextStore: new (ctx: Context) => KoaExternalStore;
  readonly #tracker: SessionTracker;
  readonly #format: KoaFormat;
  readonly #ofRequest = privateField<RequestSession>();
  /** Promise that resolves after the calls of `set` and `destroy` of a request. */
  readonly #calls = privateField<Promise<unknown>>();

  /** Use `koaStore()`. @internal */
  constructor(store: SessionStore<object>, options: AdapterOptions) {
    const { ttlMs, onConflict, touchAfterMs } = checkAdapterOptions(options);
    this.#format = new KoaFormat(ttlMs);
    this.#tracker = new SessionTracker(checkStore("koaStore", store) as SessionStore, {
      name: "koaStore",
      format: this.#format,
      onConflict,
      touchAfterMs,
    });
    this.ContextStore = contextStoreOf(this);
  }

  /** Used by `koaSession()`. @internal */
  static storeOf(store: KoaStore): SessionStore<object> {
    return store.#tracker.store;
  }

  /**
   * Waits for calls that koa-session makes for a handler that does not await `save` or `regenerate`. Otherwise their
   * cookie would come after the response. Used by `koaSession()`.
   * @internal
   */
  static async settle(store: KoaStore, ctx: Context): Promise<void> {
    let settled: Promise<unknown> | undefined;
    for (let calls; (calls = store.#calls.get(ctx)) !== settled; settled = calls) {
      await calls;
      await nextTurn(); // koa-session stores the new session some microtasks after it destroyed the old one
    }
  }

  /** Loads a session; undefined if it is gone. */
  async get(
    key: string,
    _maxAge?: number | "session",
    { ctx }: KoaCallOptions = {},
  ): Promise<SessionData | undefined> {
    const tracked = await this.#tracker.open(key);
    if (tracked === undefined) return undefined;
    if (ctx !== undefined) this.#attach(ctx, tracked);
    return { ...this.#format.dataOf(tracked.data, tracked.expiresAt!) };
  }

  /**
   * Stores the session of a request: creates it if it is new, updates it if the request loaded or saved it before,
   * and drops the write if it is gone. Without a `ctx`, the object replaces the stored session.
   */
  async set(
    key: string,
    session: object,
    _maxAge?: number | "session",
    { ctx }: KoaCallOptions = {},
  ): Promise<void> {
    const { _expire, ...fields } = session as SessionData;
    const lifetime = this.#format.lifetimeOf(fields);
    if (ctx === undefined) return withFailureEvent("save", () => this.#tracker.put(key, fields, lifetime));
    const { tracked, loaded } = this.#sessionFor(key, ctx);
    const isTooLate = ctx.headerSent && tracked.status === "new"; // the client could not receive its cookie
    const save = () => withFailureEvent("save", () => tracked.save(fields, lifetime));
    const exists = !isTooLate && (await this.#during(ctx, save()));
    if (ctx.headerSent && loaded.status === "new")
      publish("write-failed", { operation: "save", code: "ERR_HTTP_HEADERS_SENT" });
    // An unchanged session may also be gone, and the client already has its cookie.
    if (!exists || ctx.headerSent || isUnwritten(loaded, tracked.state)) keepCookieOut(ctx, key);
  }

  /** Destroys a session. Later saves of it write nothing. */
  async destroy(key: string, { ctx }: KoaCallOptions = {}): Promise<void> {
    const tracked = ctx && this.#ofRequest.get(ctx)?.tracked;
    const destroying = withFailureEvent("destroy", () =>
      tracked?.id === key ? tracked.destroy() : this.#tracker.destroy(key),
    );
    await (ctx ? this.#during(ctx, destroying) : destroying);
  }

  #during<R>(ctx: Context, call: Promise<R>): Promise<R> {
    this.#calls.set(ctx, Promise.allSettled([this.#calls.get(ctx), call]));
    return call;
  }

  #attach(ctx: Context, tracked: TrackedSession): RequestSession {
    const session = { tracked, loaded: tracked.state };
    this.#ofRequest.set(ctx, session);
    return session;
  }

  /** Returns the session of a request with this key: the known session, its successor, or a new session. */
  #sessionFor(key: string, ctx: Context): RequestSession {
    const known = this.#ofRequest.get(ctx);
    if (known?.tracked.id === key) return known;
    return this.#attach(ctx, known?.tracked.successor(key) ?? this.#tracker.create(key));
  }
}

/**
 * Returns an adapter for the option `store` of koa-session, which wraps any `SessionStore`. For the option
 * `ContextStore`, use `koaStore(store).ContextStore`.
 * @throws TypeError that names the invalid option and the accepted values.
 * @example
 * app.use(session({ store: koaStore(store) }, app));
 */
export function koaStore(store: SessionStore<object>, options: AdapterOptions = {}): KoaStore {
  knownOptions("koaStore", options, ADAPTER_OPTIONS);
  return new KoaStore(store, options);
}

function contextStoreOf(store: KoaStore): KoaStore["ContextStore"] {
  return class ContextStore implements KoaExternalStore {
    readonly #ctx: Context;

    constructor(ctx: Context) {
      this.#ctx = ctx;
    }

    get(key: string, maxAge?: number | "session") {
      return store.get(key, maxAge, { ctx: this.#ctx });
    }

    set(key: string, session: object, maxAge?: number | "session") {
      return store.set(key, session, maxAge, { ctx: this.#ctx });
    }

    destroy(key: string) {
      return store.destroy(key, { ctx: this.#ctx });
    }
  };
}

/**
 * Prevents the response from setting the cookie of a session that is gone, since the client may already have the
 * cookie of its successor.
 */
function keepCookieOut(ctx: Context, key: string): void {
  const cookies = ctx.cookies as {
    set: (name: string, value?: string | null, ...rest: unknown[]) => unknown;
  };
  const { set } = cookies;
  cookies.set = (name, value, ...rest) => (value === key ? cookies : set.call(cookies, name, value, ...rest));
}
