import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createStore, type SessionData, type UserOptions, type UserSessionStore } from "sessionary";
import { startRedis, type RedisServer } from "../support/redis-server.js";
import { isIndexKey } from "../support/user-index-keys.js";
import { createDocumentedUser } from "./documented-acl.js";

let server: RedisServer;
const opened: UserSessionStore[] = [];
beforeAll(async () => {
  server = await startRedis();
});
beforeEach(() => createDocumentedUser(server, { without: ["+eval", "+evalsha"] }));
afterEach(async () => {
  vi.restoreAllMocks();
  for (const store of opened.splice(0)) await store.close();
  await server.command("FLUSHALL");
});
afterAll(() => server.close());

const userIdOf = ({ user }: SessionData) => user;
const entry = (data: SessionData = {}, lifetimeMs = 3_600_000) => ({
  data,
  expiresAt: Date.now() + lifetimeMs,
});
const open = (options: UserOptions = {}) => {
  const url = server.url.replace("//", "//app:password@");
  const store = createStore({ url, userIdOf, ...options });
  opened.push(store);
  return store;
};
const numbers = async (store: UserSessionStore, user = "ann") =>
  (await store.listByUser(user)).map(({ data }) => data.n);
const indexKeys = async () => ((await server.command("KEYS", "*")) as string[]).filter(isIndexKey);

describe("a Redis store with userIdOf, on a Redis that forbids scripts", () => {
  it("logs in, lists, and destroys by handle, by user and by scan", async () => {
    const store = open({ hashIds: true, absoluteTimeoutMs: 7_200_000 });
    for (const n of [1, 2, 3, 4]) await store.create(`id-${n}`, entry({ n }));
    for (const n of [1, 2, 3, 4]) await store.update(`id-${n}`, entry({ user: "ann", n }));
    expect(await numbers(store)).toEqual([1, 2, 3, 4]);
    expect(await store.touch("id-1", entry({ user: "ann", n: 1 }, 5_000_000))).toBe(true);
    await store.update("id-4", entry({ user: "bob", n: 4 }));
    expect(await numbers(store)).toEqual([1, 2, 3]);
    const { handle } = (await store.listByUser("ann"))[1]!;
    expect(await store.destroyByHandle("ann", handle)).toBe(true);
    expect(await store.destroyByUser("ann", { exceptId: "id-3" })).toBe(1);
    expect(await numbers(store)).toEqual([3]);
    expect(await store.destroy("id-3")).toBe(true);
    expect(await store.destroyByUser("bob", { scan: true })).toBe(1);
    expect(await server.command("KEYS", "*")).toEqual([]);
  });

  it("destroys the oldest sessions above maxPerUser, or rejects the login", async () => {
    const store = open({ maxPerUser: 2 });
    for (const n of [1, 2, 3, 4]) await store.create(`id-${n}`, entry({ user: "ann", n }));
    expect(await numbers(store)).toEqual([3, 4]);
    const rejecting = open({ maxPerUser: 2, onLimit: "reject" });
    await expect(rejecting.create("id-5", entry({ user: "ann" }))).rejects.toMatchObject({
      code: "ERR_SESSION_LIMIT",
    });
    await store.destroy("id-4");
    await rejecting.create("id-5", entry({ user: "ann", n: 5 }));
    expect(await numbers(store)).toEqual([3, 5]);
  });

  it("destroys what a login wrote whose index entry was removed meanwhile", async () => {
    const store = open();
    const [created] = await Promise.allSettled([
      store.create("id", entry({ user: "ann" })),
      new Promise((resolve) => setImmediate(resolve)).then(() => store.clear()),
    ]);
    expect(created.status).toBe("fulfilled");
    expect(await store.count()).toBe((await store.listByUser("ann")).length);
  });

  it("puts an entry back that the index has lost", async () => {
    const store = open();
    await store.create("id", entry({ user: "ann", n: 1 }));
    await server.command("DEL", ...(await indexKeys()));
    expect(await numbers(store)).toEqual([]);
    await store.touch("id", entry({ user: "ann", n: 1 }));
    expect(await numbers(store)).toEqual([1]);
  });

  it("keeps the index as long as the sessions, and removes expired entries", async () => {
    const store = open();
    await store.create("short", entry({ user: "ann", n: 1 }, 100));
    await store.create("long", entry({ user: "ann", n: 2 }, 50_000));
    const [key] = await indexKeys();
    const ttl = Number(await server.command("PTTL", key!));
    expect(ttl).toBeGreaterThan(49_000);
    expect(ttl).toBeLessThanOrEqual(50_000);
    await sleep(150);
    await store.create("next", entry({ user: "ann", n: 3 }));
    expect(await server.command("ZCARD", key!)).toBe(4); // two members for each of two logins
  });

  it("uses scripts again a while after they are allowed, without a restart", async () => {
    const store = open();
    const scriptsRun = async () => {
      const stats = String(await server.command("INFO", "commandstats"));
      return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1] ?? 0);
    };
    await store.create("id", entry({ user: "ann", n: 1 }));
    await createDocumentedUser(server);
    await numbers(store);
    expect(await scriptsRun()).toBe(0);
    const realNow = performance.now.bind(performance);
    vi.spyOn(performance, "now").mockImplementation(() => realNow() + 10_000);
    expect(await numbers(store)).toEqual([1]);
    expect(await scriptsRun()).toBeGreaterThan(0);
  });
});
