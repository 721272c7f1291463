import type { RedisServer } from "./redis-server.js";
import { waitUntil } from "./wait-until.js";

const SLOTS = 16_384;

/** Makes one cluster of nodes that know nothing of each other: the first are masters, the rest replicas. */
export async function joinCluster(nodes: readonly RedisServer[], masters: number): Promise<void> {
  for (const [index, node] of nodes.entries()) {
    await node.command("CLUSTER", "SET-CONFIG-EPOCH", index + 1); // equal epochs take time to settle
    if (index < masters) await node.command("CLUSTER", "ADDSLOTS", ...shareOf(index, masters));
    for (const other of nodes.slice(0, index)) await node.command("CLUSTER", "MEET", other.host, other.port);
  }
  await waitUntil("the nodes know each other", async () => {
    const views = await Promise.all(nodes.map(nodesSeenBy));
    return views.every((view) => view.length === nodes.length);
  });
  for (const [index, node] of nodes.entries()) {
    const master = nodes[index % masters];
    if (master !== undefined && master !== node)
      await node.command("CLUSTER", "REPLICATE", await idOf(master));
  }
}

function shareOf(index: number, masters: number): number[] {
  const slots = Array.from({ length: SLOTS }, (_, slot) => slot);
  return slots.slice(Math.floor((SLOTS * index) / masters), Math.floor((SLOTS * (index + 1)) / masters));
}

/** Waits until the nodes that are up all say that the cluster is, and say the same of each other. */
export async function clusterIsWhole(nodes: readonly RedisServer[]): Promise<void> {
  await waitUntil("the cluster is whole", async () => {
    const up = nodes.filter((node) => node.isUp);
    const views = await Promise.all(up.map(nodesSeenBy));
    const texts = views.map((view) => view.sort().join("\n"));
    if (!texts.every((text) => text === texts[0]) || views[0]?.length !== up.length) return false;
    const listed = await Promise.all(up.map(nodesListed));
    const inStep = await Promise.all(up.map(isInStep));
    return listed.every((count) => count === up.length) && !inStep.includes(false);
  });
}

/** The nodes as one node sees them, those left out that it takes for failed: `id masterId slots…`. */
async function nodesSeenBy(node: RedisServer): Promise<string[]> {
  const lines = String(await node.command("CLUSTER", "NODES"))
    .trim()
    .split("\n");
  return lines
    .map((line) => line.split(" "))
    .filter(([, , flags]) => !/fail|handshake|noaddr/.test(flags ?? ""))
    .map(([id, , , masterId, , , , , ...slots]) => [id, masterId, ...slots].join(" "));
}

/** How many nodes one node tells clients of: a replica only once it has heard how much that has copied. */
async function nodesListed(node: RedisServer): Promise<number> {
  const ranges = (await node.command("CLUSTER", "SLOTS")) as [number, number, ...[string, number][]][];
  return new Set(ranges.flatMap(([, , ...nodes]) => nodes.map(([, port]) => port))).size;
}

async function isInStep(node: RedisServer): Promise<boolean> {
  const info = String(await node.command("CLUSTER", "INFO"));
  const [role, , , link] = (await node.command("ROLE")) as unknown[];
  return info.includes("cluster_state:ok") && (role === "master" || link === "connected");
}

export async function isMaster(node: RedisServer): Promise<boolean> {
  return node.isUp && ((await node.command("ROLE")) as unknown[])[0] === "master";
}

async function idOf(node: RedisServer): Promise<string> {
  return String(await node.command("CLUSTER", "MYID"));
}

async function hasSlot(node: RedisServer, slot: number): Promise<boolean> {
  const ranges = (await node.command("CLUSTER", "SLOTS")) as [number, number, [string, number]][];
  return ranges.some(([from, to, [, port]]) => port === node.port && from <= slot && slot <= to);
}

/** Moves a slot with its keys to another master, as `redis-cli --cluster reshard` does. */
export async function moveSlot(
  slot: number,
  masters: readonly RedisServer[],
  target: RedisServer,
): Promise<void> {
  const owners = await Promise.all(masters.map((node) => hasSlot(node, slot)));
  const source = masters[owners.indexOf(true)];
  if (source === undefined || source === target) return;
  await target.command("CLUSTER", "SETSLOT", slot, "IMPORTING", await idOf(source));
  await source.command("CLUSTER", "SETSLOT", slot, "MIGRATING", await idOf(target));
  for (;;) {
    const keys = (await source.command("CLUSTER", "GETKEYSINSLOT", slot, 100)) as string[];
    if (keys.length === 0) break;
    await source.command("MIGRATE", target.host, target.port, "", 0, 1_000, "KEYS", ...keys);
  }
  const targetId = await idOf(target);
  // The target first: were the source to know before it, nobody would own the slot for a moment.
  for (const node of [target, source]) await node.command("CLUSTER", "SETSLOT", slot, "NODE", targetId);
}
