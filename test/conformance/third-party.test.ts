import { describe, expect, it } from "vitest";
import { MemoryStore, MemoryUserIndex, createStore, hashIds, withUsers } from "sessionary";
import { storeConformance, userConformance } from "sessionary/conformance";
import { customStore } from "../../examples/custom-store/custom-store.js";

const runner = { describe, it };
const userIdOf = ({ user }: { user?: unknown }) => user;
const YEAR_MS = 365 * 86_400_000;

storeConformance(runner, {
  name: "hashIds over a custom store",
  open: () => hashIds(customStore()),
  hashesIds: true,
});
storeConformance(runner, {
  name: "withUsers over a custom store",
  open: () =>
    withUsers(customStore(), new MemoryUserIndex(), { userIdOf, absoluteTimeoutMs: YEAR_MS, hashIds: true }),
  hashesIds: true,
});
userConformance(runner, {
  name: "withUsers over a custom store",
  open: (options) => withUsers(customStore(), new MemoryUserIndex(), options),
});
userConformance(runner, {
  name: "hashIds over withUsers over a custom store",
  open: (options) => {
    const users = withUsers(customStore(), new MemoryUserIndex(), options);
    return Object.assign(hashIds(users), {
      listByUser: users.listByUser.bind(users),
      destroyByUser: users.destroyByUser.bind(users),
      destroyByHandle: users.destroyByHandle.bind(users),
    });
  },
});

describe("hashIds", () => {
  it("hashes no id twice", async () => {
    for (const store of [
      createStore("memory:", { hashIds: true }),
      hashIds(customStore()),
      withUsers(customStore(), new MemoryUserIndex(), { userIdOf, hashIds: true }),
    ]) {
      expect(hashIds(store)).toBe(store);
    }
    const plain = new MemoryStore();
    const store = hashIds(plain);
    await store.create("id", { data: {}, expiresAt: Date.now() + 60_000 });
    expect(await plain.get("id")).toBeUndefined();
    for await (const id of store.ids()) expect(id).toMatch(/^h:[\w-]{43}$/);
    expect((await store.get("id"))?.data).toEqual({});
  });

  it("finds, extends and destroys sessions that are stored under their plain id", async () => {
    const plain = customStore();
    for (const id of ["a", "b"]) await plain.create(id, { data: { id }, expiresAt: Date.now() + 60_000 });
    const store = hashIds(plain);
    expect((await store.get("a"))?.data).toEqual({ id: "a" });
    const entry = { data: { id: "a" }, expiresAt: Date.now() + 90_000 };
    expect(await store.touch("a", entry)).toBe(true);
    await expect(store.create("a", entry)).rejects.toMatchObject({ code: "ERR_SESSION_EXISTS" });
    expect(await Promise.all([store.update("b", entry), store.destroy("b")])).toEqual([
      expect.any(String),
      true,
    ]);
    expect(await store.count()).toBe(1);
  });

  it("opens no session with a stored digest", async () => {
    const store = hashIds(customStore());
    await store.create("id", { data: {}, expiresAt: Date.now() + 60_000 });
    for await (const digest of store.ids()) {
      expect(await store.get(digest)).toBeUndefined();
      expect(await store.destroy(digest)).toBe(false);
    }
  });

  it("passes on the deadline and the absolute timeout of the store", () => {
    const store = Object.assign(customStore(), { timeoutMs: 500, absoluteTimeoutMs: YEAR_MS });
    expect(hashIds(store)).toMatchObject({ timeoutMs: 500, absoluteTimeoutMs: YEAR_MS });
  });
});

describe("withUsers", () => {
  it("rejects a store that hashes ids, and names the option to use", () => {
    expect(() => withUsers(hashIds(customStore()), new MemoryUserIndex(), { userIdOf })).toThrow(
      "withUsers received a store that hashes ids: pass the store that it wraps, and the option hashIds: true",
    );
  });

  it("rejects an option that it does not have", () => {
    const options = { userIdOf, maxEntries: 5 } as object;
    expect(() => withUsers(customStore(), new MemoryUserIndex(), options)).toThrow(
      'withUsers has no option "maxEntries"',
    );
  });
});
