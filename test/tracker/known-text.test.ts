import { MemoryStore, createStore, type SessionStore } from "sessionary";
import { RedisStore } from "sessionary/redis";
import { SessionTracker } from "sessionary/tracker";
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { wrapped } from "../adapters/wrapped-store.js";
import { type RedisServer, startRedis } from "../support/redis-server.js";

let server: RedisServer;
beforeAll(async () => void (server = await startRedis()));
afterAll(() => server.close());

/** Opens a session that is in the store's cache, and counts the calls of JSON.stringify meanwhile. */
async function stringifiedBy(store: SessionStore, seen = store): Promise<number> {
  onTestFinished(() => store.close());
  await store.create("id", { data: { n: 1 }, expiresAt: Date.now() + 60_000 });
  for (let reads = 0; reads < 3; reads++) await store.get("id");
  const stringify = vi.spyOn(JSON, "stringify");
  onTestFinished(() => stringify.mockRestore());
  expect((await new SessionTracker(seen).open("id"))?.data).toEqual({ n: 1 });
  return stringify.mock.calls.length;
}

it.each<[string, () => SessionStore]>([
  ["a MemoryStore", () => new MemoryStore()],
  ["a RedisStore", () => new RedisStore({ url: server.url, prefix: "class:" })],
  ["a memory store of createStore", () => createStore("memory:")],
  ["a Redis store of createStore", () => createStore(server.url, { prefix: "created:" })],
])("does not serialize a session that %s has decoded", async (_, open) => {
  expect(await stringifiedBy(open())).toBe(0);
});

it("serializes a session of a store that wraps another one, since it may have changed the data", async () => {
  const store = new MemoryStore();
  expect(await stringifiedBy(store, wrapped(store, {}))).toBe(1);
});
