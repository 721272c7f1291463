import { createSentinel } from "redis";
import { createSentinel as createSentinel5 } from "redis5";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { RedisStore } from "sessionary/redis";
import { startSentinel, type SentinelGroup } from "../support/redis-sentinel.js";

let group: SentinelGroup;
beforeAll(async () => void (group = await startSentinel()), 60_000);
afterAll(() => group.close());

const entry = () => ({ data: {}, expiresAt: Date.now() + 60_000 });

it.each([
  ["node-redis 5", createSentinel5 as unknown as typeof createSentinel],
  ["node-redis 6", createSentinel],
])("keeps the order of calls, those that start at once included, %s", async (_, create) => {
  const sentinelRootNodes = group.sentinels.map(({ host, port }) => ({ host, port }));
  const client = create({ name: group.name, sentinelRootNodes });
  client.on("error", () => {});
  await client.connect();
  onTestFinished(async () => void (await client.destroy()));
  const store = new RedisStore({ client, prefix: `${_}:` });
  onTestFinished(() => store.close());
  const created = ["a", "b", "c"].map((id) => store.create(id, entry()));
  await new Promise(setImmediate);
  const destroyed = ["a", "b", "c"].map((id) => store.destroy(id));
  expect(await Promise.all(destroyed)).toEqual([true, true, true]);
  await Promise.all(created);
  expect(await store.count()).toBe(0);
});
