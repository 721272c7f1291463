import fastifyCookie from "@fastify/cookie";
import fastifySession, { type SessionStore as FastifyStore } from "@fastify/session";
import { RedisStore as ConnectRedis8 } from "connect-redis8";
import { RedisStore as ConnectRedis10 } from "connect-redis10";
import type session from "express-session";
import { Redis } from "ioredis";
import { Redis as Redis5 } from "ioredis5";
import { createClient } from "redis";
import { expressStore } from "sessionary/express-session";
import sessionaryFastify from "sessionary/fastify-session";
import { RedisStore } from "sessionary/redis";
import type { Stage } from "../correctness/stage.js";
import type { App, Framework } from "./app.js";
import { listenExpress } from "./express-app.js";
import { listenFastify } from "./fastify-app.js";

/** A store under test, as its users set it up, with its client's own defaults. */
export interface Contender {
  store: string;
  isOurs: boolean;
  /** Each server has a store and a connection of its own. */
  serve: (framework: Framework, url: string, stage: Stage) => Promise<App>;
}

interface Opened<S> {
  store: S;
  close: () => unknown;
}

export const contenders: Contender[] = [
  peer("connect-redis 10, node-redis", async (url) => {
    const client = createClient({ url });
    await listened(client).connect();
    return { store: new ConnectRedis10({ client }), close: () => client.destroy() };
  }),
  peer("connect-redis 8, ioredis 5", async (url) => {
    const client = listened(new Redis5(url));
    return { store: new ConnectRedis8({ client }), close: () => client.disconnect() };
  }),
  peer("connect-redis 8, ioredis 6", async (url) => {
    const client = listened(new Redis(url));
    return { store: new ConnectRedis8({ client }), close: () => client.disconnect() };
  }),
  ours("sessionary, your own ioredis 6", (url) => {
    const client = listened(new Redis(url));
    const store = new RedisStore({ client });
    return { store, close: () => (client.disconnect(), store.close()) };
  }),
  ours("sessionary", (url) => {
    const store = new RedisStore({ url });
    return { store, close: () => store.close() };
  }),
];

function peer(store: string, open: (url: string) => Promise<Opened<session.Store>>): Contender {
  return {
    store,
    isOurs: false,
    async serve(framework, url, stage) {
      const { store, close } = await open(url);
      if (framework === "express") return closing(await listenExpress(store, stage), close);
      const app = await listenFastify(async (app, options) => {
        await app.register(fastifyCookie);
        await app.register(fastifySession, { ...options, store: store as unknown as FastifyStore });
      }, stage);
      return closing(app, close);
    },
  };
}

function ours(store: string, open: (url: string) => Opened<RedisStore>): Contender {
  return {
    store,
    isOurs: true,
    async serve(framework, url, stage) {
      const { store, close } = open(url);
      if (framework === "express") return closing(await listenExpress(expressStore(store), stage), close);
      const app = await listenFastify(
        async (app, options) => void (await app.register(sessionaryFastify, { ...options, store })),
        stage,
      );
      return closing(app, close);
    },
  };
}

/** A node-redis client that nobody listens to ends the process with its first error; ioredis prints it. */
function listened<C extends { on(event: "error", listener: () => void): unknown }>(client: C): C {
  client.on("error", () => {});
  return client;
}

function closing(app: App, close: () => unknown): App {
  return {
    url: app.url,
    close: async () => {
      await app.close();
      await close();
    },
  };
}
