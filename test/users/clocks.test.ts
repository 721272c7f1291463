import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { Stores, entry, userIdOf } from "./stores.js";

const stores = new Stores();
afterEach(async () => {
  vi.restoreAllMocks();
  await stores.reset();
});
afterAll(() => stores.close());

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Sets the system's clock off by so much. */
function setClock(byMs: number): void {
  vi.restoreAllMocks();
  const now = Date.now;
  vi.spyOn(Date, "now").mockImplementation(() => now() + byMs);
}

describe("MemoryStore, when the system's clock is set", () => {
  it.each([2 * HOUR_MS, -2 * HOUR_MS])(
    "by %i ms, still lists, limits and destroys a user's sessions",
    async (step) => {
      const store = await stores.open("memory", { userIdOf, maxPerUser: 2 });
      for (const id of ["a", "b"]) await store.create(id, entry({ user: "ann", id }, 10 * HOUR_MS));
      setClock(step);
      expect((await store.listByUser("ann")).map(({ data }) => data.id)).toEqual(["a", "b"]);
      await store.create("c", entry({ user: "ann", id: "c" }, 10 * HOUR_MS));
      expect((await store.listByUser("ann")).map(({ data }) => data.id)).toEqual(["b", "c"]);
      setClock(0);
      expect(await store.destroyByUser("ann")).toBe(2);
      expect(await store.count()).toBe(0);
    },
  );

  it.each([
    ["back, keeps a session no longer than absoluteTimeoutMs", -2 * HOUR_MS, HOUR_MS],
    ["forward, counts the step as time that has passed", 20 * MINUTE_MS, 40 * MINUTE_MS],
  ])("%s", async (_name, step, expectedMs) => {
    const store = await stores.open("memory", { absoluteTimeoutMs: HOUR_MS });
    await store.create("id", entry({}, 30 * MINUTE_MS));
    setClock(step);
    expect(await store.touch("id", entry({}, 10 * HOUR_MS))).toBe(true);
    const leftMs = (await store.get("id"))!.expiresAt - Date.now();
    expect(Math.abs(leftMs - expectedMs)).toBeLessThan(MINUTE_MS);
  });
});

describe("absoluteTimeoutMs in Redis, when servers' clocks differ", () => {
  const lifeOf = async (createdBy: number, touchedBy: number) => {
    const server = await stores.redis();
    const store = await stores.open("redis", { absoluteTimeoutMs: 10 * MINUTE_MS });
    setClock(createdBy);
    await store.create("id", entry());
    await server.command("PEXPIRE", "sess:id", 5 * MINUTE_MS); // as when a part of it had passed
    setClock(touchedBy);
    await store.touch("id", entry());
    const left = Number(await server.command("PTTL", "sess:id"));
    await store.clear();
    return left / MINUTE_MS;
  };

  it("gives a session no more than absoluteTimeoutMs with any write", async () => {
    expect(await lifeOf(MINUTE_MS, -MINUTE_MS)).toBeLessThanOrEqual(10);
    expect(await lifeOf(HOUR_MS, -HOUR_MS)).toBeLessThanOrEqual(10);
  });

  it("a life is off by no more than what the clocks of the creating and the touching server differ", async () => {
    expect(await lifeOf(-MINUTE_MS, MINUTE_MS)).toBeCloseTo(8, 1);
    const server = await stores.redis();
    const store = await stores.open("redis", { absoluteTimeoutMs: 10 * MINUTE_MS });
    setClock(MINUTE_MS);
    await store.create("late", entry());
    let lived = 0;
    // Touched every minute by the one that is behind, each minute passing for all.
    for (; lived < 20; lived++) {
      setClock(lived * MINUTE_MS - MINUTE_MS);
      if (!(await store.touch("late", entry()))) break;
      await server.command("PEXPIRE", "sess:late", 20 * MINUTE_MS);
    }
    expect(lived).toBe(12);
  });
});

it("a session that is older than absoluteTimeoutMs is a miss on a Redis that takes no writes", async () => {
  const server = await stores.redis();
  const store = await stores.open("redis", { absoluteTimeoutMs: MINUTE_MS });
  await store.create("id", entry());
  await server.command("CONFIG", "SET", "min-replicas-to-write", "1");
  try {
    setClock(2 * MINUTE_MS);
    expect(await store.get("id")).toBeUndefined();
  } finally {
    await server.command("CONFIG", "SET", "min-replicas-to-write", "0");
  }
});
