import fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import sessionaryFastify from "sessionary/fastify-session";
import { authenticationRoutes } from "./authentication-routes.js";
import { cookieOptions } from "./cookie.js";
import { deviceRoutes } from "./device-routes.js";
import { answerError } from "./error-handler.js";
import { protect } from "./protection.js";
import type { AccountSettings } from "./settings.js";
import { signedInUser } from "./signed-in.js";
import type { AccountStore } from "./store.js";
import type { Users } from "./users.js";

export interface AppOptions extends Pick<
  AccountSettings,
  "production" | "secret" | "trustProxy" | "logLevel"
> {
  /** Where the sessions are kept. Whoever made it closes it. */
  store: AccountStore;
  users: Users;
}

const MAX_BODY_BYTES = 4_096;

export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { store, users, production, secret, trustProxy, logLevel } = options;
  const app = fastify({ logger: { level: logLevel }, trustProxy, bodyLimit: MAX_BODY_BYTES });

  app.setErrorHandler(answerError);
  app.setNotFoundHandler(async () => {
    throw Object.assign(new Error("There is no such page."), { statusCode: 404 });
  });
  // Forms are all that this app takes.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string" },
    async (_: FastifyRequest, body: string) => Object.fromEntries(new URLSearchParams(body)),
  );
  protect(app, production); // ahead of the session: a request that is refused reads none
  await app.register(sessionaryFastify, { store, secret, ...cookieOptions(production) });
  signedInUser(app, users);
  await app.register(authenticationRoutes, { users, production });
  await app.register(deviceRoutes, { store, users });
  return app;
}
