import { randomBytes } from "node:crypto";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { createStore, encrypted } from "sessionary";
import { Stores, entry, userIdOf } from "./stores.js";
import { isIndexKey } from "../support/user-index-keys.js";

const stores = new Stores();
afterEach(() => stores.reset());
afterAll(() => stores.close());

describe.each(["memory", "redis"] as const)("absoluteTimeoutMs in the %s store", (kind) => {
  it("caps the expiry of every write and touch", async () => {
    const store = await stores.open(kind, { absoluteTimeoutMs: 10_000 });
    const end = Date.now() + 10_000;
    await store.create("id", entry());
    await store.touch("id", entry());
    await store.update("id", entry({ n: 1 }));
    const record = await store.get("id");
    await store.update("id", entry({ n: 2 }), { ifVersion: record!.version });
    await store.touch("id", entry());
    const { expiresAt, data } = (await store.get("id"))!;
    expect(data).toEqual({ n: 2 });
    expect(Math.abs(expiresAt - end)).toBeLessThan(1_000);
  });

  it("keeps a shorter lifetime", async () => {
    const store = await stores.open(kind, { absoluteTimeoutMs: 3_600_000 });
    await store.create("id", entry({}, 5_000));
    expect((await store.get("id"))!.expiresAt).toBeLessThanOrEqual(Date.now() + 5_000);
  });

  it("ends a session that is always in use", async () => {
    const store = await stores.open(kind, { absoluteTimeoutMs: 150 });
    await store.create("id", entry());
    let touches = 0;
    while (await store.touch("id", entry())) {
      touches++;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(touches).toBeGreaterThan(1);
    expect(await store.get("id")).toBeUndefined();
    expect(await store.update("id", entry())).toBeUndefined();
  });
});

describe("absoluteTimeoutMs", () => {
  it("holds when another writer moved Redis's expiry past it", async () => {
    const server = await stores.redis();
    const store = await stores.open("redis", { absoluteTimeoutMs: 100 });
    await store.create("id", entry());
    await server.command("PEXPIRE", "sess:id", 60_000);
    await expect.poll(() => store.get("id"), { interval: 20 }).toBeUndefined();
    expect(await server.command("EXISTS", "sess:id")).toBe(0);
  });

  it("starts at the first write of a session that another writer stored", async () => {
    const server = await stores.redis();
    const store = await stores.open("redis", { absoluteTimeoutMs: 10_000 });
    await server.command("SET", "sess:id", '{"n":1}', "EX", 86_400);
    expect((await store.get("id"))?.data).toEqual({ n: 1 });
    expect(await store.touch("id", entry({ n: 1 }))).toBe(true);
    expect((await store.get("id"))!.data).toEqual({ n: 1 });
    expect((await store.get("id"))!.expiresAt).toBeLessThanOrEqual(Date.now() + 10_000);
  });

  it("keeps the creation time under one reserved key of the stored JSON", async () => {
    const server = await stores.redis();
    const store = await stores.open("redis", { absoluteTimeoutMs: 10_000 });
    await store.create("id", entry({ n: 1 }));
    const stored = JSON.parse((await server.command("GET", "sess:id")) as string) as object;
    expect(stored).toEqual({ n: 1, "sessionary:createdAt": expect.any(Number) as number });
  });
});

describe("hashIds", () => {
  it("stores no id in Redis, and with encrypted no value", async () => {
    const server = await stores.redis();
    const codec = encrypted({ keys: [{ id: "k", key: randomBytes(32) }] });
    const store = createStore({ url: server.url, userIdOf, hashIds: true, codec, maxPerUser: 5 });
    const marks = ["MARKED-ID-0123456789", "MARKED-USER", "MARKED-VALUE"];
    await store.create(marks[0]!, entry({ user: marks[1]!, cart: [marks[2]] }));
    await store.touch(marks[0]!, entry({ user: marks[1]! }));
    expect((await store.get(marks[0]!))?.data).toEqual({ user: marks[1], cart: [marks[2]] });
    const keys = (await server.command("KEYS", "*")) as string[];
    expect(keys).toHaveLength(2);
    const dump = [...keys];
    for (const key of keys) {
      const read = isIndexKey(key) ? server.command("ZRANGE", key, 0, -1) : server.command("GET", key);
      dump.push(JSON.stringify(await read));
    }
    for (const mark of marks) {
      for (const form of [
        mark,
        Buffer.from(mark).toString("base64").slice(1, -4),
        Buffer.from(mark).toString("hex"),
      ]) {
        expect(dump.join("\n")).not.toContain(form);
      }
    }
    await store.close();
  });

  it("reads, writes and destroys sessions that are stored under their plain id", async () => {
    const server = await stores.redis();
    const before = await stores.open("redis", {});
    for (const id of ["a", "b", "c", "d"]) await before.create(id, entry({ id }));
    const store = await stores.open("redis", { hashIds: true });
    expect((await store.get("a"))?.data).toEqual({ id: "a" });
    expect(await store.touch("a", entry({}, 7_200_000))).toBe(true);
    expect(
      await store.update("b", entry({ id: "B" }), { ifVersion: (await store.get("b"))!.version }),
    ).toBeTypeOf("string");
    expect((await store.get("b"))?.data).toEqual({ id: "B" });
    expect(await store.destroy("c")).toBe(true);
    expect(await store.get("c")).toBeUndefined();
    await expect(store.create("d", entry())).rejects.toMatchObject({ code: "ERR_SESSION_EXISTS" });
    await store.create("e", entry());
    const keys = (await server.command("KEYS", "*")) as string[];
    expect(keys.filter((key) => key.startsWith("sess:h:"))).toHaveLength(1);
    expect(keys).not.toContain("sess:e");
  });

  it("opens no session with a stored digest", async () => {
    const store = await stores.open("redis", { hashIds: true, userIdOf });
    await store.create("id", entry({ user: "ann" }));
    for await (const stored of store.ids()) {
      expect(await store.get(stored)).toBeUndefined();
      expect(await store.destroy(stored)).toBe(false);
    }
    const { handle } = (await store.listByUser("ann"))[0]!;
    expect(await store.destroyByUser("ann", { exceptId: "id" })).toBe(0);
    expect(await store.destroyByHandle("ann", handle)).toBe(true);
  });
});

describe("a memory store with userIdOf", () => {
  it(
    "keeps the sessions of a thousand users through a million anonymous sessions",
    { timeout: 120_000 },
    async () => {
      const store = createStore("memory:", { maxEntries: 10_000, userIdOf });
      for (let n = 0; n < 1_000; n++) await store.create(`user-${n}`, entry({ user: `u${n}` }));
      for (let n = 0; n < 1_000_000; n++) await store.create(`bot-${n}`, entry());
      expect(await store.count()).toBe(10_000);
      for (let n = 0; n < 1_000; n++) expect(await store.listByUser(`u${n}`)).toHaveLength(1);
      await store.close();
    },
  );

  it("evicts users' sessions, the least recently used first, when no anonymous one is left", async () => {
    const store = createStore("memory:", { maxEntries: 3, userIdOf });
    for (const id of ["a", "b", "c"]) await store.create(id, entry({ user: id }));
    await store.get("a");
    await store.create("d", entry({ user: "d" }));
    await store.create("bot", entry());
    expect(await store.get("b")).toBeUndefined();
    expect(await store.listByUser("b")).toEqual([]);
    expect(await store.count()).toBe(3);
    await store.close();
  });

  it("keeps maxBytes over both kinds together", async () => {
    const store = createStore("memory:", { maxBytes: 10_000, userIdOf });
    const text = "x".repeat(1_000);
    for (let n = 0; n < 50; n++) {
      await store.create(`a${n}`, entry({ text }));
      await store.create(`u${n}`, entry({ user: "ann", text }));
      expect(await store.count()).toBeLessThanOrEqual(9);
    }
    expect((await store.listByUser("ann")).length).toBeGreaterThan(7);
    await store.close();
  });
});
