import type { FastifyReply, FastifyRequest } from "fastify";
import { promisify } from "node:util";
import type { TrackedSession } from "../../tracker/index.js";
import { toError } from "../../tracker/to-error.js";
import { canStringify } from "../serializable.js";
import type { Session } from "./framework-session.js";
import type { SessionState } from "../../tracker/state.js";

/** A request, or the object that `decryptSession` put a session into. */
export type WithSession = Pick<FastifyRequest, "session">;

/** The request that a session object belongs to; `decryptSession` has no reply. */
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
  /** When @fastify/session set the cookie's end, in epoch milliseconds. */
  readonly cookieSetAt: number;
}

type Callback = (error?: unknown) => void;
type Method = (this: Session, ...args: unknown[]) => unknown;

/** Methods of a session that call the store. */
const STORE_METHODS = ["save", "destroy", "regenerate"] as const;

/** A property and not a private field: it can be read through a Proxy that the application puts around a session. */
const LIVE = Symbol("sessionary:live");

/**
 * Knows which request each session object of @fastify/session belongs to, and for which session object the store is
 * being called. @fastify/session tells the store neither, so its session objects get a prototype of ours whose methods
 * note themselves while they call the store.
 */
export class LiveSessions {
  readonly #prototypes = new WeakMap<object, object>();
  readonly #onReload: (replaced: Live) => void;
  #caller: Live | undefined;

  /** @param onReload called after `reload` has put a new session object into the request. */
  constructor(onReload: (replaced: Live) => void) {
    this.#onReload = onReload;
  }

  /** The session whose method is calling the store; undefined for calls by hand. */
  get caller(): Live | undefined {
    return this.#caller;
  }

  get(session: object): Live | undefined {
    return (session as { [LIVE]?: Live })[LIVE];
  }

  /** @param loaded the state in which the request loaded the session; by default the present one. */
  add(session: Session, owner: Owner, tracked: TrackedSession, loaded = tracked.state): void {
    if (this.get(session) === undefined) {
      Object.setPrototypeOf(session, this.#prototypeOver(Object.getPrototypeOf(session) as Session));
    }
    const live: Live = { owner, tracked, loaded, cookieSetAt: cookieSetAt(session.cookie) };
    Object.defineProperty(session, LIVE, { configurable: true, writable: true, value: live });
  }

  /**
   * Calls a callback of the framework. What it throws becomes the answer of its request, as it does with
   * @fastify/session's own store, which calls back while the request's hook is still on the stack.
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

  /** Returns one prototype for all sessions, so that V8 gives them one shape. */
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
    // @fastify/session's own leaves BigInts out and throws on others: saving such a session names the field.
    override("isModified", (session) => !canStringify(session) || methods.isModified!.call(session));
    this.#prototypes.set(original, prototype);
    return prototype;
  }

  /** Reloads a session; no hook runs for the session object that takes its place. */
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

/** Returns when a cookie's end was set: `originalMaxAge` before it, or now if the cookie has no such end. */
function cookieSetAt({ expires, originalMaxAge }: { expires?: unknown; originalMaxAge?: unknown }): number {
  const isSet = expires instanceof Date && typeof originalMaxAge === "number";
  return isSet ? expires.getTime() - originalMaxAge : Date.now();
}
