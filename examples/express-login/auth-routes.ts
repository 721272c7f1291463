import { promisify } from "node:util";
import { Value } from "@sinclair/typebox/value";
import { type RequestHandler, Router } from "express";
import type { Session } from "express-session";
import { COOKIE_NAME, type CookieOptions } from "../fastify-login/cookie.js";
import { LoginParams } from "../fastify-login/schema.js";

declare module "express-session" {
  interface SessionData {
    username: string;
    token: string;
    authenticate: boolean;
  }
}

export function authRoutes(cookie: CookieOptions): Router {
  const router = Router();

  router.get("/login/:name", checkLoginParams, async (req, res) => {
    const { name } = req.params;
    // A new id at each login: whoever knew the old one, or planted it, does not get in with it.
    await done(req.session, "regenerate");
    req.session.username = name;
    req.session.token = `mock-token-${name}`;
    req.session.authenticate = true;
    // Saved before the answer: express-session's own save comes when the answer has gone out, too late to
    // say that it failed.
    await done(req.session, "save");
    res.json({ message: `hi, ${name}!`, sessionId: req.sessionID });
  });

  router.get("/info", (req, res) => {
    res.json({ message: "/info", sessionId: req.sessionID, session: req.session });
  });

  router.get("/logout", async (req, res) => {
    await done(req.session, "destroy");
    res.clearCookie(COOKIE_NAME, cookie);
    // This request has no session any more; the next one starts afresh.
    res.redirect("/api/auth/info");
  });

  return router;
}

const checkLoginParams: RequestHandler<LoginParams> = (req, _res, next) => {
  const [problem] = Value.Errors(LoginParams, req.params);
  if (problem === undefined) return next();
  const message = `params${problem.path} must be ${problem.schema.description}`;
  next(Object.assign(new Error(message), { statusCode: 400, code: "ERR_VALIDATION" }));
};

/** express-session's methods take callbacks. */
function done(session: Session, method: "regenerate" | "save" | "destroy"): Promise<void> {
  return promisify((callback: (error: unknown) => void) => session[method](callback))();
}
