import { MemoryStore, UserSessionStore, createStore, type SessionStore, type StoreConfig } from "sessionary";
import { afterEach, describe, expect, it } from "vitest";
import { startRedis } from "./support/redis-server.js";

const entry = { data: { n: 1 }, expiresAt: Date.now() + 60_000 };

const stores: SessionStore<object>[] = [];
afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
});

function opened<S extends SessionStore<object>>(store: S): S {
  stores.push(store);
  return store;
}

describe("createStore", () => {
  it("creates a memory store for memory:", async () => {
    const store = opened(createStore("memory:"));
    expect(store).toBeInstanceOf(UserSessionStore);
    await store.create("a", entry);
    expect((await store.get("a"))?.data).toEqual({ n: 1 });
  });

  it("reads options from the URL", async () => {
    const store = opened(createStore("memory:?maxEntries=2"));
    for (const id of ["a", "b", "c"]) await store.create(id, entry);
    expect(await store.count()).toBe(2);
  });

  it.each<[string, () => SessionStore]>([
    ["in the same object", () => createStore({ url: "memory:?maxEntries=2", maxEntries: 3 })],
    ["as second argument", () => createStore("memory:?maxEntries=2", { maxEntries: 3 })],
  ])("prefers an option %s to the one in the URL", async (_, create) => {
    const store = opened(create());
    for (const id of ["a", "b", "c", "d"]) await store.create(id, entry);
    expect(await store.count()).toBe(3);
  });

  it.each([
    "redis://127.0.0.1:1/0?prefix=app:&timeoutMs=50",
    "REDIS://127.0.0.1:1?timeoutMs=50",
    "rediss://127.0.0.1:1?timeoutMs=50",
    "valkey://127.0.0.1:1?timeoutMs=50",
    "valkeys://127.0.0.1:1?timeoutMs=50",
    "redis+sentinel://127.0.0.1:1/name?timeoutMs=50",
    "valkey+cluster://127.0.0.1:1?timeoutMs=50",
    "unix:///no/such/redis.sock?timeoutMs=50",
    "redis:///no/such/redis.sock?timeoutMs=50",
    " redis://127.0.0.1:1?timeoutMs=50\n",
  ])("creates a Redis store for %j while Redis is down", async (url) => {
    const store = opened(createStore(url));
    expect(store.timeoutMs).toBe(50);
    await expect(store.get("a")).rejects.toMatchObject({
      code: "ERR_STORE_UNAVAILABLE",
      outcome: "not-applied",
    });
  });

  it("creates a Redis store on a client in place of a URL", async () => {
    const server = await startRedis();
    const store = opened(createStore({ client: server.client(), prefix: "app:", maxEntries: 5 }));
    await store.create("a", entry);
    expect(await server.command("EXISTS", "app:a")).toBe(1);
    await server.close();
  });

  it("connects through a Unix socket and selects the database", async () => {
    const path = `/tmp/sessionary-${process.pid}.sock`;
    const server = await startRedis({ config: [`unixsocket ${path}`] });
    for (const url of [`unix:${path}?db=2`, `unix://${path}?db=2`, `redis://${path}?db=2`]) {
      const store = opened(createStore(url));
      await store.create("a", entry);
      expect(await server.client({ db: 2 }).exists("sess:a")).toBe(1);
      expect(await store.destroy("a")).toBe(true);
    }
    await server.close();
  });

  it("ignores options of the other store, so that the URL alone switches them", () => {
    const options = { prefix: "app:", maxEntries: 2, timeoutMs: 50 };
    expect(opened(createStore("memory:", options)).timeoutMs).toBeUndefined();
    expect(opened(createStore("redis://127.0.0.1:1", options)).timeoutMs).toBe(50);
  });

  it.each<[unknown, unknown, string]>([
    ["postgres://h", undefined, "url has an unknown scheme, or none: a URL looks like"],
    ["constructor:/x", undefined, "url has an unknown scheme"],
    ["__proto__:/x", undefined, "url has an unknown scheme"],
    ["memory:?maxEntrys=1", undefined, "url's query has an unknown option; it accepts maxEntries, maxBytes"],
    ["memory:?maxEntries=many", undefined, "maxEntries must be an integer from 1 to 16777216"],
    ["memory://host", undefined, 'url must be "memory:" or like "memory:?maxEntries=1000"'],
    [
      { url: "memory:", maxEntries: 0 },
      undefined,
      "maxEntries must be an integer from 1 to 16777216; received 0",
    ],
    [{ url: "memory:", maxBytes: 256 }, undefined, "maxBytes must be an integer above 256"],
    [
      { url: "memory:", maxBytes: 1_000, maxPayloadBytes: 900 },
      undefined,
      "maxPayloadBytes must be at most 744",
    ],
    [
      "memory:",
      { maxEntrys: 1 },
      'createStore has no option "maxEntrys"; it accepts url, client, maxEntries',
    ],
    ["memory:", null, "createStore requires an options object; received null"],
    [{ url: "memory:" }, { maxEntries: 5 }, "createStore requires all options in one object"],
    [
      "redis://h?prefx=app",
      undefined,
      "url's query has an unknown option; it accepts prefix, timeoutMs, max",
    ],
    ["redis://h?timeoutMs=soon", undefined, "timeoutMs must be an integer of milliseconds"],
    ["redis://h", { timeoutMs: 0 }, "timeoutMs must be an integer of milliseconds from 1"],
    // Options of the other store are validated, too.
    ["memory:", { timeoutMs: "abc" }, "timeoutMs must be an integer of milliseconds from 1"],
    ["memory:", { prefix: 5 }, "prefix must be a string"],
    ["redis://h", { maxEntries: "abc" }, "maxEntries must be an integer from 1 to 16777216"],
    ["redis://h", { maxBytes: 5 }, "maxBytes must be an integer above 256"],
    ["redis://h", { now: 3 }, "now must be a function; received 3"],
    [
      "redis://h",
      { client: { status: "ready", call() {} } },
      "createStore requires either url or client; received both",
    ],
  ])("rejects %j with options %j", (config, options, message) => {
    const create = () => createStore(config as string, options as StoreConfig);
    expect(create).toThrow(TypeError);
    expect(create).toThrow(message);
  });
});

