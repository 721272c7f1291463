import fastifyFactory from "fastify";
import express, { type NextFunction, type Request, type Response } from "express";
import session from "express-session";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import type { SessionStore } from "sessionary";
import { expressStore } from "sessionary/express-session";
import sessionaryFastify from "sessionary/fastify-session";
import { COOKIE_NAME } from "../../../examples/fastify-login/cookie.js";
import type { WebApp } from "./web.js";

const SECRET = "a secret of the tests, 32 characters or more";

/** What a handler can do with its session, the same in both frameworks. */
export interface LiveSession {
  data: Record<string, unknown>;
  regenerate: () => Promise<LiveSession>;
  save: () => Promise<void>;
}

/** @param query the request's */
export type Handler = (live: LiveSession, query: Record<string, string>) => unknown;

export interface HandlerAppOptions {
  /** One handler for each path, without its slash. */
  handlers: Record<string, Handler>;
  newId?: () => string;
}

export type Framework = WebApp["name"];
export const FRAMEWORKS: Framework[] = ["express", "fastify"];

/** An app whose handlers are the test's; an error is answered with a 500 and its code. */
export function startHandlers(
  framework: Framework,
  store: SessionStore,
  options: HandlerAppOptions,
): Promise<WebApp> {
  return framework === "express" ? startExpress(store, options) : startFastify(store, options);
}

async function startExpress(store: SessionStore, { handlers, newId }: HandlerAppOptions): Promise<WebApp> {
  const app = express();
  app.use(
    session({
      store: expressStore(store),
      secret: SECRET,
      name: COOKIE_NAME,
      resave: false,
      saveUninitialized: false,
      cookie: { maxAge: 3_600_000 },
      ...(newId && { genid: newId }),
    }),
  );
  const live = (req: Request): LiveSession => ({
    data: req.session as unknown as Record<string, unknown>,
    regenerate: async () => {
      await promisify((done: (error?: unknown) => void) => void req.session.regenerate(done))();
      return live(req);
    },
    save: promisify((done: (error?: unknown) => void) => void req.session.save(done)),
  });
  for (const [path, handler] of Object.entries(handlers)) {
    app.get(`/${path}`, async (req, res) => {
      res.json({ result: await handler(live(req), req.query as Record<string, string>) });
    });
  }
  app.use((error: { code?: string; message: string }, req: Request, res: Response, next: NextFunction) => {
    if (res.headersSent) return next(error);
    // express-session looks at the session once more as the response ends, and throws at what can't be JSON.
    (req as { session: unknown }).session = undefined;
    res.status(500).json({ code: error.code, message: error.message });
  });
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    name: "express",
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => void server.close().closeAllConnections(),
  };
}

async function startFastify(store: SessionStore, { handlers, newId }: HandlerAppOptions): Promise<WebApp> {
  const app = fastifyFactory({ forceCloseConnections: true });
  await app.register(sessionaryFastify, {
    store,
    secret: SECRET,
    cookieName: COOKIE_NAME,
    cookie: { secure: false, maxAge: 3_600_000 },
    ...(newId && { idGenerator: newId }),
  });
  for (const [path, handler] of Object.entries(handlers)) {
    app.get(`/${path}`, async (request) => {
      const live = (): LiveSession => ({
        data: request.session as unknown as Record<string, unknown>,
        regenerate: async () => (await request.session.regenerate(), live()),
        save: () => request.session.save(),
      });
      return { result: await handler(live(), request.query as Record<string, string>) };
    });
  }
  app.setErrorHandler(async (error: { code?: string; message: string }, _request, reply) =>
    reply.status(500).send({ code: error.code, message: error.message }),
  );
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  return { name: "fastify", url, close: () => app.close() };
}
