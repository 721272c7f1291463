// An Express server whose handlers change one session, run in several processes at once: `server.ts <redis URL>`.
// It prints its port once it listens.
import type { AddressInfo } from "node:net";
import express from "express";
import { expressSession } from "sessionary/express-session";
import { createStore } from "sessionary";

declare module "express-session" {
  interface SessionData {
    user: string;
    counts: Record<string, number>;
  }
}

const store = createStore({ url: process.argv[2]!, userIdOf: ({ user }) => user });
let longestSaveMs = 0;

const app = express();
app.use(expressSession({ store, secret: "a secret of 32 characters or more" }));
app.post("/login", (req, res, next) => {
  req.session.regenerate((error) => {
    if (error) return next(error);
    Object.assign(req.session, { user: "ann", counts: {} });
    res.end();
  });
});
app.post("/counts/:name", (req, res) => {
  const start = performance.now();
  res.on("finish", () => (longestSaveMs = Math.max(longestSaveMs, performance.now() - start)));
  req.session.counts![req.params.name] = 1;
  res.end();
});
app.get("/counts", (req, res) => void res.json(req.session.counts));
app.get("/longest-save", (_req, res) => void res.json(longestSaveMs));

const server = app.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
