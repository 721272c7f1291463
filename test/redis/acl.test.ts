import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createStore, type SessionData } from "sessionary";
import { storeConformance, userConformance } from "sessionary/conformance";
import { startCluster, type RedisCluster } from "../support/redis-cluster.js";
import { startRedis, type RedisServer } from "../support/redis-server.js";
import { createDocumentedUser, documentedRules, refused } from "./documented-acl.js";

let server: RedisServer;
let cluster: RedisCluster;
beforeAll(async () => {
  server = await startRedis();
  cluster = await startCluster({ replicasPerMaster: 0 });
  await createDocumentedUser(server);
  for (const node of cluster.nodes) await createDocumentedUser(node, { and: CLUSTER_RULES });
}, 60_000);
afterAll(async () => {
  await cluster.close();
  await server.close();
});

const CLUSTER_RULES = ["+cluster|slots", "+cluster|info", "+client|setname"];
const userIdOf = ({ user }: SessionData) => user;
const runner = { describe, it };
let prefixes = 0;
const onServer = (options = {}) =>
  createStore({
    url: server.url.replace("//", "//app:password@"),
    prefix: `sess:${++prefixes}:`,
    timeoutMs: 5_000,
    ...options,
  });
const onCluster = (options = {}) =>
  createStore({
    url: cluster.url.replace("//", "//app:password@"),
    prefix: `sess:${++prefixes}:`,
    timeoutMs: 5_000,
    ...options,
  });

storeConformance(runner, { name: "a Redis store with the documented permissions", open: () => onServer() });
userConformance(runner, { name: "a Redis store with the documented permissions", open: onServer });
storeConformance(runner, {
  name: "a Redis store with userIdOf on a Cluster, with the documented permissions",
  open: () => onCluster({ userIdOf, absoluteTimeoutMs: 365 * 86_400_000 }),
});

describe("The documented permissions", () => {
  it("were enough for all of that", async () => {
    for (const node of [server, ...cluster.nodes]) expect(await refused(node)).toEqual([]);
  });

  it("have no command that the store does not run, with or without scripts", async () => {
    await createDocumentedUser(server, { without: ["+eval", "+evalsha"] });
    const plain = onServer({ userIdOf });
    const entry = (lifetimeMs: number) => ({ data: { user: "ann" }, expiresAt: Date.now() + lifetimeMs });
    await plain.ping();
    await plain.create("long", entry(60_000));
    await plain.create("short", entry(20));
    await sleep(50);
    await plain.create("next", entry(60_000)); // removes the expired entry from the index
    await plain.close();
    const stats = String(await server.command("INFO", "commandstats"));
    const commands = documentedRules().filter((rule) => rule.startsWith("+"));
    const unused = commands.filter((rule) => !stats.includes(`cmdstat_${rule.slice(1)}:`));
    expect(unused).toEqual([]);
  });
});
