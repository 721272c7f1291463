import { createClient } from "redis";
import { RedisStore } from "sessionary/redis";
import { expect, it, onTestFinished } from "vitest";
import { startRedis } from "../support/redis-server.js";
import { waitUntil } from "../support/wait-until.js";

const entry = () => ({ data: {}, expiresAt: Date.now() + 60_000 });

it("is back within 2 s of Redis with the recommended settings, also after Redis was frozen", async () => {
  const server = await startRedis();
  onTestFinished(() => server.close());
  const { url } = server;
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: {
      connectTimeout: 1_000,
      socketTimeout: 2_000,
      reconnectStrategy: (attempt) => Math.min(50 * 2 ** attempt, 1_000) * (0.5 + Math.random() / 2),
    },
  });
  // An error event without a listener ends the process. The store listens until it is closed.
  client.on("error", () => {});
  await client.connect();
  const store = new RedisStore({ client });
  onTestFinished(() => client.destroy());
  await store.create("one", entry());

  await server.kill();
  await waitUntil("the connection is lost", async () => !client.isReady);
  await expect(store.get("one")).rejects.toMatchObject({ reason: "connection", outcome: "not-applied" });
  await server.restart();
  const returned = performance.now();
  await waitUntil("the store is back", () => store.ping().then(() => true));
  expect(performance.now() - returned).toBeLessThan(2_000 + 2_000); // 2 s more for a busy machine

  server.pause();
  await expect(store.create("two", entry())).rejects.toMatchObject({ reason: "timeout", outcome: "unknown" });
  await waitUntil("the connection is dropped", async () => !client.isReady);
  server.resume();
  await waitUntil("the store is back", () => store.ping().then(() => true));
});

it("rejects calls at once on a node-redis client that is not connected", async () => {
  const server = await startRedis();
  onTestFinished(() => server.close());
  const client = createClient({ url: server.url });
  client.on("error", () => {});
  const store = new RedisStore({ client, timeoutMs: 20_000 });
  const error = { code: "ERR_STORE_UNAVAILABLE", outcome: "not-applied", reason: "connection" };
  await expect(store.get("one")).rejects.toMatchObject(error);
  await expect(store.get("one")).rejects.toThrow(
    "the node-redis client is not connected: call client.connect()",
  );
  const connected = client.connect(); // calls wait for it from now on
  await store.create("one", entry());
  await connected;
  client.destroy();
  await expect(store.get("one")).rejects.toMatchObject(error);
});