describe("createStore with schemes", () => {
  it("passes the URL and the other options to the factory", () => {
    const received: unknown[] = [];
    const schemes = {
      mine: (url: string, options: Record<string, unknown>) => {
        received.push(url, options);
        return new MemoryStore();
      },
    };
    createStore({ url: "mine:x?y", depth: 3, schemes });
    createStore("mine:z", { depth: 4, schemes });
    expect(received).toEqual(["mine:x?y", { depth: 3 }, "mine:z", { depth: 4 }]);
  });

  it("ignores the case of a scheme", () => {
    const schemes = { Mine: () => new MemoryStore() };
    for (const url of ["Mine:x", "mine:x", "MINE:x"])
      expect(createStore(url, { schemes })).toBeInstanceOf(MemoryStore);
  });

  it.each<[schemes: unknown, message: string]>([
    [null, "schemes must be an object of functions; received null"],
    [[], "schemes must be an object of functions; received an array"],
    [{ mine: 5 }, "schemes.mine must be a function; received 5"],
    [{ other: 5 }, "schemes.other must be a function; received 5"],
    [{ "mine:": () => new MemoryStore() }, 'schemes has "mine:", which is not a URL scheme: use a letter'],
    [{ "": () => new MemoryStore() }, 'schemes has "", which is not a URL scheme: use a letter'],
    [{ mine: () => undefined }, "schemes.mine must return a SessionStore; received undefined"],
    [{ mine: async () => new MemoryStore() }, "received a promise: return the store itself, and connect on"],
    [{ mine: () => Promise.reject(new Error("never reported")) }, "received a promise"],
  ])("rejects schemes %o", (schemes, message) => {
    const create = () => createStore("mine:x", { schemes: schemes as never });
    expect(create).toThrow(TypeError);
    expect(create).toThrow(message);
  });

  it("rejects an invalid factory for any URL", () => {
    expect(() => createStore("memory:", { schemes: { mine: 5 as never } })).toThrow("schemes.mine");
  });

  it("lists further schemes when the URL has an unknown one", () => {
    const schemes = { mine: () => new MemoryStore() };
    expect(() => createStore("other:x", { schemes })).toThrow(
      "Accepted schemes are mine, memory, unix, redis",
    );
  });
});
