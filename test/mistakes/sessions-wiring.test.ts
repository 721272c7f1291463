import express from "express";
import { Hono } from "hono";
import Koa from "koa";
import http, { type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { type Sessions, createSessions } from "sessionary";
import { honoSessions } from "sessionary/hono";
import { koaSessions } from "sessionary/koa";
import { expect, onTestFinished, test } from "vitest";

const FOR_KOA = "koaSessions of sessionary/koa, and sessions.get(ctx), for Koa";
const FOR_HONO = "honoSessions of sessionary/hono, and sessions.get(c), for Hono";

const create = (): Sessions => createSessions({ store: "memory:" });

async function serve(listener: RequestListener): Promise<string> {
  const server = http.createServer(listener).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => void server.close());
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

/** Returns the error that a middleware of Koa throws. */
async function koaError(build: (app: Koa, sessions: Sessions) => void): Promise<string> {
  const app = new Koa();
  build(app, create());
  const thrown = new Promise<Error>((resolve) => app.on("error", resolve));
  await fetch(await serve((req, res) => void app.callback()(req, res)));
  return (await thrown).message;
}

test("app.use(sessions.middleware) answers with an error that shows the call", async () => {
  const app = express();
  app.use(Reflect.get(create(), "middleware") as never);
  const response = await fetch(await serve(app));
  expect(await response.text()).toContain(
    "sessions.middleware() returns the middleware: app.use(sessions.middleware())",
  );
  expect(response.status).toBe(500);
});

test("the middleware names the integrations of Koa and Hono, which have no next(error)", async () => {
  const message = await koaError((app, sessions) => app.use(sessions.middleware() as never));
  expect(message).toContain("sessions.middleware() is for Express, Connect and similar frameworks");
  expect(message).toContain(FOR_KOA);
  const app = new Hono();
  app.use(create().middleware() as never);
  app.onError((error, c) => c.text(error.message));
  expect(await (await app.request("/")).text()).toContain(FOR_HONO);
});

test.each<[string, (ctx: Koa.Context) => unknown]>([
  ["ctx.req", (ctx) => ctx.req],
  ["ctx.request", (ctx) => ctx.request],
])("sessions.get(%s) asks for ctx", async (_, requestOf) => {
  const message = await koaError((app, sessions) => {
    app.use(koaSessions(sessions));
    app.use(async (ctx) => void (await sessions.get(requestOf(ctx) as never)));
  });
  expect(message).toContain(FOR_KOA);
});

test("sessions.get asks to register the integration before the routes", async () => {
  const sessions = create();
  const app = new Hono();
  app.get("/", async (c) => c.json((await sessions.get(c)).data));
  app.use(honoSessions(sessions));
  app.onError((error, c) => c.text(error.message));
  const message = await (await app.request("/")).text();
  expect(message).toContain("register the integration before the routes");
  expect(message).toContain(FOR_HONO);
});

test("sessions.get(c.req.raw) is the session that the integration of Hono saves", async () => {
  const sessions = create();
  const app = new Hono();
  app.use(honoSessions(sessions));
  app.post("/", async (c) => {
    const session = await sessions.get(c.req.raw);
    session.data.userId = "ann";
    return c.json(session === (await sessions.get(c)));
  });
  const response = await app.request("http://localhost/", { method: "POST" });
  expect([response.headers.getSetCookie().length, await response.json()]).toEqual([1, true]);
});

test.each<[string, unknown, string]>([
  ["headers", {}, "an object"],
  ["a number", 5, "5"],
])("sessions.open rejects %s", async (_, value, received) => {
  await expect(create().open(value as never)).rejects.toThrow(
    `sessions.open requires a request or its Cookie header; received ${received}`,
  );
});
