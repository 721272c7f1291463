import type { Request } from "express";
import { ours } from "../../ours.js";
import { type App, NO_SESSIONS, fieldsAccess } from "../app.js";
import { listenExpress } from "../apps/express.js";
import { EXPRESS_SESSION_OPTIONS, requestSession, withStore } from "../apps/express-session.js";
import { CONNECT_REDIS } from "./connect-redis.js";
import type { Servers } from "./index.js";
import { ownSessions } from "./own-sessions.js";

export const EXPRESS_SERVERS = {
  async sessionary({ redisUrl }) {
    const sessions = await ownSessions(redisUrl);
    return listenExpress((app) => {
      app.use(sessions.middleware());
      return fieldsAccess<Request>(async (req) => (await sessions.get(req)).data);
    });
  },
  "sessionary-adapter": ({ redisUrl }) => adapter(redisUrl),
  "sessionary-adapter-other": ({ redisUrl, otherBuild }) => adapter(redisUrl, otherBuild),
  "connect-redis10": async ({ redisUrl }) =>
    listenExpress(withStore(await CONNECT_REDIS["connect-redis10"](redisUrl))),
  "connect-redis8": async ({ redisUrl }) =>
    listenExpress(withStore(await CONNECT_REDIS["connect-redis8"](redisUrl))),
  bare: () => listenExpress(() => NO_SESSIONS),
} satisfies Servers;

/** The preset of a build for express-session; its store, if the build has no preset. */
async function adapter(redisUrl: string, build?: string): Promise<App> {
  const { expressSession, expressStore } = await ours("express", build);
  if ((expressSession as unknown) === undefined) {
    const { RedisStore } = await ours("redis", build);
    return listenExpress(withStore(expressStore(new RedisStore({ url: redisUrl }))));
  }
  return listenExpress((app) => {
    app.use(expressSession({ ...EXPRESS_SESSION_OPTIONS, store: redisUrl }));
    return requestSession;
  });
}
