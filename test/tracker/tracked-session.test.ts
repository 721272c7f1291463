import { describe, expect, it } from "vitest";
import { MemoryStore } from "sessionary";
import { SessionTracker } from "sessionary/tracker";
import { seenEvents } from "../adapters/events.js";
import { wrapped } from "../adapters/wrapped-store.js";
import { HOUR_MS, changeElsewhere, track } from "./support.js";

describe("a new session", () => {
  it("is stored by its first save", async () => {
    const { tracker, calls, read } = track();
    const session = tracker.create("id");
    expect([session.id, session.data, session.status, session.expiresAt]).toEqual([
      "id",
      {},
      "new",
      undefined,
    ]);
    expect(await session.touch(HOUR_MS)).toBe(true);
    expect(calls()).toEqual([]);
    const now = Date.now();
    expect(await session.save({ n: 1 }, HOUR_MS)).toBe(true);
    expect(session.status).toBe("stored");
    expect(session.expiresAt).toBeGreaterThanOrEqual(now + HOUR_MS);
    expect(session.expiresAt).toBeLessThan(now + HOUR_MS + 5_000);
    expect(calls()).toEqual(["create"]);
    expect(await read()).toEqual({ n: 1 });
  });

  it("is rejected if its id is taken, and can be saved once the id is free", async () => {
    const { tracker, store, stored, read } = track();
    await stored({ theirs: 1 });
    const session = tracker.create("id");
    await expect(session.save({ n: 1 }, HOUR_MS)).rejects.toMatchObject({ code: "ERR_SESSION_EXISTS" });
    expect(session.status).toBe("new");
    expect(await read()).toEqual({ theirs: 1 });
    await store.destroy("id");
    expect(await session.save({ n: 1 }, HOUR_MS)).toBe(true);
    expect(await read()).toEqual({ n: 1 });
  });

  it("is not stored by a save after it was destroyed", async () => {
    const { tracker, read } = track();
    const session = tracker.create("id");
    expect(await session.destroy()).toBe(false);
    expect(session.status).toBe("gone");
    expect(await session.save({ n: 1 }, HOUR_MS)).toBe(false);
    expect(await read()).toBeUndefined();
  });
});

