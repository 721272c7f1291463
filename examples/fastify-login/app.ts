import fastify, { type FastifyInstance, type FastifyServerOptions } from "fastify";
import type { SessionStore } from "sessionary";
import sessionaryFastify from "sessionary/fastify-session";
import { authRoutes } from "./auth-routes.js";
import { COOKIE_NAME, cookieOptions } from "./cookie.js";
import { answerError } from "./error-handler.js";
import { homeRoutes } from "./home-routes.js";

export interface AppOptions {
  /** Where the sessions are kept. Whoever made it closes it. */
  store: SessionStore;
  /** Signs the cookie: 32 characters or more. */
  secret: string;
  /** Whether browsers come by https: their cookies are then `Secure` and `SameSite=None`. */
  production: boolean;
  /** The proxies whose `X-Forwarded-Proto` is believed; a `Secure` cookie goes out on https only. */
  trustProxy: string;
  logger?: FastifyServerOptions["logger"];
}

export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { store, secret, production, trustProxy, logger = false } = options;
  const app = fastify({ logger, trustProxy });
  const cookie = cookieOptions(production);

  app.setErrorHandler(answerError);
  await app.register(sessionaryFastify, { store, secret, cookieName: COOKIE_NAME, cookie });
  await app.register(homeRoutes);
  await app.register(authRoutes, { prefix: "/api/auth", cookie });
  return app;
}
