import { describe, expect, it, vi } from "vitest";
import {
  MemoryStore,
  SessionExistsError,
  type SessionStore,
  ScriptsForbiddenError,
  type UpdateOptions,
} from "sessionary";
import { SessionTracker } from "sessionary/tracker";
import { seenEvents } from "../adapters/events.js";
import { wrapped } from "../adapters/wrapped-store.js";
import { HOUR_MS, changeElsewhere, track } from "./support.js";

describe("open", () => {
  it("returns undefined for an id that the store does not know", async () => {
    const { tracker } = track();
    expect(await tracker.open("none")).toBeUndefined();
  });
});

describe("gone", () => {
  it("returns a session whose saves write nothing", async () => {
    const { tracker, read, calls } = track();
    const session = tracker.gone("id");
    expect([session.id, session.status]).toEqual(["id", "gone"]);
    expect(await session.save({ n: 1 }, HOUR_MS)).toBe(false);
    expect(calls()).toEqual([]);
    expect(await read()).toBeUndefined();
  });
});

describe("put", () => {
  it("stores data under an id, whether a session is stored there or not", async () => {
    const { tracker, read, store } = track();
    await tracker.put("id", { n: 1 }, HOUR_MS);
    expect(await read()).toEqual({ n: 1 });
    await tracker.put("id", { m: 1 }, 2 * HOUR_MS);
    expect(await read()).toEqual({ m: 1 });
    expect((await store.get("id"))!.expiresAt).toBeGreaterThan(Date.now() + 2 * HOUR_MS - 5_000);
  });

  it("takes effect before later calls with the same id", async () => {
    const { tracker, read } = track();
    void tracker.put("id", { n: 1 }, HOUR_MS);
    expect((await tracker.open("id"))?.data).toEqual({ n: 1 });
    void tracker.put("id", { n: 2 }, HOUR_MS);
    expect(await tracker.destroy("id")).toBe(true);
    expect(await read()).toBeUndefined();
    expect(await tracker.destroy("id")).toBe(false);
  });

  it("reads the data before it returns", async () => {
    const { tracker, read } = track();
    const user = { name: "ann" };
    const put = tracker.put("id", { user }, HOUR_MS);
    user.name = "bob";
    await put;
    expect(await read()).toEqual({ user: { name: "ann" } });
  });

  it("tries again if another process creates or destroys the session meanwhile", async () => {
    const { tracker, store, read, calls } = track({}, (store) =>
      wrapped(store, {
        create: async (id, entry) => {
          await store.create(id, { ...entry, data: { theirs: 1 } });
          throw new SessionExistsError();
        },
      }),
    );
    await tracker.put("id", { n: 1 }, HOUR_MS);
    expect(calls()).toEqual(["update", "create", "update"]);
    expect(await read()).toEqual({ n: 1 });
    expect(await store.count()).toBe(1);
  });

  it("rejects at the deadline if the id is always taken", async () => {
    const never: Partial<SessionStore> = {
      update: async () => undefined,
      create: async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        throw new SessionExistsError();
      },
    };
    const store = Object.assign(wrapped(new MemoryStore(), never), { timeoutMs: 50 });
    const start = performance.now();
    await expect(new SessionTracker(store).put("id", {}, HOUR_MS)).rejects.toThrow(SessionExistsError);
    expect(performance.now() - start).toBeGreaterThanOrEqual(49);
  });

  it("rejects at once with any other error", async () => {
    const { tracker, calls } = track({}, (store) =>
      wrapped(store, { create: () => Promise.reject(new Error("down")) }),
    );
    await expect(tracker.put("id", {}, HOUR_MS)).rejects.toThrow("down");
    expect(calls()).toEqual(["update", "create"]);
  });
});

describe("a store that forbids scripts", () => {
  /** Returns a store that rejects calls with `ifVersion` while `forbids.value` is true, and the versions it got. */
  function scriptless() {
    const memory = new MemoryStore();
    const forbids = { value: true };
    const versions: boolean[] = [];
    const replaces: UpdateOptions["replaces"][] = [];
    const check = (options?: UpdateOptions) => {
      replaces.push(options?.replaces);
      versions.push(options?.ifVersion !== undefined);
      if (forbids.value && options?.ifVersion !== undefined) throw new ScriptsForbiddenError();
    };
    const store = wrapped(memory, {
      update: async (id, entry, options) => (check(options), memory.update(id, entry, options)),
      touch: async (id, entry, options) => (check(options), memory.touch(id, entry, options)),
    });
    const tracker = new SessionTracker(store, { name: "mine", touchAfterMs: 0 });
    const made = () => versions.splice(0);
    return { memory, forbids, tracker, made, replaced: () => replaces.splice(0) };
  }

  it("is written to without conflict detection, an event says so once, and it is tried again after 10 s", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    try {
      const { memory, forbids, tracker, made } = scriptless();
      const seen = seenEvents();
      const warnings: string[] = [];
      const warn = vi
        .spyOn(process, "emitWarning")
        .mockImplementation((text) => void warnings.push(String(text)));
      const session = tracker.create("id");
      await session.save({ n: 1 }, HOUR_MS);
      await session.save({ n: 2 }, HOUR_MS);
      expect(made()).toEqual([true, false]);
      await changeElsewhere(memory, "id", { theirs: 1 });
      await session.save({ n: 3 }, HOUR_MS);
      await session.touch(2 * HOUR_MS);
      expect(made()).toEqual([false, false]);
      expect((await memory.get("id"))!.data).toEqual({ n: 3 });
      expect(seen).toEqual([["conflict-detection-off", { adapter: "mine" }]]);
      vi.advanceTimersByTime(10_000);
      await session.save({ n: 4 }, 2 * HOUR_MS);
      expect(made()).toEqual([true, false]);
      vi.advanceTimersByTime(10_000);
      forbids.value = false;
      await session.save({ n: 5 }, 2 * HOUR_MS);
      await session.save({ n: 6 }, 2 * HOUR_MS);
      expect(made()).toEqual([true, true]);
      expect(warnings).toEqual([expect.stringContaining("the session store forbids scripts")]);
      forbids.value = true;
      await session.save({ n: 7 }, 2 * HOUR_MS);
      expect(warnings).toHaveLength(2);
      warn.mockRestore();
    } finally {
      vi.useRealTimers();
    }
  });

  it("is told which session a new one continues, with a version or without", async () => {
    const { memory, tracker, replaced } = scriptless();
    await memory.create("id", { data: { user: "ann" }, expiresAt: Date.now() + HOUR_MS });
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const session = await (await tracker.open("id"))!.regenerate("new");
    await session.save({}, HOUR_MS);
    await session.save({ user: "ann" }, HOUR_MS);
    warn.mockRestore();
    expect(replaced()).toEqual([{ data: { user: "ann" } }, { data: { user: "ann" } }]);
  });

  it("is touched without a version", async () => {
    const { memory, tracker, made } = scriptless();
    await memory.create("id", { data: {}, expiresAt: Date.now() + HOUR_MS });
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    expect(await (await tracker.open("id"))!.touch(2 * HOUR_MS)).toBe(true);
    warn.mockRestore();
    expect(made()).toEqual([true, false]);
    expect((await memory.get("id"))!.expiresAt).toBeGreaterThan(Date.now() + HOUR_MS + 5_000);
  });
});
