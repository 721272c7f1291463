import type { SessionStore } from "sessionary";
import { describe, expect, test } from "vitest";
import { waitUntil } from "../support/wait-until.js";
import { Browser } from "./browser.js";
import { seenEvents } from "./events.js";
import { emptyStores, FRAMEWORKS_AND_STORES } from "./stores.js";
import { startApp, type AppOptions } from "./support.js";
import { stored } from "./wrapped-store.js";
import { setExpiry } from "../support/set-expiry.js";

const HOUR_MS = 3_600_000;

/** Ways for a session to be gone while a request holds it. */
const ENDS: [string, (store: SessionStore, id: string) => Promise<unknown>][] = [
  ["was destroyed", (store, id) => store.destroy(id)],
  ["was cleared with all others", (store) => store.clear()],
  ["has expired", (store, id) => expire(store, id)],
];

async function expire(store: SessionStore, id: string): Promise<void> {
  await setExpiry(store, id, Date.now() + 30);
  await waitUntil("it has expired", async () => (await store.get(id)) === undefined);
}

describe.each(FRAMEWORKS_AND_STORES)("%s on the %s store", (framework, kind) => {
  const emptyStore = emptyStores(kind);

  async function loggedIn(options: AppOptions = {}) {
    const store = emptyStore();
    const app = await startApp(framework, store, { cookie: { maxAge: HOUR_MS }, ...options });
    const browser = new Browser();
    const { result: id } = await browser.visit(app, (v) => ((v.session.name = "ann"), v.id));
    return { store, app, browser, id };
  }

  describe.each(ENDS)("a session that %s", (_, end) => {
    test("is not brought back by a save", async () => {
      const { store, app, browser, id } = await loggedIn();
      const seen = seenEvents();
      const { status, result } = await browser.visit(app, async (v) => {
        await end(store, id);
        v.session.late = true;
        return "fine";
      });
      expect([status, result]).toEqual([200, "fine"]);
      expect(app.errors).toEqual([]);
      expect(await store.count()).toBe(0);
      expect(seen.filter(([event]) => event !== "evicted")).toEqual([
        ["save-dropped", { operation: "save" }],
      ]);
    });

    test("is not brought back by a touch", async () => {
      const { store, app, browser, id } = await loggedIn({ touchAfterMs: 0, rolling: true });
      const seen = seenEvents();
      const { status } = await browser.visit(app, () => end(store, id).then(() => {}));
      expect([status, app.errors]).toEqual([200, []]);
      expect(await store.count()).toBe(0);
      expect(seen.filter(([event]) => event !== "evicted")).toEqual([
        ["save-dropped", { operation: "touch" }],
      ]);
    });

    test("is not brought back by a save in the middle of the request and one at its end", async () => {
      const { store, app, browser, id } = await loggedIn();
      const { status } = await browser.visit(app, async (v) => {
        v.session.first = true;
        await end(store, id);
        await v.save();
        v.session.second = true;
      });
      expect([status, app.errors]).toEqual([200, []]);
      expect(await store.count()).toBe(0);
    });

    test("is not brought back when it was saved in the request before", async () => {
      const { store, app } = await loggedIn();
      await store.clear();
      await new Browser().visit(app, async (v) => {
        v.session.name = "bob";
        await v.save();
        await end(store, v.id);
        v.session.late = true;
      });
      expect(await store.count()).toBe(0);
    });
  });

  test("a logout by another request ends the session for one that is still under way", async () => {
    const { store, app, browser } = await loggedIn();
    const { status } = await browser.visit(app, async (v) => {
      await browser.twin().visit(app, (other) => other.destroy());
      v.session.late = true;
    });
    expect([status, await store.count()]).toEqual([200, 0]);
    expect((await browser.visit(app, (v) => v.session.name ?? "nobody")).result).toBe("nobody");
  });

  test("a save that crosses regenerate leaves the old id dead and the new session alone", async () => {
    const { store, app, browser, id } = await loggedIn();
    const tab = browser.twin();
    let newId = "";
    const { status } = await browser.visit(app, async (v) => {
      const regenerated = await tab.visit(app, async (other) => {
        await other.regenerate();
        other.session.name = "ann, logged in";
        return other.id;
      });
      newId = regenerated.result;
      v.session.late = true;
    });
    expect(status).toBe(200);
    expect(newId).not.toBe(id);
    expect(await stored(store, id)).toBeUndefined();
    expect(await stored(store, newId)).toEqual({ name: "ann, logged in" });
    expect(await store.count()).toBe(1);
  });

  test("a reload of a session that is gone does not bring it back", async () => {
    const { store, app, browser, id } = await loggedIn();
    await browser.visit(app, async (v) => {
      await store.destroy(id);
      await v.reload().catch(() => {}); // express-session calls it an error, @fastify/session does not
      v.session.late = true;
      await v.save();
    });
    expect(app.errors).toEqual([]);
    expect(await store.count()).toBe(0);
  });

  test("a handler that keeps the session it destroyed can't save it", async () => {
    const { store, app, browser } = await loggedIn();
    const seen = seenEvents();
    await browser.visit(app, async (v) => {
      const kept = v.session as unknown as { save(callback: (error: unknown) => void): void; late: boolean };
      await v.destroy();
      kept.late = true;
      await new Promise((resolve) => kept.save(resolve));
    });
    expect(await store.count()).toBe(0);
    expect(seen).toEqual([["save-dropped", { operation: "save" }]]);
  });
});
