import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { createStore } from "sessionary";
import { Browser } from "../adapters/browser.js";
import { FRAMEWORKS, startApp } from "../adapters/support.js";
import { userIdOf } from "./stores.js";

const HOUR_MS = 3_600_000;

describe.each(FRAMEWORKS)("regenerate under %s", (framework) => {
  test("gives a session its whole absoluteTimeoutMs anew, and one place in its user's list", async () => {
    const store = createStore("memory:", { userIdOf, absoluteTimeoutMs: HOUR_MS });
    const app = await startApp(framework, store, { cookie: { maxAge: 8 * HOUR_MS } });
    const browser = new Browser();
    const { result: before } = await browser.visit(app, (v) => ((v.session.n = 1), v.id));
    const first = (await store.get(before))!.expiresAt;
    await sleep(50);
    await browser.visit(app, (v) => void (v.session.n = 2));
    expect((await store.get(before))!.expiresAt).toBeLessThanOrEqual(first + 5);
    const { result: after } = await browser.visit(app, async (v) => {
      await v.regenerate();
      v.session.user = "ann";
      return v.id;
    });
    expect(await store.get(before)).toBeUndefined();
    expect((await store.get(after))!.expiresAt).toBeGreaterThanOrEqual(first + 50);
    expect(await store.listByUser("ann")).toHaveLength(1);
    await store.close();
  });
});
