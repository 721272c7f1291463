import fastifyCookie from "@fastify/cookie";
import fastifySession, { type SessionStore as FastifySessionStore } from "@fastify/session";
import ConnectRedis7 from "connect-redis7";
import { RedisStore as ConnectRedis8 } from "connect-redis8";
import { RedisStore as ConnectRedis9 } from "connect-redis9";
import { RedisStore as ConnectRedis10 } from "connect-redis10";
import type session from "express-session";
import { Redis } from "ioredis";
import { Redis as Redis5 } from "ioredis5";
import { createClient } from "redis";
import { expressStore, type AdapterOptions } from "sessionary/express-session";
import { type RedisClient, RedisStore } from "sessionary/redis";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished } from "vitest";
import {
  SECRET,
  serveExpress,
  serveFastify,
  startFastify,
  type App,
  type Framework,
} from "../adapters/support.js";
import { startRedis, type RedisServer } from "../support/redis-server.js";

/** The options that connect-redis has and the tests use. */
export interface TheirOptions {
  disableTTL?: boolean;
}
type Connect = (server: RedisServer, options: TheirOptions) => Promise<session.Store>;

/** connect-redis as its users run it: 7 and 8 over ioredis, 9 and 10, which dropped it, over node-redis. */
export const CONNECT_REDIS: [string, Connect][] = [
  [
    "connect-redis 7 over ioredis 5",
    async (server, options) => {
      const client = new Redis5(server.url);
      onTestFinished(() => client.disconnect());
      return new ConnectRedis7({ client, ...options });
    },
  ],
  [
    "connect-redis 8 over ioredis 6",
    async (server, options) => {
      const client = new Redis(server.url);
      onTestFinished(() => client.disconnect());
      return new ConnectRedis8({ client, ...options });
    },
  ],
  [
    "connect-redis 9 over node-redis",
    async (server, options) => new ConnectRedis9({ client: await nodeRedis(server), ...options }),
  ],
  [
    "connect-redis 10 over node-redis",
    async (server, options) => new ConnectRedis10({ client: await nodeRedis(server), ...options }),
  ],
];

async function nodeRedis({ url }: RedisServer) {
  const client = createClient({ url });
  await client.connect();
  onTestFinished(() => client.destroy());
  return client;
}

export interface ServerOptions {
  /** In ms; a cookie that ends with the browser when it is left out. */
  maxAge?: number;
  /** A date for all cookies. */
  expires?: Date;
  rolling?: boolean;
  /** For Fastify: the cookie as express-session has it. */
  likeExpress?: boolean;
}

const cookieOf = ({ maxAge, expires }: ServerOptions) => ({
  secure: false,
  ...(maxAge !== undefined && { maxAge }),
  ...(expires && { expires }),
});

const LIKE_EXPRESS = { cookiePrefix: "s:", cookieName: "connect.sid" };

/** A server whose sessions connect-redis keeps. */
export async function serveTheirs(
  framework: Framework,
  store: session.Store,
  options: ServerOptions,
): Promise<App> {
  const { likeExpress, maxAge: _, expires: __, ...others } = options;
  const cookie = cookieOf(options);
  if (framework === "express") return serveExpress(store, { cookie, ...others });
  return serveFastify(
    async (web) => {
      await web.register(fastifyCookie);
      await web.register(fastifySession, {
        secret: SECRET,
        saveUninitialized: false,
        store: store as unknown as FastifySessionStore,
        cookie,
        ...others,
        ...(likeExpress && LIKE_EXPRESS),
      });
    },
    likeExpress ? LIKE_EXPRESS.cookieName : undefined,
  );
}

/** The same server, its sessions kept by ours. */
export async function serveOurs(
  framework: Framework,
  server: RedisServer,
  options: ServerOptions & AdapterOptions,
  client?: RedisClient,
): Promise<App> {
  const { likeExpress, rolling, maxAge: _, expires: __, ...adapter } = options;
  const store = new RedisStore(client === undefined ? { url: server.url } : { client });
  onTestFinished(() => store.close());
  const cookie = cookieOf(options);
  const others = rolling === undefined ? {} : { rolling };
  if (framework === "express") return serveExpress(expressStore(store, adapter), { cookie, ...others });
  return startFastify(store, { cookie, ...others, ...adapter, ...(likeExpress && LIKE_EXPRESS) });
}

/** Looks at what stands in Redis, past all stores. */
export class Look {
  readonly #redis: Redis;

  constructor(server: RedisServer) {
    this.#redis = server.client();
  }

  async json(id: string): Promise<Record<string, unknown> & { cookie: Record<string, unknown> }> {
    return JSON.parse((await this.#redis.get(`sess:${id}`)) ?? "null") as never;
  }

  /** Writes text under the key as it is, with this TTL; 0 for none. */
  async put(id: string, data: unknown, seconds: number): Promise<void> {
    await this.#redis.set(`sess:${id}`, JSON.stringify(data));
    if (seconds > 0) await this.#redis.expire(`sess:${id}`, seconds);
  }

  async expire(id: string, seconds: number): Promise<void> {
    await this.#redis.expire(`sess:${id}`, seconds);
  }

  /** -1 without an expiry, -2 without a key. */
  async ttl(id: string): Promise<number> {
    return this.#redis.ttl(`sess:${id}`);
  }

  /** Within two seconds. */
  async expectTtl(id: string, seconds: number): Promise<void> {
    const ttl = await this.ttl(id);
    expect(Math.abs(ttl - seconds), `a TTL of ${ttl} s, not about ${seconds} s`).toBeLessThanOrEqual(2);
  }

  async keys(): Promise<number> {
    return this.#redis.dbsize();
  }
}

/** Starts a Redis for the tests of a file, and empties it before each. */
export function emptyRedis(): { server: RedisServer; look: Look } {
  const redis = {} as { server: RedisServer; look: Look };
  beforeAll(async () => {
    redis.server = await startRedis();
    redis.look = new Look(redis.server);
  });
  afterAll(() => redis.server.close());
  beforeEach(() => redis.server.client().flushall());
  return redis;
}
