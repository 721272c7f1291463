import { createCluster } from "redis";
import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { storeConformance, userConformance } from "sessionary/conformance";
import { startCluster, type RedisCluster } from "../support/redis-cluster.js";
import { redisSubject, redisUserSubject, type Backend } from "./redis-subject.js";

let cluster: RedisCluster;
let client: ReturnType<typeof createCluster>;
beforeAll(async () => {
  cluster = await startCluster();
  const rootNodes = cluster.urls.map((url) => ({ url }));
  client = createCluster({ rootNodes, useReplicas: true });
  await client.connect();
}, 60_000);
afterAll(async () => {
  client.destroy();
  await cluster.close();
});
beforeEach(() => cluster.flush());

const backend: Backend = {
  write: (key, text) => client.set(key, text, { PX: 60_000 }),
  reach: () => ({ client }),
};
const runner = { describe, it };
storeConformance(runner, redisSubject("RedisStore on a Cluster of node-redis 6", backend));
userConformance(runner, redisUserSubject("RedisStore on a Cluster of node-redis 6", backend));
