import { setTimeout as sleep } from "node:timers/promises";
import { createStore } from "sessionary";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { type RedisServer, startRedis } from "../support/redis-server.js";
import { waitUntil } from "../support/wait-until.js";

let master: RedisServer;
let replica: RedisServer;
beforeAll(async () => {
  master = await startRedis({ config: ["repl-diskless-sync-delay 0"] });
  replica = await startRedis({ config: [`replicaof ${master.host} ${master.port}`] });
  await waitUntil("the replica is in step", async () =>
    String(await replica.command("INFO", "replication")).includes("master_link_status:up"),
  );
});
afterAll(() => Promise.all([master.close(), replica.close()]));

const entry = () => ({ data: { n: 1 }, expiresAt: Date.now() + 60_000 });

async function connectionsTo(server: RedisServer): Promise<number> {
  return Number(/total_connections_received:(\d+)/.exec(String(await server.command("INFO", "stats")))?.[1]);
}

it("reads from a replica while every write is refused, and reconnects at most every 2 s", async () => {
  const onMaster = createStore(master.url);
  onTestFinished(() => onMaster.close());
  const ids = Array.from({ length: 20 }, (_, i) => `id${i}`);
  for (const id of ids) await onMaster.create(id, entry());
  await master.command("WAIT", 1, 2_000);
  const store = createStore(replica.url);
  onTestFinished(() => store.close());
  await store.ping();
  const before = await connectionsTo(replica);

  const end = performance.now() + 3_000;
  const isOver = () => performance.now() >= end;
  const writes: unknown[] = [];
  const write = async () => {
    while (!isOver()) {
      writes.push(await store.update("id0", entry()).catch((error: { reason?: unknown }) => error.reason));
      await sleep(4);
    }
  };
  const failedReads: unknown[] = [];
  let reads = 0;
  const read = async (id: string) => {
    while (!isOver()) {
      const { data } = (await store.get(id).catch((error: unknown) => void failedReads.push(error))) ?? {};
      expect(data).toEqual({ n: 1 });
      reads++;
      await sleep(1);
    }
  };
  await Promise.all([write(), ...ids.map(read)]);

  expect(failedReads).toEqual([]);
  expect(reads).toBeGreaterThan(1_000);
  expect(writes.length).toBeGreaterThan(50);
  expect(new Set(writes)).toEqual(new Set(["readonly"]));
  const reconnects = (await connectionsTo(replica)) - before;
  expect(reconnects).toBeGreaterThanOrEqual(1);
  expect(reconnects).toBeLessThanOrEqual(2);
});
