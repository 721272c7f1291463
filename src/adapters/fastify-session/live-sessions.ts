import type { FastifyReply, FastifyRequest } from "fastify";
import { promisify } from "node:util";
import type { TrackedSession } from "../../tracker/index.js";
import { toError } from "../../tracker/to-error.js";
import { canStringify } from "../serializable.js";
import type { Session } from "./framework-session.js";
import type { SessionState } from "../../tracker/state.js";

/** Request, or the object whose `session` was set by `decryptSession`. */
export type WithSession = Pick<FastifyRequest, "session">;

/** The request of a session object, and its reply. With `decryptSession` there is no reply. */
export interface Owner {
  readonly request: WithSession;
  readonly reply: FastifyReply | undefined;
}

/** The request and the tracked session of a session object. */
export interface Live {
  readonly owner: Owner;
  readonly tracked: TrackedSession;
  /** State in which the request loaded the session. */
  readonly loaded: SessionState;
  /** Time at which @fastify/session set the expiry of the cookie, in epoch milliseconds. */
  readonly cookieSetAt: number;
}

type Callback = (error?: unknown) => void;
type Method = (this: Session, ...args: unknown[]) => unknown;

/** Methods of a session that call the store. */
const STORE_METHODS = ["save", "destroy", "regenerate"] as const;

/** Property of a session object. Not a private field, so that it can be read through a Proxy of the application. */
const LIVE = Symbol("sessionary:live");

/**
 * Maps session objects of @fastify/session to their requests, and records which session object is calling the store.
 * @fastify/session passes neither to the store, so the session objects get a prototype whose methods record the
 * session object while they call the store.
 */
export class LiveSessions {
  readonly #prototypes = new WeakMap<object, object>();
  readonly #onReload: (replaced: Live) => void;
  #caller: Live | undefined;

  /** @param onReload Called after `reload` has set a new session object on the request. */
  constructor(onReload: (replaced: Live) => void) {
    this.#onReload = onReload;
  }

  /** The session whose method is calling the store. Undefined if the application calls the store directly. */
  get caller(): Live | undefined {
    return this.#caller;
  }

  get(session: object): Live | undefined {
    return (session as { [LIVE]?: Live })[LIVE];
  }

  /**
   * Connects a session object with its request and its tracked session.
   * @param loaded State in which the request loaded the session. By default the current state.
   */
  add(session: Session, owner: Owner, tracked: TrackedSession, loaded = tracked.state): void {
    if (this.get(session) === undefined) {
      Object.setPrototypeOf(session, this.#prototypeOver(Object.getPrototypeOf(session) as Session));
    }
    const live: Live = { owner, tracked, loaded, cookieSetAt: cookieSetAt(session.cookie) };
    Object.defineProperty(session, LIVE, { configurable: true, writable: true, value: live });
  }

  /**
   * Calls a callback of the framework. If it throws, the error becomes the response to its request, as with the
   * built-in store of @fastify/session, which calls back while the hook of the request is still on the stack.
   */
  callFor(callerOf: () => Live | undefined, callback: () => void): void {
    try {
      this.#asCaller(callerOf(), callback);
    } catch (thrown) {
      const reply = callerOf()?.owner.reply;
      if (reply === undefined) throw thrown;
      if (reply.sent) reply.log.error({ err: thrown }, "an error was thrown after the reply was sent");
      else reply.send(toError(thrown));
    }
  }

  #asCaller<R>(live: Live | undefined, call: () => R): R {
    const before = this.#caller;
    this.#caller = live;
    try {
      return call();
    } finally {
      this.#caller = before;
    }
  }

  /** Returns one prototype for all sessions, so that they share one hidden class in V8. */
  #prototypeOver(original: Session): object {
    const known = this.#prototypes.get(original);
    if (known !== undefined) return known;
    const prototype = Object.create(original) as object;
    const methods = original as unknown as Record<string, Method>;
    const override = (name: string, method: (session: Session, args: unknown[]) => unknown) =>
      Object.defineProperty(prototype, name, {
        configurable: true,
        writable: true,
        value(this: Session, ...args: unknown[]) {
          return method(this, args);
        },
      });
    for (const name of STORE_METHODS) {
      override(name, (session, args) =>
        this.#asCaller(this.get(session), () => methods[name]!.apply(session, args)),
      );
    }
    override("reload", (session, [callback]) => {
      const reload = (done: Callback) => this.#reload(methods.reload!, session, done);
      return callback === undefined ? promisify(reload)() : reload(callback as Callback);
    });
    // The `isModified` of @fastify/session ignores BigInts and throws on other invalid values. Such a session counts
    // as modified, so that saving it rejects with an error that names the field.
    override("isModified", (session) => !canStringify(session) || methods.isModified!.call(session));
    this.#prototypes.set(original, prototype);
    return prototype;
  }

  /** Reloads a session, and reports the new session object, since no hook runs for it. */
  #reload(reload: Method, session: Session, callback: Callback): void {
    const live = this.get(session);
    this.#asCaller(live, () =>
      reload.call(session, (error: unknown) => {
        if (live !== undefined) this.#onReload(live);
        callback(error);
      }),
    );
  }
}

/**
 * Returns the time at which the expiry of a cookie was set: `originalMaxAge` before the expiry, or now if the cookie
 * has no such expiry.
 */
function cookieSetAt({ expires, originalMaxAge }: { expires?: unknown; originalMaxAge?: unknown }): number {
  const isSet = expires instanceof Date && typeof originalMaxAge === "number";
  return isSet ? expires.getTime() - originalMaxAge : Date.now();
}
