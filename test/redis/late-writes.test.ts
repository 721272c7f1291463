import { Redis } from "ioredis";
import { Redis as Redis5 } from "ioredis5";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RedisStore } from "sessionary/redis";
import { startRedis, type RedisServer } from "../support/redis-server.js";
import { startProxy } from "../support/tcp-proxy.js";
import { waitUntil } from "../support/wait-until.js";

describe.each([
  ["ioredis 5", (port: number) => new Redis5({ port, commandTimeout: 100 })],
  ["ioredis 6", (port: number) => new Redis({ port, commandTimeout: 100 })],
])("a client with a commandTimeout, %s", (_name, connect) => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.close());

  it("sends nothing of a call that it gave up, though its connection heals before the store's deadline", async () => {
    const proxy = await startProxy(server.port);
    const client = connect(proxy.port);
    const store = new RedisStore({ client });
    await store.ping();
    proxy.blackhole();
    const entry = { data: {}, expiresAt: Date.now() + 60_000 };
    await expect(store.create("a", entry)).rejects.toMatchObject({ reason: "timeout", outcome: "unknown" });
    proxy.refuse(); // the connection is lost, and the client sends again what has no reply
    await proxy.heal();
    await waitUntil("it is connected again", () => store.ping().then(() => true));
    expect(await server.command("EXISTS", "sess:a")).toBe(0);
    await store.close();
    client.disconnect();
    await proxy.close();
  });
});
