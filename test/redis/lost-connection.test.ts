import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "redis";
import { type SessionStore, createStore } from "sessionary";
import { RedisStore } from "sessionary/redis";
import { afterAll, afterEach, beforeAll, expect, it, onTestFinished } from "vitest";
import { type RedisServer, startRedis } from "../support/redis-server.js";
import { type TcpProxy, startProxy } from "../support/tcp-proxy.js";

let server: RedisServer;
let proxy: TcpProxy;
beforeAll(async () => {
  server = await startRedis();
  proxy = await startProxy(server.port);
});
afterEach(() => proxy.heal());
afterAll(() => Promise.all([proxy.close(), server.close()]));

const IDS = Array.from({ length: 200 }, (_, i) => `id${i}`);
const entry = (id: string) => ({ data: { id }, expiresAt: Date.now() + 60_000 });

/** Opens a store through the proxy, with a session under each id. */
async function openStore(kind: string): Promise<SessionStore> {
  const store = kind === "a URL" ? createStore(proxy.url, { timeoutMs: 5_000 }) : await overNodeRedis();
  onTestFinished(() => store.close());
  for (const id of IDS) await store.create(id, entry(id));
  onTestFinished(async () => void (await server.command("FLUSHALL")));
  return store;
}

async function overNodeRedis(): Promise<RedisStore> {
  const client = createClient({ url: proxy.url });
  client.on("error", () => {});
  await client.connect();
  onTestFinished(() => client.destroy());
  return new RedisStore({ client, timeoutMs: 5_000 });
}

it.each(["a URL", "node-redis"])("reads again what was lost with its connection, over %s", async (kind) => {
  const store = await openStore(kind);
  proxy.latency(20);
  const reads = IDS.map((id) => store.get(id));
  await sleep(5);
  proxy.resetAll();
  const found = await Promise.all(reads);
  expect(found.map((record) => record?.data.id)).toEqual(IDS);
});

it.each(["a URL", "node-redis"])(
  "lists and counts the sessions of the next server, over %s",
  async (kind) => {
    const store = await openStore(kind);
    const walk = store.ids()[Symbol.asyncIterator]();
    const found = new Set([(await walk.next()).value as string]);
    proxy.latency(20);
    const count = store.count();
    await sleep(60); // a page or two
    proxy.refuse();
    await server.restart(); // without persistence
    const others = new RedisStore({ client: server.client() });
    onTestFinished(() => others.close());
    for (const id of IDS) await others.create(id, entry(id));
    await proxy.heal();
    for (let next = await walk.next(); !next.done; next = await walk.next()) found.add(next.value);
    expect([...found].sort()).toEqual([...IDS].sort());
    expect(await count).toBe(IDS.length);
  },
);
