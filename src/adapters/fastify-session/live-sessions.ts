import type { FastifyReply, FastifyRequest } from "fastify";
import { promisify } from "node:util";
import { attachments } from "../../internal/private-field.js";
import { faultOf as toError } from "../to-error.js";

/** A request, or the object that `decryptSession` put a session into. */
export type WithSession = Pick<FastifyRequest, "session">;

/** The request that a session object belongs to; `decryptSession` has no reply. */
export interface Owner {
  readonly request: WithSession;
  readonly reply: FastifyReply | undefined;
}

type Session = WithSession["session"];
type Callback = (error?: unknown) => void;
type Method = (this: Session, ...args: unknown[]) => unknown;

/** Methods of a session that call the store. */
const STORE_METHODS = ["save", "destroy", "regenerate"] as const;

/**
 * Knows which request each session object of @fastify/session belongs to, and for which request the store is being
 * called. @fastify/session hands the store neither, so its session objects get a prototype of ours whose methods
 * note the request while they call the store.
 */
export class LiveSessions {
  readonly #owners = attachments<Owner>();
  readonly #prototypes = new WeakMap<object, object>();
  readonly #onReload: (owner: Owner, replaced: Session) => void;
  #caller: Owner | undefined;

  /** @param onReload called after `reload` has put a new session object into the request. */
  constructor(onReload: (owner: Owner, replaced: Session) => void) {
    this.#onReload = onReload;
  }

  /** The request for which the store is being called; undefined for calls by hand. */
  get caller(): Owner | undefined {
    return this.#caller;
  }

  add(session: Session, owner: Owner): void {
    if (this.#owners.get(session) === undefined) {
      Object.setPrototypeOf(session, this.#prototypeOver(Object.getPrototypeOf(session) as Session));
    }
    this.#owners.set(session, owner);
  }

  /**
   * Calls a callback of the framework. What it throws becomes the answer of its request, as it does with
   * @fastify/session's own store, which calls back while the request's hook is still on the stack.
   */
  callFor(ownerOf: () => Owner | undefined, callback: () => void): void {
    try {
      this.#asCaller(ownerOf(), callback);
    } catch (thrown) {
      const reply = ownerOf()?.reply;
      if (reply === undefined) throw thrown;
      if (reply.sent) reply.log.error({ err: thrown }, "an error was thrown after the reply was sent");
      else reply.send(toError(thrown));
    }
  }

  #asCaller<R>(owner: Owner | undefined, call: () => R): R {
    const before = this.#caller;
    this.#caller = owner;
    try {
      return call();
    } finally {
      this.#caller = before;
    }
  }

  /** One prototype for all sessions, so that V8 gives them one shape. */
  #prototypeOver(original: Session): object {
    const known = this.#prototypes.get(original);
    if (known !== undefined) return known;
    const prototype = Object.create(original) as object;
    const override = (name: string, method: (session: Session, args: unknown[]) => unknown) =>
      Object.defineProperty(prototype, name, {
        configurable: true,
        writable: true,
        value(this: Session, ...args: unknown[]) {
          return method(this, args);
        },
      });
    const methods = original as unknown as Record<(typeof STORE_METHODS)[number] | "reload", Method>;
    for (const name of STORE_METHODS) {
      const method = methods[name];
      override(name, (session, args) =>
        this.#asCaller(this.#owners.get(session), () => method.apply(session, args)),
      );
    }
    override("reload", (session, [callback]) => {
      const reload = (done: Callback) => this.#reload(methods.reload, session, done);
      return callback === undefined ? promisify(reload)() : reload(callback as Callback);
    });
    this.#prototypes.set(original, prototype);
    return prototype;
  }

  /** Reloads a session; no hook runs for the session object that takes its place. */
  #reload(reload: Method, session: Session, callback: Callback): void {
    const owner = this.#owners.get(session);
    this.#asCaller(owner, () =>
      reload.call(session, (error: unknown) => {
        if (owner !== undefined) this.#onReload(owner, session);
        callback(error);
      }),
    );
  }
}
