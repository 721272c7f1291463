import express, { type Express } from "express";
import session from "express-session";
import type { SessionStore } from "sessionary";
import { expressStore } from "sessionary/express-session";
import { COOKIE_NAME, cookieOptions } from "../fastify-login/cookie.js";
import { authRoutes } from "./auth-routes.js";
import { answerError, answerNotFound } from "./error-handler.js";
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
}

export function buildApp({ store, secret, production, trustProxy }: AppOptions): Express {
  const app = express();
  const cookie = cookieOptions(production);

  app.set("trust proxy", trustProxy);
  app.use(
    session({
      store: expressStore(store),
      secret,
      name: COOKIE_NAME,
      cookie,
      resave: false,
      saveUninitialized: false, // no session for a visitor who never logs in
      rolling: true, // an hour from the last request, not from the login
    }),
  );
  app.use(homeRoutes());
  app.use("/api/auth", authRoutes(cookie));
  app.use(answerNotFound);
  app.use(answerError);
  return app;
}
