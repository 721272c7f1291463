import type Koa from "koa";
import { MemoryStore, createSessions, createStore } from "sessionary";
import { expressSession, expressStore } from "sessionary/express-session";
import { koaSession } from "sessionary/koa-session";
import { RedisStore } from "sessionary/redis";
import { Redis } from "ioredis";
import { expect, it } from "vitest";

const store = new MemoryStore();
const client = new Redis({ lazyConnect: true });
const koa = { keys: ["secret"], use: () => {}, context: {} } as unknown as Koa;

it.each<[string, () => unknown, string]>([
  [
    "createSessions(url)",
    () => createSessions("memory:" as never),
    'createSessions requires an options object, such as { store: "memory:" }; received a string',
  ],
  [
    "createSessions()",
    () => createSessions(undefined as never),
    'such as { store: "memory:" }; received undefined',
  ],
  [
    "new RedisStore(url)",
    () => new RedisStore("redis://localhost" as never),
    'RedisStore requires an options object, such as { url: "redis://localhost:6379" }; received a string',
  ],
  [
    "expressSession(store, options)",
    () => (expressSession as (...args: unknown[]) => unknown)(store, { secret: "a secret" }),
    "expressSession requires all options in one object, { store, … }; received a store",
  ],
  [
    "koaSession(app, options)",
    () => koaSession(koa as never, { store } as never),
    "koaSession requires the app as second argument: koaSession({ store, … }, app)",
  ],
  [
    "koaSession(store, app)",
    () => koaSession(store as never, koa),
    "koaSession requires all options in one object, { store, … }; received a store",
  ],
])("names the right arguments of %s", (_, call, message) => {
  expect(call).toThrow(TypeError);
  expect(call).toThrow(message);
});

it.each<[string, unknown, string]>([
  ["a Redis client", client, "received a Redis client: use createStore({ client })"],
  ["options of a store", { url: "memory:" }, "received an object: use createStore({ url, … })"],
  ["an adapter", expressStore(store), "received an adapter, or a store of another package"],
  ["undefined", undefined, "received undefined. Is the environment variable set?"],
  ["a number", 6379, "received 6379"],
])("says what to pass as store in place of %s", (_, value, received) => {
  const options = { store: value as never, secret: "a secret" };
  const { secret, ...others } = options;
  expect(() => createSessions(others)).toThrow(
    'createSessions requires store, a URL such as "redis://localhost:6379" or "memory:", or a SessionStore: ' +
      `a MemoryStore, a RedisStore or what createStore() returns; ${received}`,
  );
  if (value instanceof Object && "createSession" in value) return; // expressSession accepts its own adapter
  expect(() => expressSession({ ...others, secret })).toThrow(received);
});

it("names the misplaced option of createStore before the missing URL", () => {
  expect(() => createStore({ host: "localhost", port: 6379 } as object)).toThrow(
    'createStore has no option "host": put it into the URL',
  );
  expect(() => createStore({ store: "memory:" } as object)).toThrow(
    'createStore has no option "store": use url',
  );
});
