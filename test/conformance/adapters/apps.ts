import express, { type RequestHandler } from "express";
import Fastify, { type FastifyInstance } from "fastify";
import Koa, { type Context, type Middleware } from "koa";
import { promisify } from "node:util";
import type { AdapterHandler, AdapterSession, RunningApp } from "sessionary/conformance";
import { listen } from "../../support/listen.js";

type Fields = Record<string, unknown>;

/** A session whose fields are properties of an object, as in express-session, @fastify/session and koa-session. */
function ofProperties(fieldsNow: () => Fields): Pick<AdapterSession, "get" | "set"> {
  return {
    get: (field) => fieldsNow()[field],
    set: (field, value) => void (fieldsNow()[field] = value),
  };
}

const promised = promisify(
  (call: (done: (error?: Error | null) => void) => unknown, done: () => void) => void call(done),
);

/** Starts Express with a middleware that gives requests a session of express-session. */
export function serveExpress(middleware: RequestHandler, handle: AdapterHandler): Promise<RunningApp> {
  const app = express();
  app.set("env", "test"); // the final handler prints nothing
  app.use(middleware);
  app.get("/*path", async (req, res) => {
    const { text, location } = await handle(req.path, {
      ...ofProperties(() => req.session as unknown as Fields),
      regenerate: () => promised((done) => req.session.regenerate(done)),
      destroy: () => promised((done) => req.session.destroy(done)),
      setLifetime: (lifetimeMs) => void (req.session.cookie.maxAge = lifetimeMs),
    });
    if (location === undefined) res.send(text);
    else res.redirect(location);
  });
  return listen(app);
}

/** Starts Fastify with a plugin that gives requests a session of @fastify/session. */
export async function serveFastify(
  register: (app: FastifyInstance) => unknown,
  handle: AdapterHandler,
): Promise<RunningApp> {
  const app = Fastify({ forceCloseConnections: true });
  await register(app);
  app.get("/*", async (request, reply) => {
    const { session } = request;
    const { text, location } = await handle(request.url, {
      ...ofProperties(() => request.session as unknown as Fields),
      regenerate: () => session.regenerate(),
      destroy: () => session.destroy(),
      setLifetime: (lifetimeMs) => void (request.session.cookie.maxAge = lifetimeMs),
    });
    return location === undefined ? reply.send(text) : reply.redirect(location);
  });
  return { url: await app.listen({ port: 0, host: "127.0.0.1" }), close: () => app.close() };
}

type KoaSession = Fields & { maxAge: number; regenerate: () => Promise<void> };

/** Starts Koa with a middleware that gives requests a session of koa-session. */
export function serveKoa(
  middlewareOf: (app: Koa) => Middleware,
  handle: AdapterHandler,
): Promise<RunningApp> {
  const app = new Koa();
  app.keys = ["a secret of the tests, 32 characters or more"];
  app.silent = true;
  app.use(middlewareOf(app));
  app.use(async (ctx: Context) => {
    const holder = ctx as unknown as { session: KoaSession | null };
    const { text, location } = await handle(ctx.path, {
      ...ofProperties(() => holder.session!),
      regenerate: () => holder.session!.regenerate(),
      destroy: async () => void (holder.session = null),
      setLifetime: (lifetimeMs) => void (holder.session!.maxAge = lifetimeMs),
    });
    if (location === undefined) ctx.body = text;
    else ctx.redirect(location);
  });
  const callback = app.callback();
  return listen((req, res) => void callback(req, res));
}
