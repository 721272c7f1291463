import fastifyCookie from "@fastify/cookie";
import express, { type NextFunction, type Request, type RequestHandler, type Response } from "express";
import session from "express-session";
import Fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { expressStore, type AdapterOptions } from "sessionary/express-session";
import sessionaryFastify, { type SessionaryFastifySessionOptions } from "sessionary/fastify-session";
import type { SessionStore } from "sessionary";
import { onTestFinished } from "vitest";
import { listen } from "../support/listen.js";

export const FRAMEWORKS = ["express", "fastify"] as const;
export type Framework = (typeof FRAMEWORKS)[number];

export const SECRET = "a secret of the tests, 32 characters or more";

/** What a handler can do with its session, the same for both frameworks. */
export interface Visit {
  readonly id: string;
  readonly session: Record<string, unknown>;
  readonly cookie: { maxAge?: number | null; expires?: Date | null | false; originalMaxAge: number | null };
  save(): Promise<void>;
  reload(): Promise<void>;
  regenerate(): Promise<void>;
  destroy(): Promise<void>;
}
export type Handler<V, R> = (visit: V) => R | Promise<R>;

/** A real server on a free port whose handlers are functions of the test; see `Browser.visit`. */
export class App<V = Visit> {
  readonly cookieName: string;
  /** What reached the framework's error handling. */
  readonly errors: unknown[] = [];
  readonly #handlers: Handler<never, unknown>[] = [];
  port = 0;

  constructor(cookieName: string) {
    this.cookieName = cookieName;
  }

  /** The address that runs this handler. */
  urlOf(handler: Handler<V, unknown>): string {
    return `http://127.0.0.1:${this.port}/?handler=${this.#handlers.push(handler) - 1}`;
  }

  async run(index: unknown, visit: V): Promise<{ result: unknown }> {
    return { result: await this.#handlers[Number(index)]!(visit as never) };
  }
}

export type ExpressVisit = Visit & { req: Request; res: Response };
export type ExpressOptions = Partial<session.SessionOptions>;

/** Serves express-session over a store of its own kind. */
export function serveExpress(store: session.Store, options: ExpressOptions = {}): Promise<App<ExpressVisit>> {
  const middleware = session({ secret: SECRET, resave: false, saveUninitialized: false, store, ...options });
  return serveMiddleware(middleware, options.name);
}

/**
 * Serves a middleware that gives requests their sessions.
 * @param handlesErrors false to leave errors to Express.
 */
export async function serveMiddleware(
  middleware: RequestHandler,
  cookieName = "connect.sid",
  handlesErrors = true,
): Promise<App<ExpressVisit>> {
  const app = new App<ExpressVisit>(cookieName);
  const web = express();
  web.use(middleware);
  web.get("/", async (req, res) => {
    const { result } = await app.run(req.query.handler, expressVisit(req, res));
    if (!res.writableEnded) res.json({ result });
  });
  web.use((error: unknown, _req: Request, res: Response, next: NextFunction) => {
    app.errors.push(error);
    if (!handlesErrors) return next(error);
    if (res.writableEnded) return; // the write at the end of a response failed
    if (res.headersSent) next(error);
    else res.status(500).json({});
  });
  const { port, close } = await listen(web);
  app.port = port;
  onTestFinished(close);
  return app;
}

export function expressVisit(req: Request, res: Response): ExpressVisit {
  const promised = (call: (callback: (error?: Error | null) => void) => unknown) =>
    promisify((callback: (error?: Error | null) => void) => void call(callback))();
  return {
    req,
    res,
    get id() {
      return req.sessionID;
    },
    get session() {
      return req.session as unknown as Record<string, unknown>;
    },
    get cookie() {
      return req.session.cookie as Visit["cookie"];
    },
    save: () => promised((callback) => req.session.save(callback)),
    reload: () => promised((callback) => req.session.reload(callback)),
    regenerate: () => promised((callback) => req.session.regenerate(callback)),
    destroy: () => promised((callback) => req.session.destroy(callback)),
  };
}

export type FastifyVisit = Visit & { request: FastifyRequest };

/** Serves Fastify with whatever `register` sets up. */
export async function serveFastify(
  register: (web: FastifyInstance) => Promise<unknown>,
  cookieName = "sessionId",
): Promise<App<FastifyVisit>> {
  const app = new App<FastifyVisit>(cookieName);
  const web = Fastify({ forceCloseConnections: true });
  await register(web);
  web.setErrorHandler(async (error, _request, reply) => {
    app.errors.push(error);
    await reply.status(500).send({});
  });
  web.get("/", (request) => app.run((request.query as { handler: string }).handler, fastifyVisit(request)));
  await web.listen({ port: 0, host: "127.0.0.1" });
  app.port = (web.server.address() as AddressInfo).port;
  onTestFinished(() => web.close());
  return app;
}

export function fastifyVisit(request: FastifyRequest): FastifyVisit {
  return {
    request,
    get id() {
      return request.session.sessionId;
    },
    get session() {
      return request.session as unknown as Record<string, unknown>;
    },
    get cookie() {
      return request.session.cookie as Visit["cookie"];
    },
    save: () => request.session.save(),
    reload: () => request.session.reload(),
    regenerate: () => request.session.regenerate(),
    destroy: () => request.session.destroy(),
  };
}

export interface AppOptions extends AdapterOptions {
  cookie?: { maxAge?: number; expires?: Date };
  rolling?: boolean;
  saveUninitialized?: boolean;
  newId?: () => string;
}

/** Our adapter over this store, with the options that both frameworks have. */
export async function startApp(
  framework: Framework,
  store: SessionStore,
  options: AppOptions = {},
): Promise<App> {
  const { cookie, rolling, saveUninitialized, newId, ...adapter } = options;
  const shared = {
    ...(rolling !== undefined && { rolling }),
    ...(saveUninitialized !== undefined && { saveUninitialized }),
  };
  if (framework === "express") {
    return serveExpress(expressStore(store, adapter), {
      ...shared,
      ...(cookie && { cookie }),
      ...(newId && { genid: newId }),
    });
  }
  return startFastify(store, {
    ...shared,
    ...adapter,
    cookie: { secure: false, ...cookie },
    ...(newId && { idGenerator: newId }),
  });
}

/** Our plugin over this store. */
export function startFastify(
  store: SessionStore,
  options: Partial<SessionaryFastifySessionOptions> = {},
): Promise<App<FastifyVisit>> {
  return serveFastify(
    async (web) =>
      web.register(sessionaryFastify, { secret: SECRET, cookie: { secure: false }, ...options, store }),
    options.cookieName,
  );
}

/** The cookie value that a server with `SECRET` takes for this id. */
export function signed(framework: Framework, id: string): string {
  const value = new fastifyCookie.Signer(SECRET).sign(id);
  return framework === "express" ? `s:${value}` : value;
}
