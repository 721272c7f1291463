import { describe, expect, it } from "vitest";
import {
  MemoryStore,
  createStore,
  type CreateStoreOptions,
  type SessionStore,
  type StoreConfig,
} from "sessionary";

const entry = { data: { n: 1 }, expiresAt: Date.now() + 60_000 };

describe("createStore", () => {
  it("makes a memory store of memory:", async () => {
    const store = await createStore("memory:");
    expect(store).toBeInstanceOf(MemoryStore);
    await store.create("a", entry);
    expect((await store.get("a"))?.data).toEqual({ n: 1 });
    await store.close();
  });

  it("reads the options in the URL", async () => {
    const store = await createStore("memory:?maxEntries=2");
    for (const id of ["a", "b", "c"]) await store.create(id, entry);
    expect(await store.count()).toBe(2);
    await store.close();
  });

  it("lets an option win over the same one in the URL", async () => {
    const store = await createStore({ url: "memory:?maxEntries=2", maxEntries: 3 });
    for (const id of ["a", "b", "c", "d"]) await store.create(id, entry);
    expect(await store.count()).toBe(3);
    await store.close();
  });

  it("makes a Redis store, whether Redis is up or not", async () => {
    for (const url of [
      "redis://127.0.0.1:1/0?prefix=app:&timeoutMs=50",
      "redis+sentinel://127.0.0.1:1/name?timeoutMs=50",
      "redis+cluster://127.0.0.1:1?timeoutMs=50",
    ]) {
      const store = await createStore(url);
      await expect(store.get("a")).rejects.toMatchObject({
        code: "ERR_STORE_UNAVAILABLE",
        outcome: "not-applied",
      });
      await store.close();
    }
  });

  it("leaves aside what only the other built-in store takes, so that the URL alone swaps them", async () => {
    const options = { prefix: "app:", maxEntries: 2, timeoutMs: 50 };
    for (const url of ["memory:", "redis://127.0.0.1:1"])
      await (await createStore({ url, ...options })).close();
  });

  it("takes further schemes", async () => {
    const made: unknown[] = [];
    const schemes = {
      mine: (url: string, options: Record<string, unknown>): SessionStore => {
        made.push(url, options);
        return new MemoryStore();
      },
    };
    await createStore({ url: "mine:x?y", depth: 3 }, { schemes });
    expect(made).toEqual(["mine:x?y", { depth: 3 }]);
  });

  it("takes a scheme in capitals, as URLs have it", async () => {
    const schemes = { Mine: () => new MemoryStore() };
    for (const url of ["Mine:x", "mine:x", "MINE:x"])
      expect(await createStore(url, { schemes })).toBeInstanceOf(MemoryStore);
  });

  it.each<[options: unknown, message: string]>([
    [null, "createStore's second argument takes an options object, not null"],
    [{ scheme: {} }, 'createStore\'s second argument has no option "scheme"; it takes schemes'],
    [{ maxEntries: 5 }, 'createStore\'s second argument has no option "maxEntries"; it takes schemes'],
    [{ schemes: null }, "schemes must be an object of functions, not null"],
    [{ schemes: [] }, "schemes must be an object of functions, not an array"],
    [{ schemes: { mine: 5 } }, "schemes.mine must be a function, not 5"],
    [{ schemes: { other: 5 } }, "schemes.other must be a function, not 5"],
    [{ schemes: { "mine:": () => new MemoryStore() } }, 'schemes has "mine:", which is no scheme: a letter'],
    [{ schemes: { "": () => new MemoryStore() } }, 'schemes has "", which is no scheme: a letter'],
    [{ schemes: { mine: () => undefined } }, "schemes.mine must give a SessionStore, not undefined"],
    [{ schemes: { mine: async () => ({}) } }, "schemes.mine must give a SessionStore, not a value of type"],
  ])("refuses a second argument %o", async (options, message) => {
    const made = createStore("mine:x", options as CreateStoreOptions);
    await expect(made).rejects.toThrow(message);
    await expect(made).rejects.toBeInstanceOf(TypeError);
  });

  it("checks its second argument whichever store the URL names", async () => {
    await expect(createStore("memory:", { schemes: { mine: 5 } } as never)).rejects.toThrow("schemes.mine");
    await expect(createStore("memory:", null as never)).rejects.toThrow("second argument");
  });

  it.each<[unknown, string]>([
    ["", "url must begin with memory:, redis:"],
    ["postgres://h", "not postgres:"],
    ["__proto__:x", "url must begin with"],
    ["memory:?maxEntrys=1", 'has no option "maxEntrys"; it takes maxEntries, maxBytes, maxPayloadBytes'],
    ["memory:?maxEntries=many", "maxEntries must be a positive integer"],
    ["memory://host", "url must be memory: or memory:?"],
    [{ url: "memory:", maxEntries: 0 }, "maxEntries must be a positive integer, not 0"],
    [{ url: "memory:", maxBytes: 256 }, "maxBytes must be an integer above 256"],
    [{ url: "memory:", maxBytes: 1_000, maxPayloadBytes: 900 }, "maxPayloadBytes must leave room for an id"],
    [
      { url: "memory:", maxEntrys: 1 },
      'createStore has no option "maxEntrys"; it takes url, maxEntries, maxBytes',
    ],
    [
      "redis://h?prefx=app",
      'url\'s query has no option "prefx"; it takes prefix, timeoutMs, maxPayloadBytes',
    ],
    ["redis://h?timeoutMs=soon", "timeoutMs must be an integer of milliseconds"],
    [{ url: "redis://h", timeoutMs: 0 }, "timeoutMs must be an integer of milliseconds from 1"],
    // What is left aside is wrong all the same: with another URL it would be refused.
    [{ url: "memory:", timeoutMs: "abc" }, "timeoutMs must be an integer of milliseconds from 1"],
    [{ url: "memory:", prefix: 5 }, "prefix must be a string"],
    [{ url: "memory:", prefix: "", userIdOf: () => "ann" }, "prefix must not be empty with userIdOf"],
    [{ url: "redis://h", maxEntries: "abc" }, "maxEntries must be a positive integer"],
    [{ url: "redis://h", maxBytes: 5 }, "maxBytes must be an integer above 256"],
    [{ url: "redis://h", now: 3 }, "now must be a function, not 3"],
    [{ url: "redis://h", client: {} }, 'createStore has no option "client"'],
    [{}, "createStore takes a URL"],
    [null, "createStore takes a URL"],
  ])("refuses %j, naming the option and what it takes", async (config, message) => {
    const made = createStore(config as StoreConfig);
    await expect(made).rejects.toThrow(message);
    await expect(made).rejects.toBeInstanceOf(TypeError);
  });
});
