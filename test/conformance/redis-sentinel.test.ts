import { Redis } from "ioredis";
import { createSentinel } from "redis";
import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { storeConformance, userConformance } from "sessionary/conformance";
import { startSentinel, type SentinelGroup } from "../support/redis-sentinel.js";
import { redisSubject, redisUserSubject, type Backend } from "./redis-subject.js";

let group: SentinelGroup;
let ioredis: Redis;
let nodeRedis: ReturnType<typeof createSentinel>;
beforeAll(async () => {
  group = await startSentinel();
  const hosts = group.sentinels.map(({ host, port }) => ({ host, port }));
  ioredis = new Redis({ sentinels: hosts, name: group.name });
  nodeRedis = createSentinel({ name: group.name, sentinelRootNodes: hosts, replicaPoolSize: 1 });
  nodeRedis.on("error", () => {});
  await nodeRedis.connect();
}, 60_000);
afterAll(async () => {
  ioredis.disconnect();
  await nodeRedis.destroy();
  await group.close();
});

beforeEach(() => ioredis.flushall());

const write: Backend["write"] = (key, text) => ioredis.set(key, text, "PX", 60_000);
const runner = { describe, it };
for (const [name, reach] of [
  ["a connection of its own", () => ({ url: group.url })],
  ["a client of ioredis 6", () => ({ client: ioredis })],
  ["a client of node-redis 6", () => ({ client: nodeRedis })],
] as const) {
  storeConformance(runner, redisSubject(`RedisStore on Sentinel, ${name}`, { write, reach }));
  userConformance(runner, redisUserSubject(`RedisStore on Sentinel, ${name}`, { write, reach }));
}
