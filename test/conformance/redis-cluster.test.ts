import type { Cluster } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { storeConformance, userConformance } from "sessionary/conformance";
import { startCluster, type RedisCluster } from "../support/redis-cluster.js";
import { redisSubject, redisUserSubject, type Backend } from "./redis-subject.js";

let cluster: RedisCluster;
let client: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
  client = cluster.client();
}, 60_000);
afterAll(() => cluster.close());
beforeEach(() => cluster.flush());

const write: Backend["write"] = (key, text) => client.set(key, text, "PX", 60_000);
const runner = { describe, it };

storeConformance(
  runner,
  redisSubject("RedisStore on a Cluster of its own", { write, reach: () => ({ url: cluster.url }) }),
);
storeConformance(
  runner,
  redisSubject("RedisStore on a Cluster that it was handed", { write, reach: () => ({ client }) }),
);
storeConformance(
  runner,
  redisSubject(
    "a Redis store with userIdOf on a Cluster",
    { write, reach: () => ({ url: cluster.url }) },
    {
      userIdOf: ({ user }) => user as string,
    },
  ),
);
const ofItsOwn: Backend = { write, reach: () => ({ url: cluster.url }) };
userConformance(runner, redisUserSubject("RedisStore on a Cluster", ofItsOwn));
userConformance(
  runner,
  redisUserSubject("a Redis store with hashIds on a Cluster", ofItsOwn, { hashIds: true }),
);
