import fastifyCookie from "@fastify/cookie";
import Fastify from "fastify";
import Koa from "koa";
import { MemoryStore, createSessions } from "sessionary";
import { expressSession, expressStore } from "sessionary/express-session";
import sessionaryFastifySession, { fastifyStore } from "sessionary/fastify-session";
import { koaSession } from "sessionary/koa-session";
import { afterEach, expect, it, onTestFinished, vi } from "vitest";
import { SECRET } from "../adapters/support.js";

const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
afterEach(() => void warn.mockClear());

const store = new MemoryStore();
const warnings = () => warn.mock.calls.map(([message]) => message);

/** Ways to set a duration. Each test uses another value, since each text is printed once in a process. */
const WAYS: [name: string, option: string, set: (ms: number) => unknown][] = [
  ["createSessions", "idleTimeoutMs", (idleTimeoutMs) => createSessions({ store, idleTimeoutMs })],
  ["expressStore", "ttlMs", (ttlMs) => expressStore(store, { ttlMs })],
  ["fastifyStore", "ttlMs", (ttlMs) => fastifyStore(store, { ttlMs })],
  [
    "expressSession",
    "cookie.maxAge",
    (maxAge) => expressSession({ store, secret: SECRET, cookie: { maxAge } }),
  ],
  [
    "the Fastify plugin",
    "cookie.maxAge",
    async (maxAge) => {
      const app = Fastify();
      onTestFinished(() => app.close());
      await app.register(fastifyCookie);
      await app.register(sessionaryFastifySession, { store, secret: SECRET, cookie: { maxAge } });
    },
  ],
  [
    "koaSession",
    "cookie.maxAge",
    (maxAge) => {
      const app = new Koa();
      app.keys = [SECRET];
      koaSession({ store, maxAge }, app);
    },
  ],
];

it.each(WAYS.map((way, i) => [...way, 3_600 + i] as const))(
  "%s warns once about %s in seconds",
  async (_, option, set, ms) => {
    await set(ms);
    await set(ms);
    expect(warnings()).toEqual([
      `${option} is in milliseconds: ${ms} ms = ${ms / 1_000} s; did you mean seconds?`,
    ]);
  },
);

it.each(WAYS)("%s does not warn about %s that cannot be meant in seconds", async (_name, _option, set) => {
  for (const ms of [1, 59, 10_000, 3_600_000]) await set(ms);
  expect(warnings()).toEqual([]);
});

it("does not warn about touchAfterMs", () => {
  expressStore(store, { touchAfterMs: 1_000 });
  createSessions({ store, touchAfterMs: 1_000 });
  expect(warnings()).toEqual([]);
});
