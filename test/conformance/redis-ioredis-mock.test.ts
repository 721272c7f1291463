import RedisMock from "ioredis-mock";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { SessionConflictError, createStore, type UserOptions } from "sessionary";
import { storeConformance } from "sessionary/conformance";
import { RedisStore } from "sessionary/redis";
import { redisSubject } from "./redis-subject.js";

const client = new RedisMock();
const prefixed = new RedisMock({ keyPrefix: "app:", db: 1 });
afterAll(() => {
  client.disconnect();
  prefixed.disconnect();
});

for (const [name, each] of Object.entries({ "ioredis-mock": client, "ioredis-mock, keyPrefix": prefixed })) {
  const subject = redisSubject(`RedisStore on ${name}`, {
    write: (key, text) => each.set(key, text, "PX", 60_000),
    reach: () => ({ client: each }),
  });
  // The mock runs the scripts in this process: a burst of calls takes longer than a second on a busy machine.
  storeConformance({ describe, it }, { ...subject, toleranceMs: 5_000 });
}

describe("RedisStore on ioredis-mock", () => {
  beforeEach(() => client.flushall());
  interface Fields {
    user?: string;
    n: number;
  }
  const entry = (data: Fields) => ({ data, expiresAt: Date.now() + 60_000 });
  const open = (options: UserOptions<Fields> = {}) =>
    createStore<Fields>({ client, userIdOf: ({ user }) => user, ...options });

  it("lists, limits and destroys the sessions of a user", async () => {
    const store = open({ maxPerUser: 2, hashIds: true });
    for (const n of [1, 2, 3]) await store.create(`id-${n}`, entry({ user: "ann", n }));
    await store.create("other", entry({ user: "bob", n: 4 }));
    expect((await store.listByUser("ann")).map(({ data }) => data.n)).toEqual([2, 3]);
    const rejecting = open({ maxPerUser: 2, onLimit: "reject", hashIds: true });
    await expect(rejecting.create("id-5", entry({ user: "ann", n: 5 }))).rejects.toMatchObject({
      code: "ERR_SESSION_LIMIT",
    });
    expect(await store.destroyByUser("ann")).toBe(2);
    expect(await store.count()).toBe(1);
    await store.clear();
    expect(await client.keys("*")).toEqual([]);
  });

  it("lets one of many concurrent writers write", async () => {
    const store = open();
    const version = await store.create("id", entry({ n: 0 }));
    const writes = [1, 2, 3, 4].map((n) => open().update("id", entry({ n }), { ifVersion: version }));
    const results = await Promise.allSettled(writes);
    const rejected = results.filter((result) => result.status === "rejected");
    expect(rejected).toHaveLength(3);
    for (const { reason } of rejected) expect(reason).toBeInstanceOf(SessionConflictError);
  });

  it("connects a client with lazyConnect, and rejects calls of a closed one", async () => {
    const lazy = new RedisMock({ lazyConnect: true });
    const store = new RedisStore<Fields>({ client: lazy });
    await store.create("lazy", entry({ n: 1 }));
    expect((await store.get("lazy"))?.data).toEqual({ n: 1 });
    lazy.disconnect();
    await expect(store.get("lazy")).rejects.toThrow("the client of ioredis-mock was closed");
    await lazy.connect();
    expect((await store.get("lazy"))?.data).toEqual({ n: 1 });
  });
});
