import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { RedisStore } from "sessionary/redis";
import { startRedis, type RedisServer } from "../support/redis-server.js";

let server: RedisServer;
beforeAll(async () => void (server = await startRedis()));
afterAll(() => server.close());

it("opens any number of stores on one client with one set of listeners", async () => {
  const warnings: string[] = [];
  const onWarning = (warning: Error) => warnings.push(warning.name);
  process.on("warning", onWarning);
  onTestFinished(() => void process.off("warning", onWarning));
  const client = server.client();
  const before = client.eventNames().map((name) => [name, client.listenerCount(name as "ready")]);
  const stores = Array.from({ length: 30 }, (_, n) => new RedisStore({ client, prefix: `s${n}:` }));
  await Promise.all(stores.map((store) => store.ping()));
  expect(client.listenerCount("ready")).toBeLessThanOrEqual(2);
  await Promise.all(stores.map((store) => store.close()));
  expect(client.eventNames().map((name) => [name, client.listenerCount(name as "ready")])).toEqual(before);
  expect(warnings).toEqual([]);
});
