import fastifyCookie from "@fastify/cookie";
import fastifySession from "@fastify/session";
import { RedisStore as ConnectRedis10 } from "connect-redis10";
import session from "express-session";
import { createClient } from "redis";
import type { AdapterUnderTest } from "sessionary/conformance";
import { expressSession } from "sessionary/express-session";
import sessionaryFastifySession from "sessionary/fastify-session";
import { RedisStore } from "sessionary/redis";
import { serveExpress, serveFastify } from "../../test/conformance/adapters/apps.js";
import { gated, viewOf } from "./peer-store.js";

const secret = "a secret that only this benchmark uses";

/** An adapter of a column of the table. */
export interface RaceSubject {
  subject: AdapterUnderTest;
  isOurs: boolean;
  close: () => unknown;
}

let stores = 0;

/** @param url Redis for the stores that use one. */
export async function raceSubjects(url: string): Promise<RaceSubject[]> {
  const open = () => new RedisStore({ url, prefix: `races-${stores++}:` });
  const ours = (subject: Omit<AdapterUnderTest, "open">): RaceSubject => ({
    subject: { ...subject, open },
    isOurs: true,
    close: () => {},
  });
  return [
    ours({
      name: "expressSession, RedisStore",
      start: (store, handle) => serveExpress(expressSession({ store, secret }), handle),
    }),
    ours({
      name: "sessionaryFastifySession, RedisStore",
      start: (store, handle) =>
        serveFastify(
          (app) => app.register(sessionaryFastifySession, { store, secret, cookie: { secure: false } }),
          handle,
        ),
    }),
    await connectRedis(`${url}/1`),
    fastifyMemory(),
  ];
}

/** express-session with connect-redis, as its README sets it up. */
export async function connectRedis(url: string): Promise<RaceSubject> {
  const client = await createClient({ url }).connect();
  return {
    isOurs: false,
    close: () => client.close(),
    subject: {
      name: "express-session, connect-redis 10",
      open: () =>
        viewOf({
          keys: () => client.keys("sess:*"),
          expiryOf: (key) => client.pExpireTime(key),
          clear: () => client.flushDb(),
        }),
      start: (store, handle) => {
        const peer = gated(new ConnectRedis10({ client }), store);
        return serveExpress(
          session({ store: peer, secret, resave: false, saveUninitialized: false }),
          handle,
        );
      },
    },
  };
}

/** @fastify/session with its own store. */
function fastifyMemory(): RaceSubject {
  const sessions = new Map<string, { cookie: { expires?: Date | null } }>();
  return {
    isOurs: false,
    close: () => {},
    subject: {
      name: "@fastify/session, its own store",
      open: () =>
        viewOf({
          keys: async () => [...sessions.keys()],
          expiryOf: async (id) => sessions.get(id)?.cookie.expires?.getTime() ?? NaN,
          clear: async () => sessions.clear(),
        }),
      start: (suite, handle) =>
        serveFastify(async (app) => {
          const peer = new fastifySession.MemoryStore(sessions as never);
          const store = gated(peer, suite);
          await app.register(fastifyCookie);
          await app.register(fastifySession, {
            store,
            secret,
            saveUninitialized: false,
            cookie: { secure: false },
          });
        }, handle),
    },
  };
}
