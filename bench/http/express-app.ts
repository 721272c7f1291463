import express from "express";
import session from "express-session";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { LIFETIME_MS } from "../sessions.js";
import { type App, SECRET, loginFields } from "./app.js";

/** Express 5 with express-session, set as its README recommends; without a store, with no sessions. */
export async function listenExpress(store: session.Store | undefined): Promise<App> {
  const app = express();
  if (store === undefined) app.get("/me", (_req, res) => void res.json({ username: "user-0" }));
  else {
    const cookie = { maxAge: LIFETIME_MS };
    app.use(session({ secret: SECRET, resave: false, saveUninitialized: false, cookie, store }));
    let logins = 0;
    app.post("/login", (req, res) => {
      Object.assign(req.session, loginFields(logins++));
      res.sendStatus(204);
    });
    app.get("/me", (req, res) => {
      const { username } = req.session as { username?: string };
      res.status(username === undefined ? 401 : 200).json({ username });
    });
  }
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
