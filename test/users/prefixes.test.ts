import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { createStore, type UserSessionStore } from "sessionary";
import { startRedis, type RedisServer } from "../support/redis-server.js";
import { indexKeyOf, isIndexKey } from "../support/user-index-keys.js";
import { entry, userIdOf } from "./stores.js";

let server: RedisServer;
const opened: UserSessionStore[] = [];
beforeAll(async () => {
  server = await startRedis();
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  await server.command("FLUSHALL");
});
afterAll(() => server.close());

const open = (prefix: string, users = true) => {
  const store = createStore({ url: server.url, prefix, ...(users && { userIdOf }) });
  opened.push(store);
  return store;
};
const idsOf = async (store: UserSessionStore) => {
  const ids: string[] = [];
  for await (const id of store.ids()) ids.push(id);
  return ids.sort();
};
const keys = async () => (await server.command("KEYS", "*")) as string[];

it.each([
  "users:",
  "sess:users:",
  "sess: users:",
  "sess:users:*",
  "s",
  "sess",
  "sess:users",
  "sess:users:users:",
  "*:",
])("a store with the prefix %j neither sees nor clears the index of a store with `sess:`", async (prefix) => {
  const store = open("sess:");
  for (const user of ["ann", "bob"]) await store.create(`${user}s`, entry({ user }));
  const ann = indexKeyOf("ann");
  for (const other of [open(prefix), open(prefix, false)]) {
    const seen = await idsOf(other);
    expect(seen.filter((id) => ann.includes(id))).toEqual([]);
    expect(await other.count()).toBe(seen.length);
  }
  if ("sess:anns".startsWith(prefix)) return; // a shorter prefix includes the sessions themselves
  await open(prefix).clear();
  await open(prefix, false).clear();
  expect(await idsOf(store)).toEqual(["anns", "bobs"]);
  expect(await store.listByUser("ann")).toHaveLength(1);
  expect(await store.destroyByUser("bob")).toBe(1);
});

it.each(["users:", "sess:users:", "sess:users:users:"])(
  "clearing a store with `sess:` leaves the index of a store with the prefix %j",
  async (prefix) => {
    await open(prefix).create("id", entry({ user: "ann" }));
    const store = open("sess:");
    await store.create("id", entry({ user: "ann" }));
    await store.clear();
    expect((await keys()).filter(isIndexKey)).toEqual([indexKeyOf("ann", prefix)]);
  },
);

it("keeps all keys of a store under its prefix, and counts and clears them", async () => {
  const store = open("app:");
  for (const n of [1, 2, 3]) await store.create(`id-${n}`, entry({ user: "ann", n }));
  await store.create("anonymous", entry());
  expect((await keys()).every((key) => key.startsWith("app:"))).toBe(true);
  expect(await keys()).toHaveLength(5);
  expect(await store.count()).toBe(4);
  expect(await idsOf(store)).toEqual(["anonymous", "id-1", "id-2", "id-3"]);
  await store.clear();
  expect(await keys()).toEqual([]);
});

it("keeps an index with an empty prefix, too", async () => {
  const store = open("");
  await store.create("id", entry({ user: "ann" }));
  expect(await store.listByUser("ann")).toHaveLength(1);
  expect(await idsOf(store)).toEqual(["id"]);
  await store.clear();
  expect(await keys()).toEqual([]);
});
