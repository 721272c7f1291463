import { Redis } from "ioredis";
import type Koa from "koa";
import type { Context } from "koa";
import koaSession from "koa-session";
import { ours } from "../../ours.js";
import { LIFETIME_MS } from "../../sessions.js";
import { type Access, type Fields, NO_SESSIONS, SECRET, fieldsAccess } from "../app.js";
import { listenKoa } from "../apps/koa.js";
import type { Servers } from "./index.js";
import { ownSessions } from "./own-sessions.js";

export const KOA_SERVERS = {
  async sessionary({ redisUrl }) {
    const sessions = await ownSessions(redisUrl);
    const { koaSessions } = await ours("ownKoa");
    return listenKoa((app) => {
      app.use(koaSessions(sessions));
      return fieldsAccess<Context>(async (ctx) => (await sessions.get(ctx)).data);
    });
  },
  async "sessionary-adapter"({ redisUrl }) {
    const { koaSession } = await ours("koa");
    return listenKoa((app) => {
      app.keys = [SECRET];
      app.use(koaSession({ store: redisUrl, maxAge: LIFETIME_MS }, app));
      return sessionAccess;
    });
  },
  "koa-session": async ({ redisUrl }) => listenKoa((app) => withRedis(app, new Redis(redisUrl))),
  bare: () => listenKoa(() => NO_SESSIONS),
} satisfies Servers;

/** Adds koa-session with a store of Redis as its README describes it. */
function withRedis(app: Koa, redis: Redis): Access<Context> {
  const store = {
    async get(key: string): Promise<Fields | null> {
      const text = await redis.get(key);
      return text === null ? null : (JSON.parse(text) as Fields);
    },
    async set(key: string, session: Fields): Promise<void> {
      await redis.set(key, JSON.stringify(session), "PX", LIFETIME_MS);
    },
    async destroy(key: string): Promise<void> {
      await redis.del(key);
    },
  };
  app.keys = [SECRET];
  app.use(koaSession({ store, maxAge: LIFETIME_MS }, app));
  return sessionAccess;
}

const sessionAccess = fieldsAccess<Context>((ctx) => (ctx as unknown as { session: Fields }).session);
