import { createStore } from "sessionary";
import { describe, expect, test } from "vitest";
import { Browser } from "../browser.js";
import { latch } from "../latch.js";
import { FRAMEWORKS_AND_STORES, emptyStores } from "../stores.js";
import { FRAMEWORKS, startApp, type Visit } from "../support.js";
import { spied } from "../wrapped-store.js";

const HOUR_MS = 3_600_000;
const near = (actual: number | undefined, expected: number) =>
  expect(Math.abs(actual! - expected)).toBeLessThan(30_000);

describe.each(FRAMEWORKS_AND_STORES)("%s on the %s store", (framework, kind) => {
  const emptyStore = emptyStores(kind);

  async function started() {
    const store = emptyStore();
    const app = await startApp(framework, store, {
      cookie: { maxAge: HOUR_MS },
      rolling: true,
      touchAfterMs: 0,
    });
    const browser = new Browser();
    const { result: id } = await browser.visit(app, (v) => ((v.session.name = "ann"), v.id));
    return { app, browser, lifetimeMs: async () => (await store.get(id))!.expiresAt - Date.now() };
  }

  const LIFETIMES: [string, number][] = [
    ["remember me (30 days)", 720 * HOUR_MS],
    ["forget me (60 s)", 60_000],
  ];
  const OTHERS: [string, (v: Visit) => void][] = [
    ["an unchanged request", () => {}],
    ["a writing request", (v) => void (v.session.other = 1)],
  ];
  const cases = LIFETIMES.flatMap(([name, ms]) =>
    OTHERS.flatMap(([other, visit]) =>
      [true, false].map((last): [string, string, string, number, (v: Visit) => void, boolean] => [
        name,
        other,
        last ? "ends after it" : "ends before it",
        ms,
        visit,
        last,
      ]),
    ),
  );
  test.each(cases)("%s holds, crossed by %s that %s", async (_name, _other, _when, ms, visit, last) => {
    const { app, browser, lifetimeMs } = await started();
    const held = latch();
    const change = (v: Visit) => void ((v.cookie.maxAge = ms), (v.session.remembered = 1));
    const slow = browser.twin().visit(app, async (v) => {
      if (!last) change(v);
      await held.wait();
      if (last) visit(v);
    });
    await held.reached;
    await browser.visit(app, (v) => (last ? change(v) : visit(v)));
    held.open();
    await slow;
    near(await lifetimeMs(), ms);
  });

  test.each(LIFETIMES)("%s stays an idle timeout", async (_name, ms) => {
    const { app, browser, lifetimeMs } = await started();
    await browser.visit(app, (v) => void ((v.cookie.maxAge = ms), (v.session.remembered = 1)));
    const before = await lifetimeMs();
    await new Promise((resolve) => setTimeout(resolve, 200));
    const { result } = await browser.visit(app, (v) => v.cookie.originalMaxAge);
    expect(Math.abs(result! - ms)).toBeLessThan(100); // express-session computes it from the clock
    expect(await lifetimeMs()).toBeGreaterThan(before - 100);
  });

  test("a request that is longer than the idle timeout ends no session that others keep alive", async () => {
    const store = emptyStore();
    // Set-Cookie names seconds: a shorter session would end in the browser at once.
    const app = await startApp(framework, store, { cookie: { maxAge: 4_000 }, rolling: true });
    const browser = new Browser();
    const { result: id } = await browser.visit(app, (v) => ((v.session.name = "ann"), v.id));
    const held = latch();
    const slow = browser.twin().visit(app, () => held.wait());
    await held.reached;
    for (let visit = 0; visit < 6; visit++) {
      await new Promise((resolve) => setTimeout(resolve, 800));
      await browser.visit(app, () => {});
    }
    const before = (await store.get(id))!.expiresAt;
    held.open();
    await slow;
    expect((await store.get(id))!.expiresAt).toBeGreaterThan(before - 5); // Redis tells milliseconds left
    expect((await browser.visit(app, (v) => v.session.name)).result).toBe("ann");
  });
});

describe.each(FRAMEWORKS)("%s", (framework) => {
  test("near the end of absoluteTimeoutMs unchanged requests write nothing", async () => {
    const inner = createStore("memory:", { absoluteTimeoutMs: HOUR_MS });
    const { store, calls } = spied(inner);
    Object.defineProperty(store, "absoluteTimeoutMs", { value: HOUR_MS });
    const app = await startApp(framework, store, { cookie: { maxAge: 2 * HOUR_MS }, touchAfterMs: 0 });
    const browser = new Browser();
    await browser.visit(app, (v) => void (v.session.name = "ann"));
    calls();
    for (let visit = 0; visit < 5; visit++) await browser.visit(app, () => {});
    expect(calls().filter((call) => call !== "get")).toEqual([]);
  });
});