describe("a stored session", () => {
  it("is loaded as the caller's own copy", async () => {
    const { stored, open, read } = track();
    await stored({ user: { name: "ann" } });
    const session = await open();
    expect(session.status).toBe("stored");
    expect(session.data).toEqual({ user: { name: "ann" } });
    (session.data.user as { name: string }).name = "bob";
    expect(await read()).toEqual({ user: { name: "ann" } });
  });

  it("is not written after reads of a store that adds a field to the data of another store", async () => {
    const { tracker, stored, calls } = track({}, (store) =>
      wrapped(store, {
        get: async (id) => {
          const record = await store.get(id);
          if (record !== undefined) record.data.added = true;
          return record;
        },
      }),
    );
    await stored({ n: 1 });
    for (let read = 1; read <= 4; read++) {
      const session = (await tracker.open("id"))!;
      expect(await session.save({ n: 1, added: true }, HOUR_MS)).toBe(true);
      expect(calls()).toEqual(["get"]);
    }
  });

  it("is written if a nested value changed, however often it was read before", async () => {
    const store = new MemoryStore();
    const tracker = new SessionTracker(store);
    await store.create("id", { data: { user: { visits: 0 } }, expiresAt: Date.now() + HOUR_MS });
    for (let visits = 1; visits <= 5; visits++) {
      for (let read = 1; read <= 4; read++) await tracker.open("id");
      const session = (await tracker.open("id"))!;
      (session.data.user as { visits: number }).visits = visits;
      await session.save(session.data, HOUR_MS);
      expect((await store.get("id"))?.data).toEqual({ user: { visits } });
    }
  });

  it("causes no call if nothing changed and its expiry is recent", async () => {
    const { stored, open, calls } = track();
    await stored({ n: 1 });
    const session = await open();
    calls();
    expect(await session.save({ n: 1 }, HOUR_MS)).toBe(true);
    expect(await session.touch(HOUR_MS)).toBe(true);
    expect(calls()).toEqual([]);
  });

  it("stores what the request changed, and keeps what others changed", async () => {
    const { store, stored, open, read } = track();
    await stored({ n: 1, cart: { a: 1 } });
    const session = await open();
    await changeElsewhere(store, "id", { n: 2, cart: { a: 1, b: 1 } });
    expect(await session.save({ n: 1, cart: { a: 1, c: 1 } }, HOUR_MS)).toBe(true);
    expect(await read()).toEqual({ n: 2, cart: { a: 1, b: 1, c: 1 } });
  });

  it("bases a second save on the first one", async () => {
    const { store, stored, open, read } = track();
    await stored({});
    const session = await open();
    await session.save({ a: 1, b: 1 }, HOUR_MS);
    await changeElsewhere(store, "id", { a: 2 });
    expect(await session.save({ a: 1, b: 2 }, HOUR_MS)).toBe(true);
    expect(await read()).toEqual({ a: 2, b: 2 });
    await session.save({ a: 1 }, HOUR_MS);
    expect(await read()).toEqual({ a: 2 });
  });

  it("reads the data before save returns", async () => {
    const { stored, open, read } = track();
    await stored({});
    const session = await open();
    const data = { n: 1 };
    const saves = [session.save(data, HOUR_MS), session.save({ ...data, m: 1 }, HOUR_MS)];
    data.n = 2;
    await Promise.all(saves);
    expect(await read()).toEqual({ n: 1, m: 1 });
  });

  it("rejects data that JSON cannot represent, and names the field", async () => {
    const { stored, open, read } = track();
    await stored({ n: 1 });
    await expect((await open()).save({ big: 1n }, HOUR_MS)).rejects.toThrow(/"big" is a BigInt/);
    expect(await read()).toEqual({ n: 1 });
  });

  it("is gone for a save after another request destroyed it", async () => {
    const { store, stored, open, read } = track();
    const seen = seenEvents();
    await stored({});
    const [changed, unchanged] = [await open(), await open()];
    await store.destroy("id");
    expect(await changed.save({ n: 1 }, HOUR_MS)).toBe(false);
    expect(await changed.save({ n: 2 }, HOUR_MS)).toBe(false);
    expect(await unchanged.save({}, 2 * HOUR_MS)).toBe(false);
    expect([changed.status, unchanged.status]).toEqual(["gone", "gone"]);
    expect(await unchanged.touch(HOUR_MS)).toBe(false);
    expect(await read()).toBeUndefined();
    expect(seen.map(([event, payload]) => [event, payload])).toEqual([
      ["save-dropped", { operation: "save" }],
      ["save-dropped", { operation: "save" }],
      ["save-dropped", { operation: "touch" }],
      ["save-dropped", { operation: "touch" }],
    ]);
  });

  it("is gone for a save that finds data which is not a session", async () => {
    const memory = new MemoryStore();
    const format = {
      undecodableReason: "not ours",
      fieldsOf: (data: Record<string, unknown>) => (data.ours ? data : undefined),
      dataOf: (fields: Record<string, unknown>) => fields,
      emptyOf: () => ({}),
      lifetimeOf: () => undefined,
    };
    const tracker = new SessionTracker(memory, { format, name: "ours" });
    await tracker.create("id").save({ ours: 1 }, HOUR_MS);
    const session = (await tracker.open("id"))!;
    await changeElsewhere(memory, "id", { ours: 0 });
    expect(await session.save({ ours: 1, n: 1 }, HOUR_MS)).toBe(false);
    const seen = seenEvents();
    expect(await tracker.open("id")).toBeUndefined();
    expect(seen).toEqual([["payload-undecodable", { store: "ours", reason: "not ours" }]]);
  });
});

