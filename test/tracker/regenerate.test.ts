import { describe, expect, it } from "vitest";
import { MemoryStore, type CreateOptions } from "sessionary";
import { SessionTracker } from "sessionary/tracker";
import { wrapped } from "../adapters/wrapped-store.js";
import { HOUR_MS, changeElsewhere, track } from "./support.js";

describe("regenerate", () => {
  it("destroys the session and stores its data under the new id", async () => {
    const { stored, open, read } = track();
    await stored({ user: "ann" });
    const old = await open();
    const session = await old.regenerate("new");
    expect([old.status, session.status, session.id]).toEqual(["gone", "new", "new"]);
    expect(await read()).toBeUndefined();
    expect(await session.save({ user: "ann", n: 1 }, HOUR_MS)).toBe(true);
    expect(await read("new")).toEqual({ user: "ann", n: 1 });
  });

  it("stores nothing of a session that another request ended, and all that the request set", async () => {
    const { store, stored, open, read } = track();
    await stored({ user: "ann", cart: { a: 1 }, n: 1 });
    const old = await open();
    await store.destroy("id");
    const session = await old.regenerate("new");
    const data = { user: "ann", cart: { a: 1, b: 1 }, n: 2, own: { c: 1 } };
    expect(await session.save(data, HOUR_MS)).toBe(true);
    expect(await read("new")).toEqual({ n: 2, own: { c: 1 } });
    await session.save({ ...data, later: 1 }, HOUR_MS);
    expect(await read("new")).toEqual({ n: 2, own: { c: 1 }, later: 1 });
  });

  it("counts what the request saved before as part of the ended session", async () => {
    const { store, stored, open, read } = track();
    await stored({ user: "ann" });
    const old = await open();
    await old.save({ user: "ann", saved: 1 }, HOUR_MS);
    await store.destroy("id");
    const session = await old.regenerate("new");
    await session.save({ user: "ann", saved: 1, fresh: 1 }, HOUR_MS);
    expect(await read("new")).toEqual({ fresh: 1 });
  });

  it("stores nothing of an ended session that a failed save had found gone", async () => {
    const { store, stored, open, read } = track();
    await stored({ user: "ann" });
    const old = await open();
    await store.destroy("id");
    expect(await old.save({ user: "ann", n: 1 }, HOUR_MS)).toBe(false);
    const session = await old.regenerate("new");
    await session.save({ user: "ann", n: 1 }, HOUR_MS);
    expect(await read("new")).toEqual({ n: 1 });
  });

  it("stores nothing of an ended session after a second regenerate", async () => {
    const { store, stored, open, read } = track();
    await stored({ user: "ann" });
    const old = await open();
    await store.destroy("id");
    const session = await (await old.regenerate("second")).regenerate("third");
    await session.save({ user: "ann", n: 1 }, HOUR_MS);
    expect(await read("third")).toEqual({ n: 1 });
  });

  it("stores all data of a session that this request ended itself, also after a second regenerate", async () => {
    const { stored, open, read } = track();
    await stored({ user: "ann" });
    const old = await open();
    const session = await (await old.regenerate("second")).regenerate("third");
    await session.save({ user: "ann" }, HOUR_MS);
    expect(await read("third")).toEqual({ user: "ann" });
  });

  it("stores all data if the session was never stored", async () => {
    const { tracker, read } = track();
    const session = await tracker.create("id").regenerate("new");
    await session.save({ user: "ann" }, HOUR_MS);
    expect(await read("new")).toEqual({ user: "ann" });
  });

  it("passes the record that it replaces to the store, whose creation time the new session keeps", async () => {
    const memory = new MemoryStore();
    const createdAt = Date.now() - HOUR_MS;
    const created: (CreateOptions | undefined)[] = [];
    const store = wrapped(memory, {
      get: async (id) => ({ ...(await memory.get(id))!, createdAt }),
      create: (id, entry, options) => (created.push(options), memory.create(id, entry)),
    });
    const tracker = new SessionTracker(store);
    await tracker.create("id").save({ user: "ann" }, HOUR_MS);
    const session = await (await tracker.open("id"))!.regenerate("new");
    await session.save({ user: "ann", n: 1 }, HOUR_MS);
    const third = await session.regenerate("third");
    await third.save({ user: "ann" }, HOUR_MS);
    expect(created).toEqual([
      undefined,
      { replaces: { data: { user: "ann" }, createdAt } },
      { replaces: { data: { user: "ann", n: 1 }, createdAt } },
    ]);
  });

  it("keeps the creation time through two calls without a save between them", async () => {
    const memory = new MemoryStore();
    const created: (CreateOptions | undefined)[] = [];
    const store = wrapped(memory, {
      create: (id, entry, options) => (created.push(options), memory.create(id, entry)),
    });
    const tracker = new SessionTracker(store);
    await memory.create("id", { data: { user: "ann" }, expiresAt: Date.now() + HOUR_MS });
    const old = (await tracker.open("id"))!;
    await (await (await old.regenerate("second")).regenerate("third")).save({ user: "ann" }, HOUR_MS);
    expect(created).toEqual([{ replaces: { data: { user: "ann" } } }]);
  });

  it("merges later saves of the new session like any other", async () => {
    const { store, stored, open, read } = track();
    await stored({ user: "ann" });
    const session = await (await open()).regenerate("new");
    await session.save({ user: "ann" }, HOUR_MS);
    await changeElsewhere(store, "new", { theirs: 1 });
    await session.save({ user: "ann", mine: 1 }, HOUR_MS);
    expect(await read("new")).toEqual({ user: "ann", theirs: 1, mine: 1 });
  });
});
