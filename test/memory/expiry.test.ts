import os from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MemoryStore, createStore, type SessionData } from "sessionary";
import { watchEvictions } from "./evictions.js";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const EXPIRED = { store: "memory", reason: "expired" };

describe("MemoryStore's sweep", () => {
  let now: number;
  let store: MemoryStore;
  const entry = (lifetimeMs: number) => ({ data: { n: 1 }, expiresAt: now + lifetimeMs });
  const seconds = (count: number) => vi.advanceTimersByTime(count * 1_000);

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    now = Date.UTC(2030, 0);
    store = new MemoryStore({ now: () => now });
  });
  afterEach(async () => {
    await store.close();
    vi.useRealTimers();
  });

  it("drops what has expired without its being read, a bounded number at a time", async () => {
    const evicted = watchEvictions();
    for (let n = 0; n < 5_000; n++) await store.create(`long-${n}`, entry(HOUR_MS));
    for (let n = 0; n < 5_000; n++) await store.create(`short-${n}`, entry(60_000));
    seconds(10);
    expect(evicted).toEqual([]);
    now += 60_000;
    const perSecond: number[] = [];
    while (evicted.length < 5_000 && perSecond.length < 20) {
      const before = evicted.length;
      seconds(1);
      perSecond.push(evicted.length - before);
    }
    expect(evicted).toEqual(Array(5_000).fill(EXPIRED));
    expect(Math.max(...perSecond)).toBeLessThanOrEqual(2_000);
    expect(await store.count()).toBe(5_000);
  });

  it("keeps up however many sessions there are, and however often they are read", async () => {
    const evicted = watchEvictions();
    for (let n = 0; n < 60_000; n++) await store.create(`idle-${n}`, entry(HOUR_MS));
    for (let n = 0; n < 2_000; n++) await store.create(`read-${n}`, entry(HOUR_MS));
    const passSecond = async () => {
      for (let quarter = 0; quarter < 4; quarter++) {
        for (let n = 0; n < 2_000; n++) await store.get(`read-${n}`);
        now += 250;
        vi.advanceTimersByTime(250);
      }
    };
    for (let second = 0; second < 10; second++) {
      for (let n = 0; n < 3_000; n++) await store.create(`short-${second}-${n}`, entry(1_000));
      await passSecond();
    }
    for (let second = 0; second < 11; second++) await passSecond();
    expect(evicted).toHaveLength(30_000);
    expect(await store.count()).toBe(62_000);
  }, 60_000);

  it("finds every expired one while others come, go and move", async () => {
    const evicted = watchEvictions();
    let seed = 1;
    const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
    let created = 0;
    let destroyed = 0;
    for (let n = 0; n < 20_000; n++) {
      const id = `s${random(8_000)}`;
      const lifetimeMs = 1 + random(300_000);
      if (random(4) === 0) destroyed += Number(await store.destroy(id));
      else if (!(await store.touch(id, entry(lifetimeMs)))) {
        await store.create(id, entry(lifetimeMs));
        created++;
      }
      if (n % 100 === 0) {
        now += 1_000;
        seconds(1);
      }
    }
    const before = evicted.length;
    now += 300_001;
    seconds(20);
    expect(evicted.length).toBe(created - destroyed);
    for (const count of [destroyed, before, evicted.length - before]) expect(count).toBeGreaterThan(100);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("takes no session for an expired one that had its id", async () => {
    for (let n = 0; n < 2_001; n++) await store.create(`s${n}`, entry(60_000));
    seconds(1); // it stops in the middle of a walk, as after every batch
    const ids = [...Array(2_001).keys()].map((n) => `s${n}`);
    for (const id of ids) {
      await store.destroy(id);
      await store.create(id, entry(HOUR_MS));
    }
    now += 120_000;
    seconds(3);
    expect(await store.count()).toBe(2_001);
  });

  it("keeps pace with short sessions, so that none of them costs an idle long one its place", async () => {
    const evicted = watchEvictions();
    const crowded = new MemoryStore({ maxEntries: 60_000, now: () => now });
    for (let n = 0; n < 20_000; n++) await crowded.create(`long-${n}`, entry(30 * DAY_MS));
    for (let n = 0; n < 80_000; n++) {
      await crowded.create(`short-${n}`, entry(5_000));
      if (n % 1_000 === 0) {
        now += 1_000;
        seconds(1);
      }
    }
    expect(evicted.filter(({ reason }) => reason === "capacity")).toEqual([]);
    expect(evicted.length).toBeGreaterThan(40_000);
    await crowded.close();
  });

  it("has one timer while there are sessions, and none while there are not", async () => {
    expect(vi.getTimerCount()).toBe(0);
    await store.create("over", entry(-1));
    expect(vi.getTimerCount()).toBe(0);
    for (const id of ["a", "b", "c"]) await store.create(id, entry(30 * DAY_MS));
    expect(vi.getTimerCount()).toBe(1);
    for (const id of ["a", "b", "c"]) await store.destroy(id);
    seconds(1);
    expect(vi.getTimerCount()).toBe(0);
    await store.create("a", entry(60_000));
    expect(vi.getTimerCount()).toBe(1);
    await store.clear();
    seconds(1);
    expect(vi.getTimerCount()).toBe(0);
    await store.create("a", entry(60_000));
    await store.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("leaves a session of 30 days its 30 days", async () => {
    const month = entry(30 * DAY_MS);
    await store.create("month", month);
    for (let day = 1; day < 30; day++) {
      now += DAY_MS;
      seconds(5);
      expect(await store.get("month")).toMatchObject({ expiresAt: month.expiresAt });
    }
    now += DAY_MS - 1;
    expect(await store.count()).toBe(1);
    now += 1;
    seconds(1);
    expect(await store.get("month")).toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("MemoryStore on the system's clock", () => {
  let wall: number;
  let elapsed: number;
  let uptime: number;
  const pass = (ms: number) => {
    wall += ms;
    elapsed += ms;
    uptime += ms;
  };
  /** As on Linux, where the monotonic clock stops and the uptime does not. */
  const suspend = (ms: number) => {
    wall += ms;
    uptime += ms;
  };
  const entry = (lifetimeMs: number) => ({ data: { n: 1 }, expiresAt: wall + lifetimeMs });

  beforeEach(() => {
    wall = Date.UTC(2030, 0);
    elapsed = 1_234.5;
    uptime = 10 * DAY_MS;
    vi.spyOn(os, "uptime").mockImplementation(() => uptime / 1_000);
    vi.spyOn(Date, "now").mockImplementation(() => wall);
    vi.spyOn(performance, "now").mockImplementation(() => elapsed);
  });
  afterEach(() => vi.restoreAllMocks());

  it("ends sessions on time when that clock is set back", async () => {
    const store = new MemoryStore();
    const { expiresAt } = entry(60_000);
    await store.create("created", entry(60_000));
    await store.create("updated", entry(1_000));
    await store.update("updated", entry(60_000));
    await store.create("touched", entry(1_000));
    await store.touch("touched", entry(60_000));
    pass(30_000);
    wall -= HOUR_MS;
    for (const id of ["created", "updated", "touched"]) {
      // The end as that clock will show it.
      expect(await store.get(id)).toMatchObject({ expiresAt: expiresAt - HOUR_MS });
    }
    // What is written now goes by the new time.
    await store.create("later", entry(60_000));
    pass(29_999);
    expect(await store.count()).toBe(4);
    pass(1);
    expect(await store.count()).toBe(1);
    for (const id of ["created", "updated", "touched"]) expect(await store.get(id)).toBeUndefined();
    pass(29_999);
    expect(await store.get("later")).toMatchObject({ expiresAt: wall + 1 });
    pass(1);
    expect(await store.get("later")).toBeUndefined();
    await store.close();
  });

  it("extends a session that was stored before that clock was set back", async () => {
    const store = new MemoryStore();
    await store.create("s", entry(60_000));
    wall -= HOUR_MS;
    const extended = entry(90_000);
    await store.touch("s", extended);
    expect(await store.get("s")).toMatchObject({ expiresAt: extended.expiresAt });
    pass(89_999);
    expect(await store.count()).toBe(1);
    pass(1);
    expect(await store.count()).toBe(0);
    await store.close();
  });

  it("ends sessions on time when the machine was suspended, which stops the monotonic clock", async () => {
    const userIdOf = ({ user }: SessionData) => user as string;
    const store = createStore("memory:", { userIdOf, absoluteTimeoutMs: 2 * HOUR_MS });
    const { expiresAt } = entry(90 * 60_000);
    for (const id of ["read", "listed", "swept", "absolute"])
      await store.create(id, { data: { user: id }, expiresAt });
    suspend(80 * 60_000);
    expect(await store.get("read")).toMatchObject({ expiresAt });
    await store.touch("absolute", { data: { user: "absolute" }, expiresAt: wall + 10 * HOUR_MS });
    suspend(10 * 60_000 - 1);
    expect(await store.count()).toBe(4);
    suspend(1);
    expect(await store.get("read")).toBeUndefined();
    expect(await store.listByUser("listed")).toEqual([]);
    expect(await store.count()).toBe(1);
    suspend(30 * 60_000);
    expect(await store.get("absolute")).toBeUndefined();
    await store.close();
  });

  it("ends sessions on time when that clock is set and the machine is suspended", async () => {
    for (const step of [HOUR_MS, -HOUR_MS]) {
      const store = new MemoryStore();
      await store.create("s", entry(5 * HOUR_MS));
      suspend(HOUR_MS);
      wall += step;
      expect(await store.count()).toBe(1);
      pass(HOUR_MS);
      suspend(HOUR_MS);
      expect(await store.get("s")).toMatchObject({ expiresAt: wall + 2 * HOUR_MS });
      wall += step;
      suspend(2 * HOUR_MS - 1);
      expect(await store.count()).toBe(1);
      pass(1);
      expect(await store.count()).toBe(0);
      await store.close();
    }
  });

  it.each([
    ["forward", HOUR_MS],
    ["back", -HOUR_MS],
  ])("leaves a session of 30 days its time when that clock is set %s an hour", async (_, step) => {
    const store = new MemoryStore();
    const month = entry(30 * DAY_MS);
    await store.create("month", month);
    pass(10 * DAY_MS);
    wall += step;
    expect(await store.get("month")).toMatchObject({ expiresAt: month.expiresAt + step });
    pass(20 * DAY_MS - 1);
    expect(await store.get("month")).toMatchObject({ expiresAt: month.expiresAt + step });
    pass(1);
    expect(await store.get("month")).toBeUndefined();
    await store.close();
  });

  it("leaves a session of 30 days its time when that clock is set an hour and corrected", async () => {
    for (const step of [HOUR_MS, -HOUR_MS]) {
      const store = new MemoryStore();
      const month = entry(30 * DAY_MS);
      await store.create("month", month);
      pass(10 * DAY_MS);
      wall += step;
      expect(await store.count()).toBe(1);
      pass(10 * DAY_MS);
      wall -= step;
      pass(10 * DAY_MS - 1);
      expect(await store.get("month")).toMatchObject({ expiresAt: month.expiresAt });
      pass(1);
      expect(await store.get("month")).toBeUndefined();
      await store.close();
    }
  });

  it("ends sessions early rather than late when that clock is set on a system without an uptime", async () => {
    vi.spyOn(os, "uptime").mockImplementation(() => {
      throw new Error("ENOSYS");
    });
    const store = new MemoryStore();
    await store.create("s", entry(2 * HOUR_MS));
    wall += HOUR_MS;
    expect(await store.count()).toBe(1);
    pass(HOUR_MS);
    expect(await store.count()).toBe(0);
    await store.create("s", entry(2 * HOUR_MS));
    wall -= HOUR_MS;
    pass(2 * HOUR_MS - 1);
    expect(await store.count()).toBe(1);
    pass(1);
    expect(await store.count()).toBe(0);
    await store.close();
  });

  it("gives a session's end as it was written, however long the process stands between two looks at the clocks", async () => {
    const store = new MemoryStore();
    const { expiresAt } = entry(60_000);
    vi.spyOn(Date, "now").mockImplementation(() => {
      const now = wall;
      pass(7.3);
      return Math.trunc(now);
    });
    await store.create("s", { data: {}, expiresAt });
    for (let reads = 0; reads < 3; reads++) expect(await store.get("s")).toMatchObject({ expiresAt });
    await store.touch("s", { data: {}, expiresAt: expiresAt + 1 });
    expect(await store.get("s")).toMatchObject({ expiresAt: expiresAt + 1 });
    await store.close();
  });
});

describe("MemoryStore", () => {
  it("sets no timer for an expiry: none is too long", async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on("warning", onWarning);
    const store = new MemoryStore();
    for (const days of [24, 25, 30, 36_500]) {
      await store.create(`d${days}`, { data: {}, expiresAt: Date.now() + days * DAY_MS });
    }
    await sleep(20);
    expect(await store.count()).toBe(4);
    expect(warnings).toEqual([]);
    process.off("warning", onWarning);
    await store.close();
  });

  it("goes by a clock that is replaced after it was made, as tests with fake timers do", async () => {
    const store = new MemoryStore();
    vi.useFakeTimers({ toFake: ["Date", "performance"], now: Date.UTC(2040, 0) });
    try {
      const expiresAt = Date.now() + 60_000;
      await store.create("a", { data: {}, expiresAt });
      vi.advanceTimersByTime(59_999);
      expect(await store.get("a")).toMatchObject({ expiresAt });
      vi.advanceTimersByTime(1);
      expect(await store.get("a")).toBeUndefined();
    } finally {
      vi.useRealTimers();
      await store.close();
    }
  });
});
