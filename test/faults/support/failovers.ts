import type { RedisCluster } from "../../support/redis-cluster.js";
import type { SentinelGroup } from "../../support/redis-sentinel.js";
import type { RedisServer } from "../../support/redis-server.js";
import type { Profile } from "../fault-case.js";
import { bringInStep, waitForReplica } from "./replication.js";
import type { SentinelRig } from "./sentinel-rig.js";

const SHARES = 3;

/** A master goes, and another comes. */
export interface Failover {
  name: string;
  /** @returns whether the new master had all that the old one acknowledged: then nothing may be undone */
  happen: () => Promise<boolean>;
}

export function sentinelFailovers({ group }: SentinelRig, profile: Profile): Failover[] {
  const crash = async (before: typeof bringInStep) => {
    const master = await group.currentMaster();
    await before(master, master === group.master ? group.replica : group.master);
    await master.kill();
    await group.whole();
    await master.restart();
    await group.whole();
  };
  // The old master takes writes until it is told, and they are lost.
  const handOver = { name: "Sentinel hand-over", happen: () => group.failover().then(() => false) };
  const inStep = {
    name: "crash in step",
    // On a busy machine the Sentinels may go back to the old master before that has followed the new one.
    happen: async () => (await switchesOf(group, () => crash(bringInStep))) === 1,
  };
  const sudden = { name: "sudden crash", happen: () => crash(nothing).then(() => false) };
  return profile.pick([handOver, inStep, sudden, handOver, inStep, sudden], [inStep, handOver]);
}

export function clusterFailovers(cluster: RedisCluster, profile: Profile): Failover[] {
  let next = 0;
  const crash = async (before: typeof bringInStep) => {
    const share = next++ % SHARES;
    const master = await cluster.master(share);
    await before(master, heirOf(cluster, share, master));
    await master.kill();
    await cluster.whole();
    await master.restart();
    await cluster.whole();
  };
  const onlyOnce = async (event: () => Promise<void>) => {
    const epoch = await epochOf(cluster);
    await event();
    return (await epochOf(cluster)) === epoch + 1;
  };
  const handOver = {
    name: "Cluster hand-over",
    happen: () => onlyOnce(() => cluster.failover(next++ % SHARES)),
  };
  const inStep = { name: "crash in step", happen: () => onlyOnce(() => crash(bringInStep)) };
  const sudden = { name: "sudden crash", happen: () => crash(nothing).then(() => false) };
  return profile.pick([handOver, inStep, sudden, handOver, inStep, sudden], [inStep, handOver]);
}

export async function sentinelInStep({ group }: SentinelRig): Promise<void> {
  const master = await group.currentMaster();
  await waitForReplica(master, master === group.master ? group.replica : group.master);
}

export async function clusterInStep(cluster: RedisCluster): Promise<void> {
  for (let share = 0; share < SHARES; share++) {
    const master = await cluster.master(share);
    await waitForReplica(master, heirOf(cluster, share, master));
  }
}

async function nothing(): Promise<void> {}

/** How many new masters the Sentinels name while something happens. */
async function switchesOf(group: SentinelGroup, happen: () => Promise<void>): Promise<number> {
  let count = 0;
  const watcher = group.sentinels[0]!.client();
  watcher.on("message", () => count++);
  await watcher.subscribe("+switch-master");
  await happen();
  watcher.disconnect();
  return count;
}

async function epochOf({ nodes }: RedisCluster): Promise<number> {
  const infos = await Promise.all(nodes.map((node) => node.command("CLUSTER", "INFO")));
  return Math.max(...infos.map((info) => Number(/cluster_current_epoch:(\d+)/.exec(String(info))?.[1])));
}

function heirOf(cluster: RedisCluster, share: number, master: RedisServer): RedisServer {
  return cluster.nodes.find((node, i) => i % SHARES === share && node !== master)!;
}
