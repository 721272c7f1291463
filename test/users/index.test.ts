import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { UserSessionStore } from "sessionary";
import { Stores, entry, userIdOf } from "./stores.js";

const stores = new Stores();
afterEach(() => stores.reset());
afterAll(() => stores.close());

const numbers = (count: number) => [...Array(count).keys()];
const usersOf = async (store: UserSessionStore, user: string) =>
  (await store.listByUser(user)).map(({ data }) => data.n).sort();

describe.each(["memory", "redis"] as const)("a user's sessions in the %s store", (kind) => {
  const open = (options = {}) => stores.open(kind, { userIdOf, ...options });

  it("are listed with a handle that is no id, creation and expiry, and data, the oldest first", async () => {
    const store = await open();
    const before = Date.now();
    await store.create("id-1", entry({ user: "ann", n: 1 }));
    await new Promise((resolve) => setTimeout(resolve, 5));
    await store.create("id-2", entry({ user: "ann", n: 2 }));
    await store.create("id-3", entry({ user: "bob", n: 3 }));
    await store.create("id-4", entry({ n: 4 }));
    const sessions = await store.listByUser("ann");
    expect(sessions.map(({ data }) => data)).toEqual([
      { user: "ann", n: 1 },
      { user: "ann", n: 2 },
    ]);
    for (const { handle, createdAt, expiresAt } of sessions) {
      expect(handle).toMatch(/^[\w-]{43}$/);
      expect(await store.get(handle)).toBeUndefined();
      expect(createdAt).toBeGreaterThanOrEqual(before);
      expect(createdAt).toBeLessThanOrEqual(Date.now());
      expect(expiresAt).toBeGreaterThan(before + 3_590_000);
    }
    expect(await store.listByUser("nobody")).toEqual([]);
  });

  it("appear when many log in at once", async () => {
    const store = await open();
    await Promise.all(numbers(50).map((n) => store.create(`id-${n}`, entry({ user: "ann", n }))));
    expect(await usersOf(store, "ann")).toEqual(numbers(50).sort());
  });

  it("move with a login on an anonymous session, and with a switch of account", async () => {
    const store = await open();
    const version = await store.create("id", entry({ n: 1 }));
    const next = await store.update("id", entry({ user: "ann", n: 1 }), { ifVersion: version });
    expect(await usersOf(store, "ann")).toEqual([1]);
    const last = await store.update("id", entry({ user: "bob", n: 1 }), { ifVersion: next! });
    expect([await usersOf(store, "ann"), await usersOf(store, "bob")]).toEqual([[], [1]]);
    await store.update("id", entry({ n: 1 }), { ifVersion: last! });
    expect(await usersOf(store, "bob")).toEqual([]);
    expect((await store.get("id"))?.data).toEqual({ n: 1 });
  });

  it("end one by one, by handle, and only for their own user", async () => {
    const store = await open();
    await store.create("id-1", entry({ user: "ann", n: 1 }));
    await store.create("id-2", entry({ user: "ann", n: 2 }));
    const { handle } = (await store.listByUser("ann"))[0]!;
    expect(await store.destroyByHandle("bob", handle)).toBe(false);
    expect(await store.destroyByHandle("ann", handle)).toBe(true);
    expect(await store.destroyByHandle("ann", handle)).toBe(false);
    expect(await store.count()).toBe(1);
  });

  it("end all together, but for the one that asks", async () => {
    const store = await open();
    for (const n of numbers(5)) await store.create(`id-${n}`, entry({ user: "ann", n }));
    await store.create("other", entry({ user: "bob" }));
    expect(await store.destroyByUser("ann", { exceptId: "id-3" })).toBe(4);
    expect(await usersOf(store, "ann")).toEqual([3]);
    expect(await store.destroyByUser("ann")).toBe(1);
    expect(await store.count()).toBe(1);
  });

  it("that were there before end, while fifty logins race", async () => {
    const store = await open();
    await Promise.all(numbers(20).map((n) => store.create(`old-${n}`, entry({ user: "ann", n }))));
    const logins = numbers(50).map((n) => store.create(`new-${n}`, entry({ user: "ann", n })));
    const ended = store.destroyByUser("ann");
    await Promise.all([...logins, ended]);
    for (const n of numbers(20)) expect(await store.get(`old-${n}`)).toBeUndefined();
    // Whatever is left can be ended.
    const left = await store.count();
    expect(await store.listByUser("ann")).toHaveLength(left);
    expect(await store.destroyByUser("ann")).toBe(left);
    expect(await store.count()).toBe(0);
  });

  it("never come to more than maxPerUser, the oldest going first", async () => {
    const store = await open({ maxPerUser: 3 });
    for (const n of numbers(6)) {
      await store.create(`id-${n}`, entry({ user: "ann", n }));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(await usersOf(store, "ann")).toEqual([3, 4, 5]);
    for (let round = 0; round < 20; round++) {
      await Promise.all(numbers(10).map((n) => store.create(`${round}-${n}`, entry({ user: "ann" }))));
      expect(await store.count()).toBe(3);
      expect(await store.listByUser("ann")).toHaveLength(3);
    }
    await store.create("anonymous", entry());
    await store.update("anonymous", entry({ user: "ann" }));
    expect(await store.count()).toBe(3);
  });

  it("are refused above maxPerUser, when it says so", async () => {
    const store = await open({ maxPerUser: 3, overflow: "reject" });
    const logins = await Promise.allSettled(
      numbers(10).map((n) => store.create(`id-${n}`, entry({ user: "ann" }))),
    );
    const refused = logins
      .filter((login) => login.status === "rejected")
      .map(({ reason }) => reason as unknown);
    expect(refused).toHaveLength(7);
    for (const reason of refused) expect(reason).toMatchObject({ code: "ERR_SESSION_LIMIT" });
    expect(await store.count()).toBe(3);
    await store.create("anonymous", entry());
    await expect(store.update("anonymous", entry({ user: "ann" }))).rejects.toMatchObject({
      code: "ERR_SESSION_LIMIT",
    });
    expect((await store.get("anonymous"))?.data).toEqual({});
    // One that goes on is not a login.
    const { data } = (await store.listByUser("ann"))[0]!;
    for (const n of numbers(10)) await store.update(`id-${n}`, entry({ ...data, n }));
    await store.destroyByUser("ann");
    await store.create("later", entry({ user: "ann" }));
  });

  it("keep what the contract says of versions and of gone ones", async () => {
    const store = await open({ absoluteTimeoutMs: 60_000 });
    const first = await store.create("id", entry({ user: "ann", n: 1 }));
    expect(await store.get("id")).toMatchObject({ data: { user: "ann", n: 1 }, version: first });
    expect((await store.get("id"))?.data).toEqual({ user: "ann", n: 1 });
    await store.update("id", entry({ user: "ann", n: 2 }));
    await expect(store.update("id", entry({ n: 3 }), { ifVersion: first })).rejects.toMatchObject({
      code: "ERR_SESSION_CONFLICT",
      current: { data: { user: "ann", n: 2 } },
    });
    await expect(store.create("id", entry({ user: "bob" }))).rejects.toMatchObject({
      code: "ERR_SESSION_EXISTS",
    });
    expect(await store.listByUser("bob")).toEqual([]);
    expect(await store.destroy("id")).toBe(true);
    expect(await store.update("id", entry({ user: "ann" }))).toBeUndefined();
    expect(await store.touch("id", entry({ user: "ann" }))).toBe(false);
    expect(await store.listByUser("ann")).toEqual([]);
  });

  it("take a store that was told whose they are, and a user id", async () => {
    const plain = await stores.open(kind, {});
    for (const call of [
      plain.listByUser("ann"),
      plain.destroyByUser("ann"),
      plain.destroyByHandle("ann", "x"),
    ]) {
      await expect(call).rejects.toThrow("takes a store with the option userIdOf");
    }
    const store = await open();
    await expect(store.listByUser("")).rejects.toThrow("userId must be a string that is not empty");
    await expect(open({ userIdOf: undefined, maxPerUser: 2 })).rejects.toThrow("maxPerUser takes userIdOf");
    await expect(open({ overflow: "drop" })).rejects.toThrow('overflow must be "destroy-oldest" or "reject"');
    await expect(open({ absoluteTimeoutMs: 0 })).rejects.toThrow("absoluteTimeoutMs must be an integer");
    const numbered = await open({ userIdOf: ({ n }: { n: unknown }) => n as string });
    await expect(numbered.create("id", entry({ n: 42 }))).rejects.toThrow("userIdOf must give a string");
    expect(await numbered.count()).toBe(0);
    await expect(open({ hashIds: 1 })).rejects.toThrow("hashIds must be true or false");
  });
});
