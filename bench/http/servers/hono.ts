import type { Context, Hono } from "hono";
import { type Session, type SessionData, type Store, sessionMiddleware } from "hono-sessions";
import { Redis } from "ioredis";
import { ours } from "../../ours.js";
import { LIFETIME_MS } from "../../sessions.js";
import { type Access, NO_SESSIONS, SECRET, fieldsAccess } from "../app.js";
import { listenHono } from "../apps/hono.js";
import type { Servers } from "./index.js";
import { ownSessions } from "./own-sessions.js";

const LIFETIME_SECONDS = LIFETIME_MS / 1_000;

export const HONO_SERVERS = {
  async sessionary({ redisUrl }) {
    const sessions = await ownSessions(redisUrl);
    const { honoSessions } = await ours("ownHono");
    return listenHono((app) => {
      app.use(honoSessions(sessions));
      return fieldsAccess<Context>(async (c) => (await sessions.get(c)).data);
    });
  },
  "hono-sessions": async ({ redisUrl }) => listenHono((app) => withRedis(app, new Redis(redisUrl))),
  bare: () => listenHono(() => NO_SESSIONS),
} satisfies Servers;

/** Adds hono-sessions with a store of Redis. It has none of its own. */
function withRedis(app: Hono, redis: Redis): Access<Context> {
  const set = async (id: string, data: SessionData) =>
    void (await redis.set(id, JSON.stringify(data), "EX", LIFETIME_SECONDS));
  const store: Store = {
    async getSessionById(id) {
      const text = await redis.get(id!);
      return text === null ? null : (JSON.parse(text) as SessionData);
    },
    createSession: set,
    persistSessionData: set,
    deleteSession: async (id) => void (await redis.del(id)),
  };
  app.use(
    sessionMiddleware({
      store,
      encryptionKey: SECRET,
      expireAfterSeconds: LIFETIME_SECONDS,
      cookieOptions: { path: "/", httpOnly: true },
    }),
  );
  const sessionOf = (c: Context) => c.get("session") as Session<Record<string, unknown>>;
  return {
    username: async (c) => sessionOf(c).get("username") ?? undefined,
    async countView(c) {
      const session = sessionOf(c);
      session.set("views", (session.get("views") as number) + 1);
    },
    async logIn(c, fields) {
      for (const [name, value] of Object.entries(fields)) sessionOf(c).set(name, value);
    },
  };
}
