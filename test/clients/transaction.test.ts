import { Redis } from "ioredis";
import { Redis as Redis5 } from "ioredis5";
import { Redis as Valkey } from "iovalkey";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { RedisStore } from "sessionary/redis";
import { startRedis, type RedisServer } from "../support/redis-server.js";

let server: RedisServer;
beforeAll(async () => void (server = await startRedis()));
afterAll(() => server.close());

const entry = () => ({ data: { user: "ann" }, expiresAt: Date.now() + 60_000 });

it.each([
  ["ioredis 5", (port: number) => new Redis5(port)],
  ["ioredis 6", (port: number) => new Redis(port)],
  ["iovalkey", (port: number) => new Valkey(port)],
])("rejects calls on a client inside a transaction of the app's, %s", async (_, connect) => {
  const client = connect(server.port);
  onTestFinished(() => client.disconnect());
  const store = new RedisStore({ client, prefix: `${_}:` });
  onTestFinished(() => store.close());
  const version = await store.create("one", entry());
  await client.multi({ pipeline: false });
  const calls = {
    get: () => store.get("one"),
    "get, many": () => Promise.all([store.get("one"), store.get("two"), store.get("one")]),
    create: () => store.create("two", entry()),
    update: () => store.update("one", entry()),
    "update, ifVersion": () => store.update("one", entry(), { ifVersion: version }),
    touch: () => store.touch("one", entry()),
    destroy: () => store.destroy("one"),
    count: () => store.count(),
  };
  for (const [name, call] of Object.entries(calls)) {
    const error: unknown = await call().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error, name).toMatchObject({ code: "ERR_STORE_UNAVAILABLE", reason: "other" });
    expect((error as Error).message, name).toContain("inside a transaction (MULTI): use a separate client");
    const isRead = name.startsWith("get") || name === "count";
    expect(error, name).toMatchObject({ outcome: isRead ? "not-applied" : "unknown" });
  }
  await client.discard();
  expect((await store.get("one"))?.data).toEqual({ user: "ann" });
});

it("reads a session whose text is QUEUED", async () => {
  const client = server.client();
  const codec = { encode: () => "QUEUED", decode: (text: string) => ({ text }) };
  const store = new RedisStore({ client, codec });
  onTestFinished(() => store.close());
  await store.create("one", entry());
  expect((await store.get("one"))?.data).toEqual({ text: "QUEUED" });
});
