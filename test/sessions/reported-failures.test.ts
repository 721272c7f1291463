import { Hono } from "hono";
import Koa from "koa";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { MemoryStore, createSessions, onSessionaryEvent } from "sessionary";
import { honoSessions } from "sessionary/hono";
import { koaSessions } from "sessionary/koa";
import { afterEach, expect, it, onTestFinished, vi } from "vitest";
import { wrapped } from "../adapters/wrapped-store.js";

afterEach(() => vi.restoreAllMocks());

/** Returns sessions whose handler stores what JSON cannot represent. */
function failing(options: { onError?: () => Response } = {}) {
  const sessions = createSessions<{ seen: unknown }>({ store: "memory:", ...options });
  onTestFinished(() => sessions.close());
  return sessions.handler(async (request) => {
    (await sessions.get(request)).data.seen = new Map();
    return new Response("done");
  });
}

it("reports a save that cannot be stored by one event and one printed error", async () => {
  const events: unknown[] = [];
  onTestFinished(onSessionaryEvent("write-failed", (event) => events.push(event)));
  const print = vi.spyOn(console, "error").mockReturnValue();
  const response = await failing()(new Request("http://localhost/"));
  expect(response.status).toBe(500);
  expect(print.mock.calls).toEqual([
    [expect.objectContaining({ message: expect.stringContaining('"seen" is a Map') as string })],
  ]);
  expect(events).toEqual([{ operation: "save", code: "TypeError" }]);
});

it("leaves the report to onError if there is one", async () => {
  const print = vi.spyOn(console, "error").mockReturnValue();
  const response = await failing({ onError: () => new Response(null, { status: 507 }) })(
    new Request("http://localhost/"),
  );
  expect(response.status).toBe(507);
  expect(print).not.toHaveBeenCalled();
});

it("gives Hono's onError the message of the store's error", async () => {
  const store = wrapped(new MemoryStore(), { create: () => Promise.reject(new Error("the disk is full")) });
  const sessions = createSessions<{ n: number }>({ store });
  const app = new Hono();
  app.use(honoSessions(sessions));
  app.get("/", async (c) => {
    (await sessions.get(c)).data.n = 1;
    return c.text("done");
  });
  app.onError((error, c) => c.text(error.message, 500));
  expect(await (await app.request("/")).text()).toBe("the disk is full");
});

it("leaves none of the handler's headers to an error middleware of Koa", async () => {
  const store = wrapped(new MemoryStore(), { create: () => Promise.reject(new Error("the disk is full")) });
  const sessions = createSessions<{ n: number }>({ store });
  const app = new Koa();
  app.use(async (ctx, next) => {
    ctx.set("x-early", "1");
    await next().catch((error: Error) => {
      ctx.status = 500;
      ctx.body = error.message;
    });
  });
  app.use(koaSessions(sessions));
  app.use(async (ctx) => {
    (await sessions.get(ctx)).data.n = 1;
    ctx.set({ etag: '"1"', location: "/elsewhere" });
    ctx.body = "done";
  });
  const server = app.listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  expect([response.status, await response.text()]).toEqual([500, "the disk is full"]);
  expect(["x-early", "etag", "location"].filter((name) => response.headers.has(name))).toEqual(["x-early"]);
});

it("names a request that is missing", () => {
  const sessions = createSessions({ store: "memory:" });
  onTestFinished(() => sessions.close());
  expect(() => sessions.get(undefined as never)).toThrow(
    "sessions.get requires a request; received undefined",
  );
});