describe("the expiry", () => {
  it("is refreshed when it would move by touchAfterMs", async () => {
    const { stored, open, calls, store } = track({ touchAfterMs: 10_000 });
    await stored({}, HOUR_MS - 10_000);
    const session = await open();
    calls();
    expect(await session.touch(HOUR_MS)).toBe(true);
    expect(calls()).toEqual(["touch"]);
    expect((await store.get("id"))!.expiresAt).toBeGreaterThan(Date.now() + HOUR_MS - 5_000);
    expect(session.expiresAt).toBeGreaterThan(Date.now() + HOUR_MS - 5_000);
    expect(await session.touch(HOUR_MS)).toBe(true);
    expect(calls()).toEqual([]);
  });

  it("is refreshed once by parallel requests that read it before", async () => {
    const { stored, open, calls } = track({ touchAfterMs: 10_000 });
    await stored({}, HOUR_MS / 2);
    const sessions = await Promise.all(Array.from({ length: 50 }, () => open()));
    calls();
    await Promise.all(sessions.slice(1).map((session) => session.touch(HOUR_MS)));
    await sessions[0]!.touch(HOUR_MS);
    expect(calls()).toEqual(["touch"]);
  });

  it("is that of a longer life which another request gave it", async () => {
    const { store, stored, open } = track();
    await stored({}, HOUR_MS / 2);
    const session = await open();
    await store.update("id", { data: { remember: true }, expiresAt: Date.now() + 2 * HOUR_MS });
    expect(await session.touch(HOUR_MS)).toBe(true);
    const { data, expiresAt } = (await store.get("id"))!;
    expect(data).toEqual({ remember: true });
    expect(expiresAt).toBeGreaterThan(Date.now() + 2 * HOUR_MS - 5_000);
  });

  it("moves back only if the request changes the lifetime", async () => {
    const { store, stored, open } = track();
    await stored({}, HOUR_MS);
    const session = await open();
    const remainingMs = async () => (await store.get("id"))!.expiresAt - Date.now();
    await session.save({ n: 1 }, HOUR_MS / 2);
    expect(await remainingMs()).toBeGreaterThan(HOUR_MS - 5_000);
    await session.save({ n: 1 }, HOUR_MS / 4);
    expect(await remainingMs()).toBeLessThanOrEqual(HOUR_MS / 4);
    await session.save({ n: 1 }, new Date(Date.now() + 60_000));
    expect(await remainingMs()).toBeLessThanOrEqual(60_000);
  });

  it("is not written beyond the store's absolute timeout", async () => {
    const memory = new MemoryStore();
    const createdAt = Date.now() - HOUR_MS;
    let touches = 0;
    const store = wrapped(memory, {
      get: async (id) => ({ ...(await memory.get(id))!, createdAt }),
      touch: (...args) => (touches++, memory.touch(...args)),
    });
    const tracker = new SessionTracker(Object.assign(store, { absoluteTimeoutMs: 1.5 * HOUR_MS }), {
      touchAfterMs: 1_000,
    });
    await memory.create("id", { data: {}, expiresAt: createdAt + 1.5 * HOUR_MS - 60_000 });
    await (await tracker.open("id"))!.touch(HOUR_MS);
    expect(touches).toBe(1);
    expect((await memory.get("id"))!.expiresAt).toBe(createdAt + 1.5 * HOUR_MS);
    await (await tracker.open("id"))!.touch(HOUR_MS);
    expect(touches).toBe(1);
  });
});

describe("destroy", () => {
  it("ends the session for every later save", async () => {
    const { stored, open, read } = track();
    await stored({});
    const session = await open();
    const save = session.save({ n: 1 }, HOUR_MS);
    expect(await session.destroy()).toBe(true);
    await save;
    expect(session.status).toBe("gone");
    expect(session.expiresAt).toBeUndefined();
    expect(await session.save({ n: 2 }, HOUR_MS)).toBe(false);
    expect(await read()).toBeUndefined();
    expect(await session.destroy()).toBe(false);
  });

  it("rejects with the store's error, and leaves the session as it was", async () => {
    const { tracker } = track({}, (store) =>
      wrapped(store, { destroy: () => Promise.reject(new Error("down")) }),
    );
    const session = tracker.create("id");
    await session.save({ n: 1 }, HOUR_MS);
    await expect(session.destroy()).rejects.toThrow("down");
    expect(session.status).toBe("stored");
  });
});
