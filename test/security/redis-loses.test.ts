import type { Redis } from "ioredis";
import { expect, it, onTestFinished } from "vitest";
import { createStore, type SessionData, type UserSessionStore, type StoreConfig } from "sessionary";
import { type RedisServer, type StartRedisOptions, startRedis } from "../support/redis-server.js";
import { startProxy } from "../support/tcp-proxy.js";
import { waitUntil } from "../support/wait-until.js";
import { INDEX_KEYS } from "../support/user-index-keys.js";

const userIdOf = ({ user }: SessionData) => user as string | undefined;
const session = (user: string) => ({ data: { user }, expiresAt: Date.now() + 60_000 });

async function start(options?: StartRedisOptions): Promise<RedisServer> {
  const server = await startRedis(options);
  onTestFinished(() => server.close());
  return server;
}
function open(options: StoreConfig): UserSessionStore {
  const store = createStore({ userIdOf, ...options });
  onTestFinished(() => store.close());
  return store;
}

/** Two sessions of ann's and one of bob's, saved to disk; then ann logs out of one, and Redis goes back to that. */
async function restored(before: (redis: RedisServer) => Promise<unknown>) {
  const redis = await start();
  const store = open({ url: redis.url });
  for (const id of ["ann-1", "ann-2"]) await store.create(id, session("ann"));
  await store.create("bob", session("bob"));
  await before(redis);
  await redis.command("SAVE");
  await store.destroy("ann-1");
  expect(await store.get("ann-1")).toBeUndefined();
  await redis.restart();
  await waitUntil("the store is back", async () => (await store.count()) === 3);
  expect((await store.get("ann-1"))?.data).toEqual({ user: "ann" });
  return { redis, store };
}

it("a restore brings a logged-out session back, and destroyByUser ends it again", async () => {
  const { store } = await restored(async () => {});
  expect(await store.destroyByUser("ann")).toBe(2);
  expect(await store.get("ann-1")).toBeUndefined();
  expect((await store.get("bob"))?.data).toEqual({ user: "bob" });
});

it("when a restore has no index, a scan ends the user's sessions", async () => {
  const { store } = await restored(async (redis) => {
    const client = redis.client();
    await client.del(await client.keys(INDEX_KEYS));
  });
  expect(await store.destroyByUser("ann")).toBe(0);
  expect(await store.destroyByUser("ann", { scan: true })).toBe(2);
  expect(await store.count()).toBe(1);
});

it("after a restore, another prefix opens none of what came back", async () => {
  const { redis } = await restored(async () => {});
  const store = open({ url: redis.url, prefix: "sess2:" });
  expect(await store.get("ann-1")).toBeUndefined();
  expect(await store.count()).toBe(0);
});

it("a restored session keeps its end: Redis's expiries are moments, and go on while it is down", async () => {
  const { redis } = await restored((server) => server.command("PEXPIRE", "sess:ann-1", 30_000));
  const lifetimeMs = Number(await redis.command("PTTL", "sess:ann-1"));
  expect(lifetimeMs).toBeGreaterThan(0);
  expect(lifetimeMs).toBeLessThanOrEqual(30_000);
});

const replicationOf = async (primary: RedisServer) => String(await primary.command("INFO", "replication"));
/** How many replicas `min-replicas-to-write` is taking into account; the primary looks once a second. */
const countsReplicas = async (primary: RedisServer, count: number) =>
  (await replicationOf(primary)).includes(`min_slaves_good_slaves:${count}`);

/** A primary with one replica that has caught up, and a store on a client whose WAIT can be asked. */
async function replicated(config: string[] = []) {
  const primary = await start({ config: ["repl-diskless-sync-delay 0", ...config] });
  const link = await startProxy(primary.port);
  onTestFinished(() => link.close());
  const replica = await start({ config: [`replicaof ${link.host} ${link.port}`] });
  const client = primary.client();
  const store = open({ client });
  await waitUntil("the replica follows", async () => (await replicationOf(primary)).includes("state=online"));
  if (config.length > 0) await waitUntil("the primary counts it", () => countsReplicas(primary, 1));
  await store.create("ann-1", session("ann"));
  await waitUntil("the replica has it", async () => (await replica.command("EXISTS", "sess:ann-1")) === 1);
  return { primary, link, replica, client, store };
}
const waitForReplica = (client: Redis, ms: number) => client.wait(1, ms);

it("a failover to a replica that has not heard of a logout undoes it; WAIT tells, and it can be ended again", async () => {
  const { primary, link, replica, client, store } = await replicated();
  link.blackhole();
  expect(await store.destroy("ann-1")).toBe(true);
  expect(await waitForReplica(client, 50)).toBe(0);
  await primary.kill();
  await replica.command("REPLICAOF", "NO", "ONE");
  const afterwards = open({ url: replica.url });
  expect((await afterwards.get("ann-1"))?.data).toEqual({ user: "ann" });
  expect(await afterwards.destroyByUser("ann")).toBe(1);
});

it("a logout that WAIT confirms outlives the primary", async () => {
  const { primary, replica, client, store } = await replicated();
  expect(await store.destroyByUser("ann")).toBe(1);
  expect(await waitForReplica(client, 5_000)).toBe(1);
  await primary.kill();
  await replica.command("REPLICAOF", "NO", "ONE");
  expect(await open({ url: replica.url }).get("ann-1")).toBeUndefined();
});

it("with min-replicas-to-write, a primary without its replica refuses a logout instead of losing it", async () => {
  const config = ["min-replicas-to-write 1", "min-replicas-max-lag 1"];
  const { primary, replica, store } = await replicated(config);
  await replica.kill();
  await waitUntil("the primary has noticed", () => countsReplicas(primary, 0));
  const refused = { code: "ERR_STORE_UNAVAILABLE", outcome: "not-applied" };
  await expect(store.destroy("ann-1")).rejects.toMatchObject(refused);
  await expect(store.destroyByUser("ann")).rejects.toMatchObject(refused);
  expect((await store.get("ann-1"))?.data).toEqual({ user: "ann" });
});
