import type session from "express-session";
import { expressStore, type AdapterOptions } from "sessionary/express-session";
import { MemoryStore } from "sessionary";
import { expect, test } from "vitest";
import { Browser } from "./browser.js";
import { serveExpress } from "./support.js";
import { spied } from "./wrapped-store.js";

async function start(options: Partial<session.SessionOptions> = {}, adapter: AdapterOptions = {}) {
  const { store, calls } = spied(new MemoryStore());
  const app = await serveExpress(expressStore(store, adapter), options);
  return { app, calls, browser: new Browser(), store };
}

const HOUR_MS = 3_600_000;

test("a new session that nothing was put into costs no call and sets no cookie", async () => {
  const { app, calls, browser } = await start();
  const { cookie } = await browser.visit(app, () => {});
  expect([calls(), cookie]).toEqual([[], undefined]);
});

test("a new session that something was put into is created, once", async () => {
  const { app, calls, browser } = await start();
  const { cookie } = await browser.visit(app, (v) => void (v.session.name = "ann"));
  expect(calls()).toEqual(["create"]);
  expect(cookie).toBeDefined();
});

test.each([
  ["inside the touch window", {}, ["get"]],
  ["with touchAfterMs: 0", { touchAfterMs: 0 }, ["get", "touch"]],
])("a loaded, unchanged session %s", async (_, adapter, expected) => {
  const { app, calls, browser } = await start({ cookie: { maxAge: HOUR_MS } }, adapter);
  await browser.visit(app, (v) => void (v.session.name = "ann"));
  calls();
  const { result, cookie } = await browser.visit(app, (v) => v.session.name);
  expect(result).toBe("ann");
  expect([calls(), cookie]).toEqual([expected, undefined]);
});

test("a loaded session that was changed is updated", async () => {
  const { app, calls, browser } = await start();
  await browser.visit(app, (v) => void (v.session.name = "ann"));
  calls();
  await browser.visit(app, (v) => void (v.session.name = "bob"));
  expect(calls()).toEqual(["get", "update"]);
});

test("rolling sets the cookie on an unchanged session, and touches it", async () => {
  const { app, calls, browser } = await start(
    { rolling: true, cookie: { maxAge: HOUR_MS } },
    { touchAfterMs: 0 },
  );
  await browser.visit(app, (v) => void (v.session.name = "ann"));
  calls();
  const { cookie } = await browser.visit(app, () => {});
  expect(calls()).toEqual(["get", "touch"]);
  expect(cookie?.expires).toBeGreaterThan(Date.now() + HOUR_MS - 60_000);
});

test.each([
  ["inside the touch window", {}, ["get"]],
  ["with touchAfterMs: 0", { touchAfterMs: 0 }, ["get", "touch"]],
])("resave: true never rewrites an unchanged session, %s", async (_, adapter, expected) => {
  const { app, calls, browser } = await start({ resave: true, cookie: { maxAge: HOUR_MS } }, adapter);
  await browser.visit(app, (v) => void (v.session.name = "ann"));
  calls();
  await browser.visit(app, () => {});
  expect(calls()).toEqual(expected);
});

test("saveUninitialized: true creates a session for each visitor", async () => {
  const { app, calls, browser, store } = await start({ saveUninitialized: true });
  const { cookie } = await browser.visit(app, () => {});
  expect(cookie).toBeDefined();
  expect(calls()).toEqual(["create"]);
  await browser.visit(app, () => {});
  expect(await store.count()).toBe(1);
});

test("regenerate destroys the old session and creates the new one", async () => {
  const { app, calls, browser } = await start();
  const before = await browser.visit(app, (v) => ((v.session.name = "ann"), v.id));
  calls();
  const after = await browser.visit(app, async (v) => {
    await v.regenerate();
    v.session.name = "ann again";
    return v.id;
  });
  expect(calls()).toEqual(["get", "destroy", "create"]);
  expect(after.result).not.toBe(before.result);
});

test("reload reads once more, and what it read is unchanged", async () => {
  const { app, calls, browser } = await start({ cookie: { maxAge: HOUR_MS } }, { touchAfterMs: 0 });
  await browser.visit(app, (v) => void (v.session.name = "ann"));
  calls();
  const { result } = await browser.visit(app, async (v) => {
    v.session.name = "not saved";
    await v.reload();
    return v.session.name;
  });
  expect(result).toBe("ann");
  expect(calls()).toEqual(["get", "get", "touch"]);
});

test('unset: "destroy" destroys a session that was set to null', async () => {
  const { app, calls, browser, store } = await start({ unset: "destroy" });
  await browser.visit(app, (v) => void (v.session.name = "ann"));
  calls();
  await browser.visit(app, ({ req }) => void Object.assign(req, { session: null }));
  expect(calls()).toEqual(["get", "destroy"]);
  expect(await store.count()).toBe(0);
});

test('unset: "keep" keeps it', async () => {
  const { app, calls, browser } = await start({ unset: "keep" });
  await browser.visit(app, (v) => void (v.session.name = "ann"));
  await browser.visit(app, ({ req }) => void Object.assign(req, { session: null }));
  calls();
  expect((await browser.visit(app, (v) => v.session.name)).result).toBe("ann");
});

test("a new cookie.maxAge alone is a change, and is kept", async () => {
  const { app, calls, browser } = await start({ cookie: { maxAge: HOUR_MS } });
  await browser.visit(app, (v) => void (v.session.name = "ann"));
  calls();
  await browser.visit(app, (v) => void (v.cookie.maxAge = 30 * 24 * HOUR_MS));
  expect(calls()).toEqual(["get", "update"]);
  const { result } = await browser.visit(app, (v) => v.cookie.originalMaxAge);
  expect(result).toBeGreaterThan(29 * 24 * HOUR_MS);
});

test("req.session.save() in the middle of a request creates, and the end updates", async () => {
  const { app, calls, browser } = await start();
  await browser.visit(app, async (v) => {
    v.session.first = 1;
    await v.save();
    v.session.second = 2;
  });
  expect(calls()).toEqual(["create", "update"]);
  const { result } = await browser.visit(app, (v) => [v.session.first, v.session.second]);
  expect(result).toEqual([1, 2]);
});

test("destroy without a callback, in a handler that then ends", async () => {
  const { app, calls, browser, store } = await start();
  await browser.visit(app, (v) => void (v.session.name = "ann"));
  calls();
  const { status } = await browser.visit(app, ({ req }) => void req.session.destroy(undefined as never));
  expect(status).toBe(200);
  expect(calls()).toEqual(["get", "destroy"]);
  expect(await store.count()).toBe(0);
});
