import type { Express, Request, RequestHandler } from "express";
import passport from "passport";
import { describe } from "vitest";
import { type AppSession, type User, account, addToCart, passportCases, strategy } from "./passport.cases.js";
import { SETUPS, expressSessions, serveExpress } from "./support.js";

describe.each(SETUPS)("passport-local with %s", (setup) => {
  const newSessions = expressSessions(setup);
  passportCases(setup, (wait) => serveExpress(newSessions(), (app) => routes(app, wait)));
});

const sessionOf = (req: Request) => req.session as AppSession;

function routes(app: Express, wait: () => Promise<void>): void {
  const authenticator = new passport.Passport();
  authenticator.use(strategy());
  authenticator.serializeUser((user, done) => done(null, (user as User).username));
  authenticator.deserializeUser((username: string, done) => done(null, { username }));
  app.use(authenticator.session());

  const options = { keepSessionInfo: true, successRedirect: "/account" };
  app.post("/sign-in", authenticator.authenticate("local", options) as RequestHandler);
  app.post("/sign-out", (req, res, next) => {
    req.logout((error) => (error ? next(error) : res.redirect("/")));
  });
  app.post("/cart", (req, res) => void res.send(addToCart(sessionOf(req), req.body)));
  app.get("/account", (req, res) => {
    if (req.user) res.send(account(req.user as User, sessionOf(req)));
    else res.status(401).send("sign in first");
  });
  app.get("/slow", async (req, res) => {
    await wait();
    sessionOf(req).seen = true;
    res.end();
  });
}
