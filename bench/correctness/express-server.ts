import express, { type Request } from "express";
import session from "express-session";
import { type Listening, listening } from "../listening.js";
import type { Stage } from "./stage.js";

type Fields = Record<string, unknown>;

/** Express with express-session, set as its README recommends, and handlers as everybody writes them. */
export async function serveExpress(store: session.Store, stage: Stage): Promise<Listening> {
  const app = express();
  app.use(
    session({
      store,
      secret: "a secret that only this benchmark uses",
      resave: false,
      saveUninitialized: false,
      cookie: { maxAge: 3_600_000 },
    }),
  );

  app.post("/login", (req, res, next) => {
    req.session.regenerate((error) => {
      if (error) return next(error);
      fieldsOf(req).user = "somebody";
      res.sendStatus(204);
    });
  });

  app.post("/set/:field", async (req, res) => {
    await stage.slowWork(req.query.meeting as string);
    fieldsOf(req)[req.params.field] = true;
    res.sendStatus(204);
  });

  app.post("/logout", (req, res, next) => {
    req.session.destroy((error: unknown) => (error ? next(error) : res.sendStatus(204)));
  });

  app.get("/session", (req, res) => {
    const { cookie: _, ...fields } = fieldsOf(req);
    res.json(fields);
  });

  return listening(app.listen(0, "127.0.0.1"));
}

function fieldsOf(req: Request): Fields {
  return req.session as unknown as Fields;
}
