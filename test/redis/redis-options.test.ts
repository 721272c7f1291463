import * as ioredis from "ioredis";
import { createStore } from "sessionary";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { openIoredis } from "../../src/redis/clients/open-ioredis.js";
import type { RedisAddress } from "../../src/redis/url.js";
import { CERTIFICATE, startTlsRedis } from "../support/tls-redis.js";
import type { RedisServer } from "../support/redis-server.js";

let server: RedisServer;
let tlsPort: number;
beforeAll(async () => {
  ({ server, tlsPort } = await startTlsRedis());
});
afterAll(() => server.close());

const clients: ioredis.Redis[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
});

it("passes a certificate authority on to ioredis", async () => {
  const store = createStore(`rediss://localhost:${tlsPort}`, {
    redisOptions: { tls: { ca: CERTIFICATE } },
  });
  await store.ping();
  await store.close();
});

it("connects with TLS for the option tls, whatever the scheme", async () => {
  const store = createStore(`redis://localhost:${tlsPort}`, { redisOptions: { tls: { ca: CERTIFICATE } } });
  await store.ping();
  await store.close();
});

it("passes the name of the connection on to ioredis", async () => {
  const store = createStore(server.url, { redisOptions: { connectionName: "sessions" } });
  await store.ping();
  expect(await server.command("CLIENT", "LIST")).toContain("name=sessions");
  await store.close();
});

it("prefers the URL's address, database and credentials to the options'", () => {
  const address: Omit<RedisAddress, "db"> = { mode: "single", hosts: [{ host: "h", port: 1 }], tls: false };
  const given = { db: 5, username: "a", password: "b", host: "other", path: "/other", sentinels: [{}] };
  expect(optionsOf({ ...address, db: 0 }, given)).toMatchObject({ db: 5, username: "a", password: "b" });
  const options = optionsOf({ ...address, db: 2, username: "u", password: "p" }, given);
  expect(options).toMatchObject({ host: "h", port: 1, db: 2, username: "u", password: "p" });
  expect(options.path ?? options.sentinels ?? undefined).toBeUndefined();
});

it("changes timeouts, but no queue and no retry", () => {
  const changed = {
    connectTimeout: 5,
    enableOfflineQueue: true,
    maxRetriesPerRequest: 20,
    autoResendUnfulfilledCommands: false,
    lazyConnect: true,
    retryStrategy: () => null,
  };
  const options = optionsOf({ mode: "single", hosts: [{ host: "h", port: 1 }], tls: false, db: 0 }, changed);
  expect(options).toMatchObject({
    connectTimeout: 5,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: true,
    lazyConnect: false,
  });
  expect(options.retryStrategy?.(1)).toBeGreaterThan(0);
});

it.each<[unknown, string]>([
  ["tls", "redisOptions requires an options object; received a string"],
  [null, "redisOptions requires an options object; received null"],
  [{ keyPrefix: "a:" }, "redisOptions has the option keyPrefix: use prefix of the store"],
])("rejects %j as redisOptions", (redisOptions, message) => {
  for (const url of ["redis://h", "memory:"])
    expect(() => createStore(url, { redisOptions: redisOptions as object })).toThrow(message);
});

function optionsOf(address: RedisAddress, further: object): ioredis.RedisOptions {
  const client = openIoredis(ioredis, address, 1_000, further) as ioredis.Redis;
  client.on("error", () => {});
  clients.push(client);
  return client.options;
}
