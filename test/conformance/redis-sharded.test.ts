import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { storeConformance, userConformance } from "sessionary/conformance";
import { type RedisCluster, startCluster } from "../support/redis-cluster.js";
import { type Backend, redisSubject, redisUserSubject } from "./redis-subject.js";

/** One node with all slots behind a `redis:` URL. Like a proxy of several shards, it refuses keys of several slots. */
let server: RedisCluster;
beforeAll(async () => {
  server = await startCluster({ masters: 1, replicasPerMaster: 0 });
}, 60_000);
afterAll(() => server.close());
beforeEach(() => server.flush());

const backend: Backend = {
  write: (key, text) => server.nodes[0]!.command("SET", key, text, "PX", 60_000),
  reach: () => ({ url: server.nodes[0]!.url }),
};
const runner = { describe, it };

storeConformance(runner, redisSubject("RedisStore on shards behind one address", backend));
userConformance(runner, redisUserSubject("RedisStore on shards behind one address", backend));
