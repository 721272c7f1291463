import fastifyCookie from "@fastify/cookie";
import fastifySession, { type SessionStore as FastifyStore } from "@fastify/session";
import { RedisStore as ConnectRedis8 } from "connect-redis8";
import { RedisStore as ConnectRedis10 } from "connect-redis10";
import session from "express-session";
import { Redis } from "ioredis";
import memorystore from "memorystore";
import { createClient } from "redis";
import { MemoryStore, type SessionStore } from "sessionary";
import { expressStore } from "sessionary/express-session";
import sessionary from "sessionary/fastify-session";
import { RedisStore } from "sessionary/redis";
import { serveExpress } from "./express-server.js";
import { serveFastify } from "./fastify-server.js";
import { OWN_FRAMEWORKS, type OwnFramework, serveOwn } from "./own-server.js";
import type { Server } from "./server.js";
import type { Stage } from "./stage.js";

type Framework = "express" | "fastify";

/** A store under test, as its users set it up. */
export interface Contender {
  store: string;
  framework: Framework | OwnFramework;
  serve: (stage: Stage) => Promise<Server>;
}

/** @param nextUrl gives a database of its own for each store. */
export function contenders(nextUrl: () => string): Contender[] {
  const both: Framework[] = ["express", "fastify"];
  const peer = (store: string, open: () => Promise<Opened<session.Store>>, frameworks = both): Contender[] =>
    frameworks.map((framework) => ({
      store,
      framework,
      serve: (stage) => servePeer(framework, open, stage),
    }));
  const ours = (store: string, open: () => SessionStore): Contender[] =>
    both.map((framework) => ({ store, framework, serve: (stage) => serveOurs(framework, open(), stage) }));
  return [
    ...peer("connect-redis 10, node-redis", async () => {
      const client = await createClient({ url: nextUrl() }).connect();
      return { store: new ConnectRedis10({ client }), close: () => client.close() };
    }),
    ...peer("connect-redis 8, ioredis", async () => {
      const client = new Redis(nextUrl());
      return { store: new ConnectRedis8({ client }), close: async () => client.disconnect() };
    }),
    ...peer("memorystore", async () => ({ store: new (memorystore(session))({}) })),
    ...peer("express-session's MemoryStore", async () => ({ store: new session.MemoryStore() }), ["express"]),
    {
      store: "@fastify/session's MemoryStore",
      framework: "fastify",
      serve: (stage) =>
        serveFastify(async (app, options) => {
          await app.register(fastifyCookie);
          await app.register(fastifySession, options);
        }, stage),
    },
    ...ours("sessionary, MemoryStore", () => new MemoryStore()),
    ...ours("sessionary, RedisStore", () => new RedisStore({ url: nextUrl() })),
    ...OWN_FRAMEWORKS.flatMap((framework) => [
      own(framework, "MemoryStore", () => new MemoryStore()),
      own(framework, "RedisStore", () => new RedisStore({ url: nextUrl() })),
    ]),
  ];
}

interface Opened<S> {
  store: S;
  close?: () => unknown;
}

async function servePeer(
  framework: Framework,
  open: () => Promise<Opened<session.Store>>,
  stage: Stage,
): Promise<Server> {
  const { store, close } = await open();
  if (framework === "express") return closing(await serveExpress(store, stage), close);
  const server = await serveFastify(async (app, options) => {
    await app.register(fastifyCookie);
    await app.register(fastifySession, { ...options, store: store as unknown as FastifyStore });
  }, stage);
  return closing(server, close);
}

async function serveOurs(framework: Framework, store: SessionStore, stage: Stage): Promise<Server> {
  const server =
    framework === "express"
      ? await serveExpress(expressStore(store), stage)
      : await serveFastify(async (app, options) => app.register(sessionary, { ...options, store }), stage);
  return closing(server, () => store.close());
}

function own(framework: OwnFramework, name: string, open: () => SessionStore): Contender {
  const serve = async (stage: Stage) => {
    const store = open();
    return closing(await serveOwn(framework, store, stage), () => store.close());
  };
  return { store: `sessionary, createSessions, ${name}`, framework, serve };
}

function closing(server: Server, close: () => unknown = () => {}): Server {
  return {
    url: server.url,
    close: async () => {
      await server.close();
      await close();
    },
  };
}
