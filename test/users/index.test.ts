import { afterAll, afterEach, describe, expect, it } from "vitest";
import { type UserOptions, sessionHandle } from "sessionary";
import { Stores, entry } from "./stores.js";

// What `userConformance` of sessionary/conformance tests is not tested here again.

const stores = new Stores();
afterEach(() => stores.reset());
afterAll(() => stores.close());

const userIdOf = ({ user }: { user?: unknown }) => user;

describe.each(["memory", "redis"] as const)("a user's sessions in the %s store", (kind) => {
  const open = (options: UserOptions = {}) => stores.open(kind, { userIdOf, ...options });

  it.each([false, true])("have the handle that sessionHandle returns, with hashIds: %j", async (hashIds) => {
    const store = await open({ hashIds });
    await store.create("id", entry({ user: "ann" }));
    const [session] = await store.listByUser("ann");
    expect(session!.handle).toBe(sessionHandle("id"));
    expect(session!.handle).toMatch(/^[\w-]{43}$/);
    expect(await store.destroyByUser("ann", { exceptHandle: sessionHandle("id") })).toBe(0);
    expect(await store.destroyByHandle("ann", sessionHandle("id"))).toBe(true);
  });

  it("keep their handle when hashIds is turned on", async () => {
    const plain = await open();
    await plain.create("id", entry({ user: "ann" }));
    const [before] = await plain.listByUser("ann");
    expect(before!.handle).toBe(sessionHandle("id"));
    if (kind === "memory") return; // its sessions cannot be opened again
    const hashed = await open({ hashIds: true });
    expect((await hashed.listByUser("ann")).map(({ handle }) => handle)).toEqual([before!.handle]);
    expect(await hashed.destroyByUser("ann", { exceptId: "id" })).toBe(0);
  });

  it("may be saved without being logins, when maxPerUser is reached and rejects", async () => {
    const store = await open({ maxPerUser: 2, onLimit: "reject" });
    for (const n of [1, 2]) await store.create(`id-${n}`, entry({ user: "ann", n }));
    for (const n of [1, 2]) await store.update(`id-${n}`, entry({ user: "ann", n: n + 10 }));
    expect((await store.listByUser("ann")).map(({ data }) => data.n)).toEqual([11, 12]);
  });

  it("are anonymous with an empty user id, null or undefined", async () => {
    const store = await open();
    for (const [n, user] of ["", null, undefined].entries()) {
      await store.create(`id-${n}`, entry({ user }));
      expect((await store.get(`id-${n}`))!.data.user).toBe(user);
    }
    expect(await store.count()).toBe(3);
  });

  it.each([
    [{}, "an object"],
    [[], "an array"],
    [true, "a boolean"],
    [NaN, "NaN"],
    [Infinity, "Infinity"],
    [() => "ann", "a function"],
  ])("rejects a userIdOf that returns %s, and writes nothing", async (user, received) => {
    const store = await open({ userIdOf: () => user });
    const message = `userIdOf must return a string, number or bigint, or undefined for anonymous sessions; received ${received}`;
    await expect(store.create("id", entry())).rejects.toThrow(new TypeError(message));
    expect(await store.count()).toBe(0);
  });

  it.each([
    ["", "an empty string"],
    [undefined, "undefined"],
    [{}, "an object"],
  ])("are not listed for the user id %j", async (userId, received) => {
    const store = await open();
    const message = `userId must be a string that is not empty, a number or a bigint; received ${received}`;
    const id = userId as string;
    await expect(store.listByUser(id)).rejects.toThrow(new TypeError(message));
    await expect(store.destroyByUser(id)).rejects.toThrow(new TypeError(message));
    await expect(store.destroyByHandle(id, "handle")).rejects.toThrow(new TypeError(message));
  });

  it("need a store with userIdOf", async () => {
    const plain = await stores.open(kind, {});
    const message = "requires a store with the option userIdOf";
    await expect(plain.listByUser("ann")).rejects.toThrow(message);
    await expect(plain.destroyByUser("ann")).rejects.toThrow(message);
    await expect(plain.destroyByHandle("ann", "handle")).rejects.toThrow(message);
  });

  it("are not destroyed because of a misspelled option", async () => {
    const store = await open();
    await store.create("id", entry({ user: "ann" }));
    const options = { exceptID: "id" } as object;
    await expect(store.destroyByUser("ann", options)).rejects.toThrow('no option "exceptID"');
    expect(await store.count()).toBe(1);
  });

  it.each<[UserOptions, string]>([
    [{ userIdOf: undefined, maxPerUser: 2 } as never, "maxPerUser requires userIdOf"],
    [{ onLimit: "drop" as never }, 'onLimit must be "destroy-oldest" or "reject"'],
    [{ absoluteTimeoutMs: 0 }, "absoluteTimeoutMs must be an integer"],
    [{ hashIds: 1 as never }, "hashIds must be true or false; received 1"],
    [{ userIdOf: "user" as never }, "userIdOf must be a function"],
  ])("are refused with the options %j", async (options, message) => {
    await expect(open(options)).rejects.toThrow(message);
  });
});
