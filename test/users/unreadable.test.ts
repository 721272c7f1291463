import { randomBytes } from "node:crypto";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { createStore, encrypted, type EncryptionKey, type UserSessionStore } from "sessionary";
import { Stores, entry, userIdOf } from "./stores.js";
import { INDEX_KEYS } from "../support/user-index-keys.js";

const stores = new Stores();
const opened: UserSessionStore[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const store of opened.splice(0)) await store.close();
  await stores.reset();
});
afterAll(() => stores.close());

const key = (id: string): EncryptionKey => ({ id, key: randomBytes(32) });
const [old, now] = [key("old"), key("new")];

const open = async (keys: EncryptionKey[]) => {
  const store = createStore({ url: (await stores.redis()).url, userIdOf, codec: encrypted({ keys }) });
  opened.push(store);
  return store;
};

describe("a server that lacks the key of a session", () => {
  it.each([0, 3_600_000])("destroys it with the user's others, %i ms after the login", async (laterMs) => {
    const [ahead, behind] = [await open([now, old]), await open([old])];
    await ahead.create("new", entry({ user: "ann" }, 10_000_000));
    await behind.create("old", entry({ user: "ann" }, 10_000_000));
    const realNow = Date.now;
    vi.spyOn(Date, "now").mockImplementation(() => realNow() + laterMs);
    expect(await behind.destroyByUser("ann")).toBe(2);
    expect(await ahead.count()).toBe(0);
  });

  it("destroys it by its handle and by its id", async () => {
    const [ahead, behind] = [await open([now, old]), await open([old])];
    for (const id of ["a", "b"]) await ahead.create(id, entry({ user: "ann" }));
    const [first, second] = await ahead.listByUser("ann");
    expect(await behind.listByUser("ann")).toEqual([]);
    expect(await behind.destroyByHandle("ann", first!.handle)).toBe(true);
    expect((await ahead.listByUser("ann")).map(({ handle }) => handle)).toEqual([second!.handle]);
    expect(await behind.destroy("b")).toBe(true);
    expect(await behind.destroy("b")).toBe(false);
    expect(await ahead.count()).toBe(0);
  });

  it("skips it in a scan, since its user is unknown", async () => {
    const [ahead, behind] = [await open([now, old]), await open([old])];
    await ahead.create("anns", entry({ user: "ann" }));
    await ahead.create("bobs", entry({ user: "bob" }));
    await (
      await stores.redis()
    ).command("EVAL", "return redis.call('DEL', unpack(redis.call('KEYS', ARGV[1])))", 0, INDEX_KEYS);
    expect(await behind.destroyByUser("ann", { scan: true })).toBe(0);
    expect(await ahead.destroyByUser("ann", { scan: true })).toBe(1);
    expect(await ahead.count()).toBe(1);
  });
});
