import type { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { createStore, type UserOptions, type UserSessionStore } from "sessionary";
import { startRedis, type RedisServer } from "../support/redis-server.js";
import { lateClient } from "./late-client.js";
import { entry, userIdOf } from "./stores.js";
import { INDEX_KEYS, isIndexKey } from "../support/user-index-keys.js";

let server: RedisServer;
let raw: Redis;
beforeAll(async () => {
  server = await startRedis();
  raw = server.client();
});
afterAll(() => server.close());
beforeEach(async () => void (await raw.flushall()));

const ROUNDS = 40;
const numbers = (count: number) => [...Array(count).keys()];
const pick = <V>(values: V[]): V => values[Math.floor(Math.random() * values.length)]!;
const anns = () => entry({ user: "ann" });
const unlessFull = (login: Promise<unknown>) =>
  login.catch((error: { code?: string }) => expect(error.code).toBe("ERR_SESSION_LIMIT"));

/** As of four servers, whose commands reach Redis in any order. */
async function servers(options: UserOptions = {}): Promise<UserSessionStore[]> {
  const clients = await Promise.all(numbers(4).map(() => lateClient(server)));
  return clients.map((client) => {
    const store = createStore({ client, userIdOf, timeoutMs: 10_000, ...options });
    onTestFinished(() => store.close());
    return store;
  });
}

/** Whose sessions stand in Redis. */
async function usersInRedis(): Promise<(string | undefined)[]> {
  const texts = await Promise.all(
    (await raw.keys("sess:*")).filter((key) => !isIndexKey(key)).map((key) => raw.get(key)),
  );
  return texts.map((text) => (JSON.parse(text ?? "{}") as { user?: string }).user);
}

/** That ann's list is what stands in Redis. @returns how many these are. */
async function expectListed(store: UserSessionStore): Promise<number> {
  const theirs = (await usersInRedis()).filter((user) => user === "ann").length;
  expect(await store.listByUser("ann")).toHaveLength(theirs);
  return theirs;
}

/** That there is an index for each user with a session, too, and no other. */
async function expectConsistent(store: UserSessionStore): Promise<number> {
  const users = new Set((await usersInRedis()).filter(Boolean));
  expect(await raw.keys(INDEX_KEYS)).toHaveLength(users.size);
  return expectListed(store);
}

describe("on several servers", () => {
  it("lists or destroys logins on anonymous sessions that race a destroyByUser", async () => {
    const stores = await servers();
    for (let round = 0; round < ROUNDS; round++) {
      await Promise.all(numbers(5).map((n) => pick(stores).create(`old-${n}`, anns())));
      await Promise.all(numbers(10).map((n) => pick(stores).create(`id-${n}`, entry())));
      await Promise.all([
        ...numbers(10).map((n) => pick(stores).update(`id-${n}`, anns())),
        ...stores.slice(0, 2).map((store) => store.destroyByUser("ann")),
      ]);
      expect(await raw.keys("sess:old-*")).toEqual([]);
      const left = await expectConsistent(stores[0]!);
      expect(await stores[0]!.destroyByUser("ann")).toBe(left);
      await raw.flushall();
    }
  });

  it.each([["destroy-oldest"], ["reject"]] as const)(
    "keeps maxPerUser for concurrent logins of both kinds, with onLimit %s",
    async (onLimit) => {
      const stores = await servers({ maxPerUser: 3, onLimit });
      for (let round = 0; round < ROUNDS; round++) {
        await Promise.all(numbers(8).map((n) => pick(stores).create(`id-${n}`, entry())));
        await Promise.all([
          ...numbers(8).map((n) => unlessFull(pick(stores).update(`id-${n}`, anns()))),
          ...numbers(4).map((n) => unlessFull(pick(stores).create(`new-${n}`, anns()))),
        ]);
        expect(await expectConsistent(stores[0]!)).toBe(3);
        await raw.flushall();
      }
    },
  );

  it("leaves no entry of a session that ends or changes its user while it is used", async () => {
    const stores = await servers();
    const [a, b] = stores as [UserSessionStore, UserSessionStore];
    for (let round = 0; round < ROUNDS; round++) {
      await a.create("moved", anns());
      await Promise.all([a.touch("moved", anns()), b.update("moved", entry({ user: "bob" }))]);
      await expectConsistent(a);
      await a.create("ended", entry());
      await Promise.all([a.update("ended", anns()), b.destroy("ended")]);
      await expectConsistent(a);
      await a.destroy("moved");
      await a.destroy("ended");
      expect(await raw.keys("*")).toEqual([]);
    }
  });

  it("lists and counts another writer's session once when several requests touch it", async () => {
    const stores = await servers({ maxPerUser: 2 });
    for (let round = 0; round < ROUNDS; round++) {
      await raw.set("sess:theirs", '{"user":"ann"}', "PX", 60_000);
      await Promise.all(stores.map((store) => store.touch("theirs", anns())));
      expect(await expectConsistent(stores[0]!)).toBe(1);
      await stores[0]!.create("ours", anns());
      expect(await expectConsistent(stores[0]!)).toBe(2);
      await raw.flushall();
    }
  });

  it("destroys or lists each session that races a clear", async () => {
    const stores = await servers();
    for (let round = 0; round < ROUNDS; round++) {
      await Promise.all(numbers(6).map((n) => pick(stores).create(`id-${n}`, entry())));
      await Promise.all([
        ...numbers(6).map((n) => pick(stores).update(`id-${n}`, anns())),
        ...numbers(6).map((n) => pick(stores).create(`new-${n}`, anns())),
        stores[0]!.clear(),
      ]);
      const left = await expectListed(stores[0]!);
      expect(await stores[0]!.destroyByUser("ann")).toBe(left);
      await raw.flushall();
    }
  });
});
