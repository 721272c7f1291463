import fastifyCookie from "@fastify/cookie";
import type { INestApplication } from "@nestjs/common";
import { ExpressAdapter } from "@nestjs/platform-express";
import { FastifyAdapter, type NestFastifyApplication } from "@nestjs/platform-fastify";
import express5, { type Express, type Request, type RequestHandler } from "express";
import express4 from "express4";
import Fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import Koa, { type Context } from "koa";
import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";
import { type Session, type SessionStore, createSessions, createStore } from "sessionary";
import { expressSession } from "sessionary/express-session";
import sessionaryFastify from "sessionary/fastify";
import sessionaryFastifySession from "sessionary/fastify-session";
import { koaSessions } from "sessionary/koa";
import { koaSession } from "sessionary/koa-session";
import { expect, it, onTestFinished } from "vitest";
import { startRedis } from "../support/redis-server.js";
import { waitUntil } from "../support/wait-until.js";
import { type Routes, nestApp } from "./nest-app.js";
import { SECRET } from "./support.js";

type Fields = Record<string, unknown>;

/** Handlers over the session of a package: one reads it, one writes it. */
function routesOf<R>(sessionOf: (request: R) => Fields | Promise<Fields>): Routes<R> {
  return {
    get: async (request) => ({ userId: (await sessionOf(request)).userId ?? null }),
    post: async (request) => {
      (await sessionOf(request)).userId = "ann";
      return {};
    },
  };
}

const ofRequest = routesOf((request: Request | FastifyRequest) => request.session as unknown as Fields);

/** Returns handlers over the session of `createSessions`. */
function ofSessions<R extends object>(get: (request: R) => Promise<Session<Fields>>): Routes<R> {
  return routesOf(async (request) => (await get(request)).data);
}

async function serve(server: Server): Promise<string> {
  if (!server.listening) await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function withExpress(express: typeof express5, middleware: RequestHandler, routes: Routes<Request>) {
  const app: Express = express();
  app.set("env", "test"); // its final handler prints nothing
  app.use(middleware);
  for (const method of ["get", "post"] as const) {
    app[method]("/", async (req, res, next) => {
      try {
        res.send(await routes[method](req));
      } catch (error) {
        next(error); // Express 4 does not wait for promises
      }
    });
  }
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  return serve(server);
}

async function withKoa(app: Koa, middleware: Koa.Middleware, routes: Routes<Context>) {
  app.silent = true;
  app.use(middleware);
  app.use(async (ctx) => void (ctx.body = await routes[ctx.method === "GET" ? "get" : "post"](ctx)));
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  return serve(server);
}

async function withNest(middleware: RequestHandler, routes: Routes<Request>) {
  const app: INestApplication = await nestApp(new ExpressAdapter(), routes);
  app.use(middleware);
  await app.listen(0, "127.0.0.1");
  onTestFinished(() => app.close());
  return app.getUrl();
}

type Register = (app: FastifyInstance) => Promise<void>;

async function withNestOnFastify(register: Register, routes: Routes<FastifyRequest>) {
  const app: NestFastifyApplication = await nestApp(new FastifyAdapter(), routes);
  await register(app.getHttpAdapter().getInstance() as unknown as FastifyInstance);
  await app.listen(0, "127.0.0.1");
  onTestFinished(() => app.close());
  return app.getUrl();
}

async function withFastify(register: Register, routes: Routes<FastifyRequest>) {
  const app = Fastify();
  await register(app);
  app.get("/", routes.get);
  app.post("/", routes.post);
  onTestFinished(() => app.close());
  return app.listen({ port: 0, host: "127.0.0.1" });
}

const fastifyPlugin =
  (store: SessionStore): Register =>
  async (app) => {
    if (!app.hasDecorator("serializeCookie")) await app.register(fastifyCookie);
    await app.register(sessionaryFastifySession, { store, secret: SECRET, cookie: { secure: "auto" } });
  };
const preset = (store: SessionStore) => expressSession({ store, secret: SECRET });

/** Servers over a store; each returns its URL. */
const SERVERS: Record<string, (store: SessionStore) => Promise<string>> = {
  "Express 4 with expressSession": (store) => withExpress(express4, preset(store), ofRequest),
  "Express 5 with expressSession": (store) => withExpress(express5, preset(store), ofRequest),
  "Fastify with the plugin": (store) => withFastify(fastifyPlugin(store), ofRequest),
  "Koa with koaSession": (store) => {
    const app = new Koa();
    app.keys = [SECRET];
    const sessionOf = (ctx: Context) => (ctx as unknown as { session: Fields }).session;
    return withKoa(app, koaSession({ store }, app), routesOf(sessionOf));
  },
  "NestJS on Express with expressSession": (store) => withNest(preset(store), ofRequest),
  "NestJS on Fastify with the plugin": (store) => withNestOnFastify(fastifyPlugin(store), ofRequest),
  "Express 4 with createSessions": (store) => {
    const sessions = createSessions<Fields>({ store });
    const routes = ofSessions((request: Request) => sessions.get(request));
    return withExpress(express4, sessions.middleware(), routes);
  },
  "Express 5 with createSessions": (store) => {
    const sessions = createSessions<Fields>({ store });
    const routes = ofSessions((request: Request) => sessions.get(request));
    return withExpress(express5, sessions.middleware(), routes);
  },
  "Fastify with createSessions": (store) => {
    const sessions = createSessions<Fields>({ store });
    const register: Register = async (app) => void (await app.register(sessionaryFastify, { sessions }));
    return withFastify(
      register,
      ofSessions((request: FastifyRequest) => sessions.get(request)),
    );
  },
  "Koa with createSessions": (store) => {
    const sessions = createSessions<Fields>({ store });
    const routes = ofSessions((ctx: Context) => sessions.get(ctx));
    return withKoa(new Koa(), koaSessions(sessions), routes);
  },
  "NestJS on Express with createSessions": (store) => {
    const sessions = createSessions<Fields>({ store });
    const routes = ofSessions((request: Request) => sessions.get(request));
    return withNest(sessions.middleware(), routes);
  },
  "NestJS on Fastify with createSessions": (store) => {
    const sessions = createSessions<Fields>({ store });
    const register: Register = async (app) => void (await app.register(sessionaryFastify, { sessions }));
    return withNestOnFastify(
      register,
      ofSessions((request: FastifyRequest) => sessions.get(request)),
    );
  },
};

it.each(Object.entries(SERVERS))(
  "%s answers 503 with Retry-After while Redis is down, and sets no cookie",
  async (_, start) => {
    const redis = await startRedis();
    onTestFinished(() => redis.close());
    const store = createStore(redis.url, { timeoutMs: 300 });
    onTestFinished(() => store.close());
    const url = await start(store);
    const signIn = await fetch(url, { method: "POST" });
    expect(signIn.ok).toBe(true);
    const cookie = signIn.headers
      .getSetCookie()
      .map((line) => line.split(";")[0])
      .join("; ");
    const page = await fetch(url, { headers: { cookie } });
    expect(await page.json()).toEqual({ userId: "ann" });

    await redis.kill();
    for (const init of [
      { headers: { cookie } },
      { method: "POST", headers: { cookie } },
      { method: "POST" },
    ]) {
      const { status, headers } = await fetch(url, init);
      expect([status, headers.get("retry-after"), headers.getSetCookie()]).toEqual([503, "1", []]);
    }
    await redis.restart();
    await waitUntil("a visitor can sign in", async () => (await fetch(url, { method: "POST" })).ok);
  },
);
