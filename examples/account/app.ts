import fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import sessionaryFastify from "sessionary/fastify";
import { authenticationRoutes } from "./authentication-routes.js";
import { deviceRoutes } from "./device-routes.js";
import { answerError } from "./error-handler.js";
import { protect } from "./protection.js";
import type { AccountSessions } from "./sessions.js";
import type { AccountSettings } from "./settings.js";
import { signedInUser } from "./signed-in.js";
import type { Users } from "./users.js";

export interface AppOptions extends Pick<AccountSettings, "production" | "trustProxy" | "logLevel"> {
  /** The sessions. The caller closes them. */
  sessions: AccountSessions;
  users: Users;
}

const MAX_BODY_BYTES = 4_096;

export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { sessions, users, production, trustProxy, logLevel } = options;
  const app = fastify({ logger: { level: logLevel }, trustProxy, bodyLimit: MAX_BODY_BYTES });

  app.setErrorHandler(answerError);
  app.setNotFoundHandler(async () => {
    throw Object.assign(new Error("There is no such page."), { statusCode: 404 });
  });
  // The app accepts forms only.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string" },
    async (_: FastifyRequest, body: string) => Object.fromEntries(new URLSearchParams(body)),
  );
  protect(app, production); // before the session: a request that is refused does not read it
  await app.register(sessionaryFastify, { sessions });
  signedInUser(app, sessions, users);
  await app.register(authenticationRoutes, { sessions, users });
  await app.register(deviceRoutes, { sessions, users });
  return app;
}
