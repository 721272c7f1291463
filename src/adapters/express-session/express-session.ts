import type { NextFunction, Request, RequestHandler, Response } from "express";
import session from "express-session";
import { failureResponse } from "../../sessions/failure-response.js";
import { HeldResponse } from "../../sessions/held-response.js";
import { type SendingMethods, applyErrorHeaders, canHoldBack } from "../../sessions/node-response.js";
import type { SessionStore } from "../../store.js";
import { splitAdapterOptions } from "../options.js";
import { storeOption } from "../store-option.js";
import { ExpressStore, expressStore } from "./express-store.js";
import { type ExpressSessionOptions, checkExpressSessionOptions } from "./express-session-options.js";
import { ResponseSession } from "./response-session.js";

/** Middleware that `expressSession` returns. */
export interface ExpressSessions extends RequestHandler {
  /** The store, to close it, or to call methods such as `listByUser`. */
  readonly store: SessionStore<object>;
}

/**
 * Returns a middleware that uses express-session and saves each session before the headers of the response are sent.
 * So a client that follows a redirect immediately finds the saved session. If a session cannot be saved, the
 * middleware passes the error to `next`, and the client gets no cookie.
 * @throws TypeError that names the invalid option and the accepted values.
 * @example
 * app.use(expressSession({ store: "redis://localhost:6379", secret: process.env.SESSION_SECRET! }));
 */
export function expressSession(options: ExpressSessionOptions): ExpressSessions {
  checkExpressSessionOptions(options);
  const { adapterOptions, others } = splitAdapterOptions(options);
  const { store } = options;
  const adapter =
    store instanceof ExpressStore
      ? store
      : expressStore(storeOption("expressSession", store), adapterOptions);
  const { saveUninitialized = false, unset = "keep", proxy } = options;
  const load = session({
    resave: false,
    ...others,
    saveUninitialized,
    store: adapter as unknown as session.Store,
  });
  const requests = ExpressStore.requestsOf(adapter);

  const middleware: RequestHandler = (req, res, next) => {
    const methods = res as unknown as SendingMethods;
    const { end } = methods;
    load(req, res, (error?: unknown) => {
      if (error !== undefined) {
        applyErrorHeaders(res, error);
        return next(error);
      }
      // express-session replaces `end` only if it has set `req.session`.
      if (methods.end !== end && canHoldBack(res)) {
        methods.end = end; // the `end` of express-session would save once more
        holdBack(res, new ResponseSession(req, requests, { saveUninitialized, unset, proxy }), req, next);
      }
      next();
    });
  };
  return Object.assign(middleware, { store: requests.sessions.store });
}

/** Delays a response until its session is saved. */
function holdBack(res: Response, held: ResponseSession, req: Request, next: NextFunction): void {
  const methods = res as unknown as SendingMethods;
  const { writeHead } = methods; // the `writeHead` of express-session, which sets the cookie
  methods.writeHead = (...args) =>
    held.hasCookie ? writeHead.apply(res, args) : withoutSession(req, () => writeHead.apply(res, args));
  new HeldResponse(res, held, { next, answer: (error) => failureResponse(error, undefined) });
}

/** Runs a task and removes the session from the request meanwhile. */
function withoutSession<R>(req: Partial<Request>, task: () => R): R {
  const { session } = req;
  if (!session) return task();
  delete req.session;
  try {
    return task();
  } finally {
    req.session = session;
  }
}
