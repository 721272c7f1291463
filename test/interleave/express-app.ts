import express from "express";
import session from "express-session";
import { expressStore } from "sessionary/express-session";
import { SECRET, expressVisit } from "../adapters/support.js";
import { IDLE_TIMEOUT_MS, type Setup } from "./actions.js";
import { type App, newId } from "./app.js";
import { type Surroundings, handle } from "./handlers.js";
import { injectOf } from "./inject.js";

/** An Express server over express-session. */
export async function expressApp(surroundings: Surroundings, setup: Setup): Promise<App> {
  const app = express();
  app.use((req, _res, next) => {
    // express-session asks for it, and Fastify's inject warns of that name of the socket.
    Object.defineProperty(req, "connection", { value: req.socket });
    next();
  });
  app.use(
    session({
      store: expressStore(surroundings.store, { touchAfterMs: setup.touchAfterMs }),
      secret: SECRET,
      genid: newId,
      resave: setup.saveUnchanged,
      saveUninitialized: setup.saveUninitialized,
      cookie: { maxAge: IDLE_TIMEOUT_MS },
    }),
  );
  app.get("/:number", async (req, res) => {
    const answer = await handle(expressVisit(req, res), Number(req.params.number), surroundings);
    res.status(answer.status).json(answer);
  });
  return { cookieName: "connect.sid", inject: await injectOf(app) };
}
