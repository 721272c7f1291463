// Sessions in Express: npx tsx examples/any-server/express.ts
import express, { type ErrorRequestHandler } from "express";
import http from "node:http";
import { answerTo, sessions, showPage, signIn } from "./app.js";
import { start } from "./node-server.js";

const app = express();
app.use(sessions.middleware());
app.use(express.urlencoded({ extended: false, limit: 4_096 }));

app.get("/", async (req, res) => {
  res.send(showPage(await sessions.get(req)));
});
app.post("/sign-in", async (req, res) => {
  const { name } = (req.body ?? {}) as { name?: unknown };
  await signIn(await sessions.get(req), name);
  res.redirect(303, "/");
});
app.post("/sign-out", async (req, res) => {
  const session = await sessions.get(req);
  await session.destroy();
  res.redirect(303, "/");
});
app.use(((error, _req, res, next) => {
  if (res.headersSent) return next(error);
  const { status, headers, text } = answerTo(error);
  res.status(status).set(headers).send(text);
}) satisfies ErrorRequestHandler);

await start(http.createServer(app));
