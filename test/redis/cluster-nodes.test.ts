import { afterAll, beforeAll, expect, it } from "vitest";
import { RedisStore } from "sessionary/redis";
import { isMaster } from "../support/cluster-nodes.js";
import { startCluster, type RedisCluster } from "../support/redis-cluster.js";
import type { RedisServer } from "../support/redis-server.js";

let cluster: RedisCluster;
let masters: RedisServer[];
let replicas: RedisServer[];
beforeAll(async () => {
  cluster = await startCluster();
  const roles = await Promise.all(cluster.nodes.map(isMaster));
  masters = cluster.nodes.filter((_, n) => roles[n]);
  replicas = cluster.nodes.filter((_, n) => !roles[n]);
}, 60_000);
afterAll(() => cluster.close());

const entry = () => ({ data: { n: 1 }, expiresAt: Date.now() + 60_000 });

/** Creates a session that is there, and meanwhile takes the connections to some of the nodes away. */
async function createTakenWithout(lost: readonly RedisServer[]): Promise<string | undefined> {
  // It connects to the node that it is told of, whatever that node is.
  const store = new RedisStore({ url: `redis+cluster://${replicas[0]!.host}:${replicas[0]!.port}` });
  if (!(await store.get("taken"))) await store.create("taken", entry());
  for (const master of masters) await master.command("CLIENT", "PAUSE", 100, "WRITE");
  const created = store.create("taken", entry()).then(
    () => "created",
    (error: { code?: string }) => error.code,
  );
  await new Promise(setImmediate);
  for (const node of lost) await node.command("CLIENT", "KILL", "TYPE", "normal");
  const code = await created;
  await store.close();
  return code;
}

it("knows that an id is taken when a replica's connection was lost meanwhile", async () => {
  expect(await createTakenWithout(replicas)).toBe("ERR_SESSION_EXISTS");
});

it("can't tell whose an id is when a master's connection was lost meanwhile", async () => {
  expect(await createTakenWithout(masters)).toBe("ERR_STORE_UNAVAILABLE");
});
