import { RedisStore } from "sessionary/redis";
import { expect, it, onTestFinished } from "vitest";
import { startCluster } from "../support/redis-cluster.js";

it("serves concurrent calls on shards behind one address", { timeout: 60_000 }, async () => {
  const { nodes, close } = await startShards();
  onTestFinished(close);
  const [node] = nodes;
  const store = new RedisStore({ url: node!.url });
  onTestFinished(() => store.close());
  const ids = Array.from({ length: 50 }, (_, i) => `id${i}`);
  const expiresAt = Date.now() + 60_000;
  const entry = (n: number) => ({ data: { n }, expiresAt });

  const versions = await Promise.all(ids.map((id) => store.create(id, entry(0))));
  const updated = await Promise.all(
    ids.map((id, i) => store.update(id, entry(i), { ifVersion: versions[i]! })),
  );
  expect(updated.filter((version) => typeof version !== "string")).toEqual([]);
  const read = await Promise.all(ids.map((id) => store.get(id)));
  expect(read.map((record) => record?.data.n)).toEqual(ids.map((_, i) => i));
  expect(await refusals(node!)).toBeLessThan(3);
  await store.clear();
  expect(await store.count()).toBe(0);
});

async function startShards() {
  const cluster = await startCluster({ masters: 1, replicasPerMaster: 0 });
  return { nodes: cluster.nodes, close: () => cluster.close() };
}

/** Number of commands that the server refused because their keys are in several slots. */
async function refusals(node: { command: (...args: string[]) => Promise<unknown> }): Promise<number> {
  const stats = String(await node.command("INFO", "errorstats"));
  return Number(/errorstat_CROSSSLOT:count=(\d+)/.exec(stats)?.[1] ?? 0);
}
