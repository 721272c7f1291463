// Sessions in Hono on Node.js: npx tsx examples/any-server/hono.ts
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import type { Server } from "node:http";
import { honoSessions } from "sessionary/hono";
import { answerTo, readForm, sessions, showPage, signIn } from "./app.js";
import { start } from "./node-server.js";

const app = new Hono();
app.use(honoSessions(sessions));

app.get("/", async (c) => c.html(showPage(await sessions.get(c))));
app.post("/sign-in", async (c) => {
  const form = await readForm(c.req.raw.body);
  await signIn(await sessions.get(c), form.get("name"));
  return c.redirect("/", 303);
});
app.post("/sign-out", async (c) => {
  const session = await sessions.get(c);
  await session.destroy();
  return c.redirect("/", 303);
});
app.onError((error) => {
  if (error instanceof HTTPException) return error.getResponse(); // the session could not be loaded or saved
  const { text, ...init } = answerTo(error);
  return new Response(text, init);
});

await start(createAdaptorServer({ fetch: app.fetch }) as Server);
