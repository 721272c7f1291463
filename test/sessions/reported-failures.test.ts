import { Hono } from "hono";
import { MemoryStore, createSessions } from "sessionary";
import { honoSessions } from "sessionary/hono";
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

it("prints a save that cannot be stored, which nothing else reports", async () => {
  const print = vi.spyOn(console, "error").mockReturnValue();
  const response = await failing()(new Request("http://localhost/"));
  expect(response.status).toBe(500);
  expect(print.mock.calls).toEqual([
    [expect.objectContaining({ message: expect.stringContaining('"seen" is a Map') as string })],
  ]);
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

it("names a request that is missing", () => {
  const sessions = createSessions({ store: "memory:" });
  onTestFinished(() => sessions.close());
  expect(() => sessions.get(undefined as never)).toThrow(
    "sessions.get requires a request; received undefined",
  );
});
