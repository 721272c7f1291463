import { SessionConflictError } from "sessionary";
import { describe, expect, test } from "vitest";
import { waitUntil } from "../support/wait-until.js";
import { Browser } from "./browser.js";
import { seenEvents } from "./events.js";
import { emptyStores, FRAMEWORKS_AND_STORES } from "./stores.js";
import { startApp, type AppOptions, type Handler, type Visit } from "./support.js";
import { stored } from "./wrapped-store.js";

const HOUR_MS = 3_600_000;

describe.each(FRAMEWORKS_AND_STORES)("%s on the %s store", (framework, kind) => {
  const emptyStore = emptyStores(kind);

  async function loggedIn(options: AppOptions = {}, fields: Record<string, unknown> = { name: "ann" }) {
    const store = emptyStore();
    const app = await startApp(framework, store, options);
    const browser = new Browser();
    const { result: id } = await browser.visit(app, (v) => {
      Object.assign(v.session, fields);
      return v.id;
    });
    const otherTab = browser.twin();
    return { store, app, browser, id, meanwhile: (run: Handler<Visit, unknown>) => otherTab.visit(app, run) };
  }

  test("merge, the default, writes only what the request changed", async () => {
    const { store, app, browser, id, meanwhile } = await loggedIn();
    const seen = seenEvents();
    const { status } = await browser.visit(app, async (v) => {
      await meanwhile((other) => void (other.session.theirs = 1));
      v.session.mine = 2;
    });
    expect([status, app.errors]).toEqual([200, []]);
    expect(await stored(store, id)).toEqual({ name: "ann", theirs: 1, mine: 2 });
    expect(seen).toEqual([["conflict-merged", { attempts: 1 }]]);
  });

  test("merge: on the same field the later write wins", async () => {
    const { store, app, browser, id, meanwhile } = await loggedIn();
    await browser.visit(app, async (v) => {
      await meanwhile((other) => void Object.assign(other.session, { name: "first", theirs: 1 }));
      v.session.name = "last";
    });
    expect(await stored(store, id)).toEqual({ name: "last", theirs: 1 });
  });

  test("merge: deleting a field is a change, on either side", async () => {
    const { store, app, browser, id, meanwhile } = await loggedIn({}, { a: 1, b: 2, c: 3 });
    await browser.visit(app, async (v) => {
      await meanwhile((other) => void delete other.session.a);
      delete v.session.b;
    });
    expect(await stored(store, id)).toEqual({ c: 3 });
  });

  test("merge: a change inside of a nested object is one of its field", async () => {
    const { store, app, browser, id, meanwhile } = await loggedIn({}, { cart: ["tea"], seen: {} });
    await browser.visit(app, async (v) => {
      await meanwhile((other) => void ((other.session.seen as Record<string, boolean>).home = true));
      (v.session.cart as string[]).push("milk");
    });
    expect(await stored(store, id)).toEqual({ cart: ["tea", "milk"], seen: { home: true } });
  });

  test("a change inside of a nested object is seen without a conflict, too", async () => {
    const { app, browser } = await loggedIn({}, { cart: { items: ["tea"] } });
    await browser.visit(app, (v) => void (v.session.cart as { items: string[] }).items.push("milk"));
    expect((await browser.visit(app, (v) => v.session.cart)).result).toEqual({ items: ["tea", "milk"] });
  });

  test("a save after a merge keeps what was merged in", async () => {
    const { store, app, browser, id, meanwhile } = await loggedIn();
    await browser.visit(app, async (v) => {
      await meanwhile((other) => void (other.session.x = 1));
      v.session.y = 2;
      await v.save();
      expect(await stored(store, id)).toEqual({ name: "ann", x: 1, y: 2 });
      v.session.z = 3;
    });
    expect(await stored(store, id)).toEqual({ name: "ann", x: 1, y: 2, z: 3 });
  });

  test("after a merge, what others then undo stays undone", async () => {
    const { store, app, browser, id, meanwhile } = await loggedIn();
    await browser.visit(app, async (v) => {
      await meanwhile((other) => void (other.session.x = 1));
      v.session.y = 2;
      await v.save();
      // The very text that this request loaded is stored again.
      await meanwhile((other) => void (delete other.session.x, delete other.session.y));
      v.session.z = 3;
    });
    expect(await stored(store, id)).toEqual({ name: "ann", z: 3 });
  });

  test.each(["the request", "the other"])("merge: the cookie's later expiry holds, set by %s", async (by) => {
    const month = (v: Visit) => void (v.cookie.maxAge = 30 * 24 * HOUR_MS);
    const { store, app, browser, id, meanwhile } = await loggedIn({ cookie: { maxAge: HOUR_MS } });
    await browser.visit(app, async (v) => {
      await meanwhile((other) => (by === "the other" ? month(other) : void (other.session.theirs = 1)));
      v.session.mine = 2;
      if (by === "the request") month(v);
    });
    const record = await store.get(id);
    const { expires, originalMaxAge } = record!.data.cookie as { expires: string; originalMaxAge: number };
    expect(record!.data).toMatchObject({ mine: 2, ...(by === "the request" && { theirs: 1 }) });
    expect(record!.expiresAt).toBeGreaterThan(Date.now() + 29 * 24 * HOUR_MS);
    expect(Math.abs(Date.parse(expires) - record!.expiresAt)).toBeLessThan(1_000);
    expect(originalMaxAge).toBeGreaterThan(29 * 24 * HOUR_MS);
  });

  test("merge: a longer cookie holds against a request whose framework adds attributes to it", async () => {
    const { store, app, browser, id, meanwhile } = await loggedIn({ cookie: { maxAge: HOUR_MS } });
    const expiresAt = Date.now() + HOUR_MS;
    // As express-session writes it: @fastify/session's own has sameSite, secure and domain as well.
    const cookie = { originalMaxAge: HOUR_MS, expires: new Date(expiresAt), httpOnly: true, path: "/" };
    await store.update(id, { data: { cookie, name: "ann" }, expiresAt });
    await browser.visit(app, async (v) => {
      await meanwhile((other) => void (other.cookie.maxAge = 30 * 24 * HOUR_MS));
      v.session.mine = 1;
    });
    const record = await store.get(id);
    expect(record?.data).toMatchObject({ name: "ann", mine: 1 });
    const { originalMaxAge } = record!.data.cookie as { originalMaxAge: number };
    expect(originalMaxAge).toBeGreaterThan(29 * 24 * HOUR_MS);
  });

  test("overwrite writes all fields as the request has them, without a conflict", async () => {
    const { store, app, browser, id, meanwhile } = await loggedIn({ onConflict: "overwrite" });
    const seen = seenEvents();
    await browser.visit(app, async (v) => {
      await meanwhile((other) => void (other.session.theirs = 1));
      v.session.mine = 2;
    });
    expect(await stored(store, id)).toEqual({ name: "ann", mine: 2 });
    expect(seen).toEqual([]);
  });

  test("reject fails the save, and the first one stands", async () => {
    const { store, app, browser, id, meanwhile } = await loggedIn({ onConflict: "reject" });
    const seen = seenEvents();
    await browser.visit(app, async (v) => {
      await meanwhile((other) => void (other.session.theirs = 1));
      v.session.mine = 2;
      await expect(v.save()).rejects.toBeInstanceOf(SessionConflictError);
      await v.reload();
      v.session.again = 3;
    });
    expect(app.errors).toEqual([]);
    expect(await stored(store, id)).toEqual({ name: "ann", theirs: 1, again: 3 });
    expect(seen).toEqual([
      ["conflict-rejected", { attempts: 1 }],
      ["write-failed", { operation: "save", code: "ERR_SESSION_CONFLICT" }],
    ]);
  });

  test("reject at the end of the request reaches the error handling", async () => {
    const { app, browser, meanwhile } = await loggedIn({ onConflict: "reject" });
    await browser.visit(app, async (v) => {
      await meanwhile((other) => void (other.session.theirs = 1));
      v.session.mine = 2;
    });
    await waitUntil("the error handler is called", () => app.errors.length > 0);
    for (const error of app.errors) expect(error).toBeInstanceOf(SessionConflictError);
  });

  test.each(["new", "loaded"])("saves of one %s session that overlap take turns", async (which) => {
    const { store, app, browser } = await loggedIn();
    const { status, result: id } = await (which === "new" ? new Browser() : browser).visit(app, async (v) => {
      v.session.a = 1;
      const first = v.save();
      v.session.b = 2;
      const second = v.save();
      if (which === "loaded") v.session.c = 3; // @fastify/session takes a new one to be saved with this, too
      await Promise.all([first, second]);
      return v.id;
    });
    expect([status, app.errors]).toEqual([200, []]);
    expect(await stored(store, id)).toMatchObject({ a: 1, b: 2, ...(which === "loaded" && { c: 3 }) });
  });

  test("a save that waits its turn stores the session as it was when it was called", async () => {
    const { store, app, browser, id } = await loggedIn({}, { cart: [] });
    await browser.visit(app, async (v) => {
      const cart = v.session.cart as string[];
      v.session.first = true;
      const first = v.save();
      cart.push("tea");
      const second = v.save();
      cart.push("milk");
      await Promise.all([first, second]);
      expect(await stored(store, id)).toEqual({ cart: ["tea"], first: true });
      cart.pop();
    });
    expect(await stored(store, id)).toEqual({ cart: ["tea"], first: true });
  });
});
