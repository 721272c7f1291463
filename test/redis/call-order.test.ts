import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { RedisStore, type RedisStoreOptions } from "sessionary/redis";
import { type RedisCluster, startCluster } from "../support/redis-cluster.js";
import { type RedisServer, startRedis } from "../support/redis-server.js";
import { type TcpProxy, startProxy } from "../support/tcp-proxy.js";

let server: RedisServer;
let proxy: TcpProxy;
const opened: RedisStore[] = [];

beforeAll(async () => {
  server = await startRedis();
  proxy = await startProxy(server.port);
});
afterAll(async () => {
  await proxy.close();
  await server.close();
});
beforeEach(async () => void (await server.command("FLUSHALL")));
afterEach(async () => {
  await proxy.heal();
  for (const store of opened.splice(0)) await store.close();
});

async function open(options: RedisStoreOptions): Promise<RedisStore> {
  const store = new RedisStore(options);
  opened.push(store);
  await store.ping();
  return store;
}

const entry = (n: number, lifetimeMs = 60_000) => ({ data: { n }, expiresAt: Date.now() + lifetimeMs });

/** Returns how many commands of these names the server has run since its statistics were reset. */
async function served(...names: string[]): Promise<number[]> {
  const stats = String(await server.command("INFO", "commandstats"));
  return names.map((name) => Number(new RegExp(`^cmdstat_${name}:calls=(\\d+)`, "m").exec(stats)?.[1] ?? 0));
}

it("keeps the order of calls when the server has lost the scripts", async () => {
  const store = await open({ url: server.url });
  for (let n = 0; n < 3; n++) {
    const ifVersion = await store.create("a", entry(1));
    await server.command("SCRIPT", "FLUSH");
    const [updated, read] = await Promise.all([
      store.update("a", entry(2), { ifVersion }),
      store.get("a"),
      store.destroy("a"),
    ]);
    expect(updated).toBeTypeOf("string");
    expect(read?.data).toEqual({ n: 2 });
    expect(await store.count()).toBe(0);
  }
});

it("keeps the order of calls where scripts are forbidden", async () => {
  await server.command("ACL", "SETUSER", "app", "on", ">pw", "~*", "+@all", "-@scripting");
  const store = await open({ url: server.url.replace("//", "//app:pw@") });
  for (let n = 0; n < 2; n++) {
    const calls = ["a", "b"].flatMap((id) => [
      store.create(id, entry(1)),
      store.create(id, entry(2)).catch(({ code }: { code: string }) => code),
      store.update(id, entry(3)),
      store.get(id).then((record) => record?.data),
      store.touch(id, entry(3, 1_000)),
      store.destroy(id),
      store.touch(id, entry(3)),
    ]);
    const [created, exists, updated, ...rest] = (await Promise.all(calls)).slice(7);
    expect([typeof created, exists, typeof updated]).toEqual(["string", "ERR_SESSION_EXISTS", "string"]);
    expect(rest).toEqual([{ n: 3 }, true, true, false]);
  }
});

it("sends reads of one session at once, and a write when they are answered", async () => {
  const store = await open({ url: proxy.url, timeoutMs: 10_000 });
  await store.create("a", entry(1));
  await Promise.all([store.get("a"), store.get("b")]); // loads the script
  await server.command("CONFIG", "RESETSTAT");
  proxy.latency(200);
  const first = store.get("a");
  await nextTurn();
  const second = store.get("a");
  await nextTurn();
  const update = store.update("a", entry(2));
  expect((await first)?.data).toEqual({ n: 1 });
  expect(await served("get", "set")).toEqual([2, 0]);
  expect((await second)?.data).toEqual({ n: 1 });
  expect(await update).toBeTypeOf("string");
});

it("never sends a call whose deadline passes while it waits for an earlier one", async () => {
  const store = await open({ url: proxy.url, timeoutMs: 300 });
  await store.create("a", entry(1));
  await server.command("CONFIG", "RESETSTAT");
  proxy.latency(400);
  const [update, destroy] = await Promise.allSettled([store.update("a", entry(2)), store.destroy("a")]);
  expect(update).toMatchObject({ reason: { reason: "timeout", outcome: "unknown" } });
  expect(destroy).toMatchObject({ reason: { reason: "timeout", outcome: "not-applied" } });
  await sleep(1_000);
  expect(await served("set", "del")).toEqual([1, 0]);
});

it("sends many calls on one session in one command", async () => {
  const store = await open({ url: server.url });
  const version = await store.create("a", entry(0));
  await store.update("a", entry(0), { ifVersion: "another" }).catch(() => {}); // loads the script
  await server.command("CONFIG", "RESETSTAT");
  const updates = Array.from({ length: 20 }, (_, n) =>
    store.update("a", entry(n + 1), { ifVersion: version }),
  );
  const [winner, ...others] = await Promise.allSettled(updates);
  expect(winner?.status).toBe("fulfilled");
  expect(others.every(({ status }) => status === "rejected")).toBe(true);
  expect((await store.get("a"))?.data).toEqual({ n: 1 });
  expect(await served("evalsha", "set")).toEqual([1, 1]);
});

it("keeps the order of calls on a cluster", async () => {
  const cluster: RedisCluster = await startCluster();
  try {
    const store = await open({ url: cluster.url, timeoutMs: 5_000 });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => {
        const ids = [`id-${n}`];
        return Promise.all(
          ids.flatMap((id) => [
            store.create(id, entry(1)).then(() => "created"),
            store.update(id, entry(2), { ifVersion: "another" }).catch(({ code }: { code: string }) => code),
            store.update(id, entry(3)).then((version) => typeof version),
            store.get(id).then((record) => record?.data.n),
            store.destroy(id),
            store.get(id),
          ]),
        );
      }),
    );
    for (const each of answers)
      expect(each).toEqual(["created", "ERR_SESSION_CONFLICT", "string", 3, true, undefined]);
  } finally {
    await opened.pop()?.close();
    await cluster.close();
  }
}, 60_000);
