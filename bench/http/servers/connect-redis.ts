import { RedisStore as ConnectRedis8 } from "connect-redis8";
import { RedisStore as ConnectRedis10 } from "connect-redis10";
import type session from "express-session";
import { Redis } from "ioredis";
import { createClient } from "redis";

/** Creates a store for express-session or @fastify/session. */
export const CONNECT_REDIS = {
  "connect-redis10": async (url: string): Promise<session.Store> =>
    new ConnectRedis10({ client: await createClient({ url }).connect() }),
  "connect-redis8": async (url: string): Promise<session.Store> =>
    new ConnectRedis8({ client: new Redis(url) }),
};
