import { afterAll, afterEach, describe, expect, it, onTestFinished } from "vitest";
import { createStore, type UserOptions, type UserSessionStore } from "sessionary";
import { Stores, entry, userIdOf } from "./stores.js";
import { isIndexKey } from "../support/user-index-keys.js";

const stores = new Stores();
afterEach(() => stores.reset());
afterAll(() => stores.close());

const numbers = (count: number) => [...Array(count).keys()];
const usersOf = async (store: UserSessionStore, user: string) =>
  (await store.listByUser(user)).map(({ data }) => data.n).sort();
const keys = async () => ((await (await stores.redis()).command("KEYS", "*")) as string[]).sort();

describe("the index in Redis", () => {
  it("is removed with the user's last session, and contains no user id", async () => {
    const store = await stores.open("redis", { userIdOf });
    for (const n of numbers(3)) await store.create(`id-${n}`, entry({ user: "ann", n }));
    expect((await keys()).filter(isIndexKey)).toEqual([expect.stringMatching(/^sess:users:[\w-]{43} $/)]);
    for (const n of numbers(3)) await store.destroy(`id-${n}`);
    expect(await keys()).toEqual([]);
  });

  it("expires with the user's longest session, which a touch extends", async () => {
    const server = await stores.redis();
    const store = await stores.open("redis", { userIdOf });
    await store.create("short", entry({ user: "ann" }, 50_000));
    await store.create("long", entry({ user: "ann" }, 100_000));
    const [key] = (await keys()).filter(isIndexKey);
    const ttl = async () => Number(await server.command("PTTL", key!));
    expect(await ttl()).toBeGreaterThan(95_000);
    await store.destroy("long");
    await store.touch("short", entry({ user: "ann" }, 200_000));
    expect(await ttl()).toBeGreaterThan(195_000);
    expect(await ttl()).toBeLessThanOrEqual(200_000);
  });

  it("gets its entries back at the next touch after it was deleted, and a scan destroys sessions before that", async () => {
    const server = await stores.redis();
    const store = await stores.open("redis", { userIdOf });
    for (const n of numbers(3)) await store.create(`id-${n}`, entry({ user: "ann", n }));
    const lose = async () => server.command("DEL", (await keys()).find(isIndexKey)!);
    await lose();
    expect(await store.listByUser("ann")).toEqual([]);
    await store.touch("id-0", entry({ user: "ann" }));
    await store.update("id-1", entry({ user: "ann", n: 1 }));
    expect(await usersOf(store, "ann")).toEqual([0, 1]);
    await lose();
    expect(await store.destroyByUser("ann", { exceptId: "id-1", scan: true })).toBe(2);
    expect(await store.count()).toBe(1);
  });

  it("lists no session of another user and none that is gone, whatever entries are in it", async () => {
    const server = await stores.redis();
    const store = await stores.open("redis", { userIdOf, maxPerUser: 2 });
    await store.create("bobs", entry({ user: "bob" }));
    await store.create("anns", entry({ user: "ann", n: 1 }));
    const key = (await keys()).filter(isIndexKey);
    // As a crash between index and record may leave it.
    const members = [`${"1".padStart(16, "0")}:bobs`, `${"2".padStart(16, "0")}:nobodys`];
    for (const each of key)
      for (const member of members) await server.command("ZADD", each, Date.now() + 60_000, member);
    expect(await usersOf(store, "ann")).toEqual([1]);
    await store.create("anns-2", entry({ user: "ann", n: 2 }));
    expect(await usersOf(store, "ann")).toEqual([1, 2]);
    expect(await store.destroyByUser("ann")).toBe(2);
    expect((await store.get("bobs"))?.data).toEqual({ user: "bob" });
  });

  it("is removed by clear, and no other key is", async () => {
    const server = await stores.redis();
    const store = await stores.open("redis", { userIdOf });
    await server.command("SET", "users:other", "1");
    await store.create("id", entry({ user: "ann" }));
    await store.clear();
    expect(await keys()).toEqual(["users:other"]);
  });

  it("expires with the remaining sessions when the longest session ends first", async () => {
    const server = await stores.redis();
    const store = await stores.open("redis", { userIdOf });
    const leave = {
      destroy: () => store.destroy("long"),
      "log out": () => store.update("long", entry()),
      shorten: () => store.update("long", entry({ user: "ann" }, 1_000)),
    };
    for (const [how, go] of Object.entries(leave)) {
      await store.create("long", entry({ user: "ann" }));
      await store.create("short", entry({ user: "ann" }, 1_000));
      await go();
      const [key] = (await keys()).filter(isIndexKey);
      expect(Number(await server.command("PTTL", key!)), how).toBeLessThanOrEqual(1_000);
      await store.clear();
    }
  });

  it("adds another writer's session once when several requests touch it", async () => {
    const server = await stores.redis();
    const store = await stores.open("redis", { userIdOf, maxPerUser: 2 });
    await server.command("SET", "sess:theirs", '{"user":"ann"}', "PX", 60_000);
    await Promise.all([1, 2, 3].map(() => store.touch("theirs", entry())));
    expect(await store.listByUser("ann")).toHaveLength(1);
    await store.create("ours", entry({ user: "ann" }));
    expect(await store.get("theirs")).toBeDefined();
  });

  it("keeps logins in their order when Redis's clock is set back", async () => {
    const server = await stores.redis();
    const store = await stores.open("redis", { userIdOf, maxPerUser: 2 });
    await store.create("first", entry({ user: "ann", n: 1 }));
    const [key] = (await keys()).filter(isIndexKey);
    const later = `${String((Date.now() + 60_000) * 1_000)}:first`;
    // As a clock would have left it that was ahead by a minute.
    const text = (await server.command("GET", "sess:first")) as string;
    await server.command(
      "SET",
      "sess:first",
      text.replace(/(?<="sessionary:login":)\d+/, later.slice(0, 16)),
      "PX",
      60_000,
    );
    await server.command("DEL", key!);
    await server.command("ZADD", key!, Date.now() + 60_000, later);
    for (const n of [2, 3]) await store.create(`id-${n}`, entry({ user: "ann", n }));
    expect(await usersOf(store, "ann")).toEqual([2, 3]);
  });
});

describe("when Redis refuses a step of a call", () => {
  /** A user of Redis who may do all but what one step takes. */
  const openWithout = async (command: string, options: UserOptions = {}) => {
    const server = await stores.redis();
    await server.command("ACL", "SETUSER", "app", "reset", "on", ">pw", "~*", "+@all", `-${command}`);
    const store = createStore({
      url: `redis://app:pw@${server.host}:${server.port}`,
      userIdOf,
      ...options,
    });
    onTestFinished(() => store.close());
    return store;
  };

  it("a login is rejected with an unknown outcome, and can be destroyed", async () => {
    const store = await openWithout("zscore"); // to settle
    await expect(store.create("id", entry({ user: "ann" }))).rejects.toMatchObject({ outcome: "unknown" });
    expect(await store.listByUser("ann")).toHaveLength(1);
    expect(await store.destroyByUser("ann")).toBe(1);
    expect(await store.count()).toBe(0);
  });

  it("a session is destroyed although its entry cannot be removed", async () => {
    const before = await stores.open("redis", { userIdOf });
    for (const id of ["a", "b"]) await before.create(id, entry({ user: "ann" }));
    const store = await openWithout("zrem"); // to leave the index
    expect(await store.destroy("a")).toBe(true);
    expect(await store.destroyByUser("ann")).toBe(1);
    expect(await store.listByUser("ann")).toEqual([]);
  });
});
