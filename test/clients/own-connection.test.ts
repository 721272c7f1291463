import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { RedisStore } from "sessionary/redis";
import { startRedis, type RedisServer } from "../support/redis-server.js";

let server: RedisServer;
beforeAll(async () => void (server = await startRedis()));
afterAll(() => server.close());

it("reads replies alike whatever redisOptions say of them", async () => {
  const redisOptions = { stringNumbers: true, enableAutoPipelining: true };
  const store = new RedisStore({ url: server.url, redisOptions });
  onTestFinished(() => store.close());
  const entry = () => ({ data: { n: 1 }, expiresAt: Date.now() + 60_000 });
  const version = await store.create("one", entry());
  expect(await store.touch("one", entry())).toBe(true);
  expect(await store.update("one", entry(), { ifVersion: version })).toBe(version);
  expect(await store.update("none", entry())).toBeUndefined();
  expect(await store.destroy("one")).toBe(true);
  expect(await store.destroy("one")).toBe(false);
});
