import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { Redis as Redis5 } from "ioredis5";
import { Redis as Valkey } from "iovalkey";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type RedisClient, RedisStore } from "sessionary/redis";
import { startRedis, type RedisServer } from "../support/redis-server.js";
import { waitUntil } from "../support/wait-until.js";

let server: RedisServer;
beforeAll(async () => void (server = await startRedis()));
beforeEach(() => server.command("FLUSHALL"));
afterAll(() => server.close());

const entry = () => ({ data: { user: "ann" }, expiresAt: Date.now() + 60_000 });

/** Opens a client of a database, and a store on it once the client has emitted an event. */
async function open(client: RedisClient & Pick<Redis, "on" | "disconnect">, event: string) {
  client.on("error", () => {});
  onTestFinished(() => client.disconnect());
  await new Promise((resolve) => client.on(event, resolve));
  const store = new RedisStore({ client, timeoutMs: 5_000 });
  onTestFinished(() => store.close());
  return store;
}

const CLIENTS: Record<string, (db: number) => RedisClient & Pick<Redis, "on" | "disconnect">> = {
  "ioredis 5": (db) => new Redis5(server.port, { db }) as never,
  "ioredis 6": (db) => new Redis(server.port, { db }),
  iovalkey: (db) => new Valkey(server.port, { db }) as never,
};

describe.each(Object.entries(CLIENTS))("A client of %s that is connected before the store", (_, connect) => {
  it.each(["connect", "error", "ready"])(
    "stores nothing in database 0, after its event %s",
    async (event) => {
      const store = await open(connect(99), event);
      for (const id of ["one", "two"]) {
        await expect(store.create(id, entry())).rejects.toMatchObject({
          reason: "misconfigured",
          outcome: "not-applied",
          message: expect.stringContaining("has no database 99") as string,
        });
      }
      await expect(store.get("one")).rejects.toThrow("has no database 99");
      expect(await server.command("KEYS", "*")).toEqual([]);
    },
  );

  it.each(["connect", "ready"])("stores in its own database, after its event %s", async (event) => {
    const store = await open(connect(3), event);
    await store.create("one", entry());
    expect((await store.get("one"))?.data).toEqual({ user: "ann" });
    expect(await server.command("KEYS", "*")).toEqual([]);
    expect(String(await server.command("INFO", "keyspace"))).toContain("db3:keys=1");
  });
});

it("stays in the database that the app selected", async () => {
  const client = new Redis(server.port, { db: 3 });
  client.on("error", () => {});
  onTestFinished(() => client.disconnect());
  await client.select(4);
  const store = new RedisStore({ client });
  onTestFinished(() => store.close());
  await store.create("one", entry());
  expect(String(await server.command("INFO", "keyspace"))).toMatch(/^db4:keys=1/m);
});

it("works once the database may be selected, without a restart", async () => {
  await server.command("ACL", "SETUSER", "app", "reset", "on", ">password", "~*", "+@all", "-select");
  const client = new Redis(server.port, { db: 3, username: "app", password: "password" });
  const store = await open(client, "ready");
  await expect(store.create("one", entry())).rejects.toMatchObject({ reason: "permission" });
  await server.command("ACL", "SETUSER", "app", "+select");
  await waitUntil("the database is selected", async () => {
    await sleep(100);
    return (await store.create("one", entry())) !== "";
  });
  expect(String(await server.command("INFO", "keyspace"))).toMatch(/^db3:keys=1/m);
});
