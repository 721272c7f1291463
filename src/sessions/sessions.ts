import { hasCode } from "../errors.js";
import { privateField } from "../internal/private-field.js";
import { describe } from "../internal/validation.js";
import type { SessionData, SessionStore } from "../store.js";
import { BIND, INTEGRATIONS, type SessionBinder } from "./bind.js";
import { type OnError, failureResponse } from "./failure-response.js";
import { committed } from "./fetch-response.js";
import type { NodeResponse } from "./node-response.js";
import { NodeSession } from "./node-session.js";
import { RequestSession } from "./request-session.js";
import {
  type NodeRequest,
  anySource,
  fetchSource,
  isFetchRequest,
  isNodeRequest,
  nodeSource,
} from "./request-source.js";
import type { OpenedSession, Session } from "./session.js";
import type { SessionLoader } from "./session-loader.js";

/** Request or context of Fastify, Koa or Hono. */
export type FrameworkRequest = { raw: NodeRequest } | { req: NodeRequest } | { req: { raw: Request } };

/** Calls the next handler, or the error handlers if it gets an error. */
export type Next = (error?: unknown) => void;

interface Bound<T extends object> {
  get(): Promise<Session<T>>;
}

/** Sessions of a server: see `createSessions`. */
export class Sessions<
  T extends object = SessionData,
  S extends SessionStore<object> = SessionStore<T>,
> implements SessionBinder {
  /** The store, for methods such as `listByUser`. */
  readonly store: S;
  /** Used by integrations. @internal */
  declare readonly [BIND]: SessionBinder[typeof BIND];
  readonly #loader: SessionLoader<T>;
  readonly #onError: OnError | undefined;
  readonly #bound = privateField<Bound<T>>();
  readonly #fetched = privateField<RequestSession<T>>();

  /** Use `createSessions`. */
  constructor(store: S, loader: SessionLoader<T>, onError: OnError | undefined) {
    this.store = store;
    this.#loader = loader;
    this.#onError = onError;
    // Not a method with a computed name, since bundlers would keep the whole class in every app.
    Object.defineProperty(this, BIND, { value: this.#bind });
  }

  /**
   * Returns the session of a request. The first call for a request reads the store if the request has a session
   * cookie. Later calls return the same session.
   *
   * With node:http, Express and similar frameworks, the promise never rejects: if the session cannot be loaded, the
   * library sends the error response, and the promise does not settle, so that the handler does not continue.
   * @param request Request or context of a framework whose integration is registered, or of the Fetch API.
   * @throws StoreUnavailableError if the session cannot be loaded.
   */
  get(request: NodeRequest, response?: NodeResponse): Promise<Session<T>>;
  get(request: Request): Promise<Session<T>>;
  get(request: FrameworkRequest): Promise<Session<T>>;
  get(request: object, response?: NodeResponse): Promise<Session<T>> {
    if (typeof request !== "object" || request === null)
      throw new TypeError(`sessions.get requires a request; received ${describe(request)}`);
    return (this.#bound.get(request) ?? this.#bindRequest(request, response)).get();
  }

  /**
   * Opens the session of a request whose response this library does not control, such as an upgrade to a WebSocket.
   * Call its `save`, or its `commit` and send the returned `Set-Cookie` header.
   * @param request The request, or its `Cookie` header.
   * @throws StoreUnavailableError if the session cannot be loaded.
   */
  async open(request: NodeRequest | Request | string | null | undefined): Promise<OpenedSession<T>> {
    return this.#loader.load(anySource(request));
  }

  /**
   * Wraps a handler of the Fetch API, so that the session is saved before the response is returned. If the session
   * cannot be loaded or saved, or the handler throws a `StoreUnavailableError`, the response is 503 with
   * `Retry-After`, or the response that `onError` returns.
   * @example
   * Deno.serve(sessions.handler(async (request) => {
   *   const session = await sessions.get(request);
   *   return Response.json(session.data);
   * }));
   */
  handler<A extends unknown[]>(
    handle: (request: Request, ...args: A) => Response | Promise<Response>,
  ): (request: Request, ...args: A) => Promise<Response> {
    return async (request, ...args) => {
      try {
        return await this.commit(request, await handle(request, ...args));
      } catch (error) {
        const isAnswered =
          hasCode(error, "ERR_STORE_UNAVAILABLE") || this.#fetched.get(request)?.isLoadError(error);
        if (!isAnswered) throw error;
        return failureResponse(error, this.#onError);
      }
    };
  }

  /**
   * Saves the session of a Fetch API request, if `get` loaded it and a save is needed.
   * @returns the response, or a copy of it, with the session's cookie. If the session cannot be saved, it is 503 with
   *   `Retry-After`, or the response that `onError` returns.
   */
  async commit(request: Request, response: Response): Promise<Response> {
    const session = this.#fetched.get(request);
    if (session === undefined) return response;
    try {
      return await committed(response, session);
    } catch (error) {
      response.body?.cancel().catch(() => {});
      return failureResponse(error, this.#onError);
    }
  }

  /**
   * Returns a middleware for Express, Connect and similar frameworks. With it, `sessions.get(req)` needs no response,
   * and the error handlers get the error if a session cannot be loaded or saved.
   */
  middleware(): (req: NodeRequest, res: NodeResponse, next: Next) => void;
  middleware(...args: unknown[]): (req: NodeRequest, res: NodeResponse, next: Next) => void {
    if (args.length > 0)
      throw new TypeError("sessions.middleware() returns the middleware: app.use(sessions.middleware())");
    return (req, res, next) => {
      if (typeof next !== "function") {
        throw new TypeError(
          `sessions.middleware() is for Express, Connect and similar frameworks. Use ${INTEGRATIONS}`,
        );
      }
      if (this.#bound.get(req) === undefined) this.#bound.set(req, this.#bindNode(req, res, next));
      next();
    };
  }

  /** Closes the store. */
  close(): Promise<void> {
    return this.store.close();
  }

  readonly #bind: SessionBinder[typeof BIND] = (context, source, toError, alias) => {
    const session = new RequestSession<T>(() => this.#loader.load(source()), toError);
    this.#bound.set(context, session);
    if (alias !== undefined) this.#bound.set(alias, session);
    return session;
  };

  #bindRequest(request: object, response: NodeResponse | undefined): Bound<T> {
    if (isFetchRequest(request)) {
      const session = new RequestSession<T>(() => this.#loader.load(fetchSource(request)));
      this.#fetched.set(request, session);
      this.#bound.set(request, session);
      return session;
    }
    // Express sets `res` and `next`.
    const { res, next } = request as { res?: NodeResponse; next?: Next };
    const known = response ?? res;
    if (isNodeRequest(request) && known !== undefined) {
      const bound = this.#bindNode(request, known, next);
      this.#bound.set(request, bound);
      return bound;
    }
    throw new TypeError(
      "sessions.get received a request without its response. Call sessions.get(req, res), or register the " +
        "integration before the routes: app.use(sessions.middleware()) for Express and Connect; " +
        INTEGRATIONS,
    );
  }

  #bindNode(req: NodeRequest, res: NodeResponse, next: Next | undefined): Bound<T> {
    const load = () => this.#loader.load(nodeSource(req));
    return new NodeSession<T>(res, load, { next, answer: this.#answer });
  }

  #answer = (error: unknown): Promise<Response> => failureResponse(error, this.#onError);
}
