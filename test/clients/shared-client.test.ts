import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { Redis as Redis5 } from "ioredis5";
import { Redis as Valkey } from "iovalkey";
import { createClient } from "redis";
import { createClient as createClient5 } from "redis5";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { StoreUnavailableError } from "sessionary";
import { type RedisClient, RedisStore } from "sessionary/redis";
import { startCluster } from "../support/redis-cluster.js";
import { startRedis, type RedisServer } from "../support/redis-server.js";

let server: RedisServer;
beforeAll(async () => void (server = await startRedis()));
beforeEach(() => server.command("FLUSHALL"));
afterAll(() => server.close());

const entry = () => ({ data: { user: "ann" }, expiresAt: Date.now() + 60_000 });

/** Returns the errors of the store's calls, which must all fail. */
async function errorsOf(store: RedisStore): Promise<StoreUnavailableError[]> {
  const calls = [
    store.get("one"),
    store.get("two"),
    store.create("three", entry()),
    store.touch("one", entry()),
    store.destroy("one"),
    store.count(),
  ];
  const results = await Promise.allSettled(calls);
  return results.map((result) => {
    if (result.status === "fulfilled") throw new Error("a call succeeded");
    expect(result.reason).toBeInstanceOf(StoreUnavailableError);
    return result.reason as StoreUnavailableError;
  });
}

function open(client: RedisClient, timeoutMs = 1_000): RedisStore {
  const store = new RedisStore({ client, timeoutMs, prefix: "shared:" });
  onTestFinished(() => store.close());
  return store;
}

const IOREDIS: Record<string, () => Redis | Redis5 | Valkey> = {
  "ioredis 6, RESP2": () => new Redis(server.port, { protocol: 2 }),
  "ioredis 5": () => new Redis5(server.port),
  iovalkey: () => new Valkey(server.port),
};

const NODE_REDIS = {
  "node-redis 6, RESP2": () => createClient({ url: server.url, RESP: 2 }),
  "node-redis 5": () => createClient5({ url: server.url }) as unknown as ReturnType<typeof createClient>,
};

describe("A client that is subscribed to a channel", () => {
  const message = "the client is in subscriber mode (SUBSCRIBE): use a separate client for the store";

  it.each(Object.entries(IOREDIS))("is named in the error, %s", async (_, connect) => {
    const client = connect();
    onTestFinished(() => client.disconnect());
    await client.subscribe("news");
    const store = open(client);
    for (const error of await errorsOf(store)) {
      expect(error).toMatchObject({ reason: "other", outcome: "not-applied" });
      expect(error.message).toContain(message);
    }
    await client.unsubscribe("news");
    await store.create("four", entry());
    expect((await store.get("four"))?.data).toEqual({ user: "ann" });
  });

  it.each(Object.entries(NODE_REDIS))("is named in the error, %s", async (_, connect) => {
    const client = connect();
    await client.connect();
    onTestFinished(() => client.destroy());
    await client.subscribe("news", () => {});
    for (const error of await errorsOf(open(client))) {
      expect(error).toMatchObject({ reason: "other", outcome: "not-applied" });
      expect(error.message).toContain(message);
    }
  });

  it("makes no difference with RESP3", async () => {
    const client = server.client({ protocol: 3 });
    await client.subscribe("news");
    const store = open(client);
    await store.create("five", entry());
    expect((await store.get("five"))?.data).toEqual({ user: "ann" });
  });
});

describe("A client that waits for a blocking command", () => {
  const own = "use a separate client for the store";

  it.each(Object.entries(IOREDIS))("is named in the error, %s", async (_, connect) => {
    const client = connect();
    onTestFinished(() => client.disconnect());
    await client.ping();
    const popped = client.blpop("shared-queue", 0);
    const store = open(client, 200);
    const text = `no answer within 200 ms: the client waits for the reply to BLPOP: ${own}`;
    for (const error of await errorsOf(store)) {
      expect(error.reason).toBe("timeout");
      expect(error.message).toContain(text);
    }
    await server.command("RPUSH", "shared-queue", "job");
    expect(await popped).toEqual(["shared-queue", "job"]);
    expect(await store.get("six")).toBeUndefined();
  });

  it("is named if it reads a stream, and only with BLOCK", async () => {
    const client = server.client();
    await client.ping();
    const read = client.xread("BLOCK", 0, "STREAMS", "stream", "$");
    const store = open(client, 200);
    await expect(store.get("one")).rejects.toThrow("the client waits for the reply to XREAD");
    await server.command("XADD", "stream", "*", "field", "value");
    await read;
    server.pause();
    client.xread("STREAMS", "stream", "0").catch(() => {});
    await expect(store.get("one")).rejects.toThrow(/no answer within 200 ms$/);
    server.resume();
  });

  it.each(Object.entries(NODE_REDIS))("may be the reason for a timeout, %s", async (_, connect) => {
    const client = connect();
    await client.connect();
    onTestFinished(() => client.destroy());
    client.blPop("shared-queue", 0).catch(() => {});
    for (const error of await errorsOf(open(client, 200))) {
      expect(error.reason).toBe("timeout");
      expect(error.message).toContain(
        `no answer within 200 ms: if the app sends blocking commands such as BLPOP over this client, ${own}`,
      );
    }
  });

  it("is named if it is one node's of a Cluster", async () => {
    const cluster = await startCluster({ replicasPerMaster: 0 });
    onTestFinished(() => cluster.close());
    const client = cluster.client();
    await client.get("{one}");
    client.brpop("{one}", 0).catch(() => {});
    await sleep(50);
    const store = new RedisStore({ client, timeoutMs: 300, prefix: "{one}:" });
    await expect(store.get("id")).rejects.toThrow("the client waits for the reply to BRPOP");
    await store.close();
  }, 60_000);
});
