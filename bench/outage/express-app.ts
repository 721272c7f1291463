import express, { type NextFunction, type Request, type Response } from "express";
import session from "express-session";
import type { Stage } from "../correctness/stage.js";
import { listening } from "../listening.js";
import { type App, LIFETIME_MS, SECRET, UNAVAILABLE } from "./app.js";

type Fields = Record<string, unknown>;

/** Express with express-session, set as its README recommends, and an error handler that answers 503. */
export async function listenExpress(store: session.Store, stage: Stage): Promise<App> {
  const app = express();
  const cookie = { maxAge: LIFETIME_MS };
  app.use(session({ store, secret: SECRET, resave: false, saveUninitialized: false, cookie }));

  app.post("/login", (req, res, next) => {
    req.session.regenerate((error) => {
      if (error) return next(error);
      fieldsOf(req).user = "ann";
      res.sendStatus(204);
    });
  });

  app.get("/me", (req, res) => {
    res.json({ user: fieldsOf(req).user ?? null });
  });

  app.post("/cart", async (req, res) => {
    await stage.slowWork(req.query.meeting as string);
    fieldsOf(req).cart = true;
    res.sendStatus(204);
  });

  app.post("/logout", (req, res, next) => {
    req.session.destroy((error: unknown) => (error ? next(error) : res.sendStatus(204)));
  });

  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- Express knows an error handler by its four parameters
  app.use((_error: unknown, _req: Request, res: Response, _next: NextFunction) => {
    if (res.headersSent) return; // express-session tells of a save that failed once the answer is out
    res.status(UNAVAILABLE.status).set("Retry-After", UNAVAILABLE.retryAfter).json(UNAVAILABLE.body);
  });

  return listening(app.listen(0, "127.0.0.1"));
}

function fieldsOf(req: Request): Fields {
  return req.session as unknown as Fields;
}
