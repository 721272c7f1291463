import fastifyCookie from "@fastify/cookie";
import fastifySession, { type SessionStore } from "@fastify/session";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { ours } from "../../ours.js";
import { type App, NO_SESSIONS, fieldsAccess } from "../app.js";
import { listenFastify } from "../apps/fastify.js";
import { FASTIFY_SESSION_OPTIONS, requestSession } from "../apps/fastify-session.js";
import { CONNECT_REDIS } from "./connect-redis.js";
import type { Servers } from "./index.js";
import { ownSessions } from "./own-sessions.js";

export const FASTIFY_SERVERS = {
  async sessionary({ redisUrl }) {
    const sessions = await ownSessions(redisUrl);
    const { default: sessionaryFastify } = await ours("ownFastify");
    return listenFastify(async (app) => {
      await app.register(sessionaryFastify, { sessions });
      return fieldsAccess<FastifyRequest>(async (request) => (await sessions.get(request)).data);
    });
  },
  "sessionary-adapter": ({ redisUrl }) => adapter(redisUrl),
  "sessionary-adapter-other": ({ redisUrl, otherBuild }) => adapter(redisUrl, otherBuild),
  "connect-redis10": ({ redisUrl }) => connectRedis("connect-redis10", redisUrl),
  "connect-redis8": ({ redisUrl }) => connectRedis("connect-redis8", redisUrl),
  bare: () => listenFastify(() => NO_SESSIONS),
} satisfies Servers;

/** The plugin of a build for @fastify/session. */
async function adapter(redisUrl: string, build?: string): Promise<App> {
  const { RedisStore } = await ours("redis", build);
  const { default: plugin } = await ours("fastify", build);
  const store = new RedisStore({ url: redisUrl });
  return listenFastify(async (app) => {
    await app.register(plugin, { ...FASTIFY_SESSION_OPTIONS, store });
    return requestSession;
  });
}

async function connectRedis(name: keyof typeof CONNECT_REDIS, redisUrl: string): Promise<App> {
  const store = (await CONNECT_REDIS[name](redisUrl)) as SessionStore;
  return listenFastify(async (app: FastifyInstance) => {
    await app.register(fastifyCookie);
    await app.register(fastifySession, { ...FASTIFY_SESSION_OPTIONS, store });
    return requestSession;
  });
}
