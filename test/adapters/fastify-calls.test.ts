import { MemoryStore } from "sessionary";
import type { SessionaryFastifySessionOptions } from "sessionary/fastify-session";
import { expect, test } from "vitest";
import { Browser } from "./browser.js";
import { startFastify } from "./support.js";
import { spied } from "./wrapped-store.js";

const HOUR_MS = 3_600_000;
const COOKIE = { secure: false, maxAge: HOUR_MS };

async function start(options: Partial<SessionaryFastifySessionOptions> = {}) {
  const { store, calls } = spied(new MemoryStore());
  const app = await startFastify(store, options);
  return { app, calls, browser: new Browser(), store };
}

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
  ["costs no write and sets no cookie inside the touch window", {}, ["get"], false],
  ["is a touch and sets the cookie with touchAfterMs: 0", { touchAfterMs: 0 }, ["get", "touch"], true],
])("@fastify/session's write of an unchanged session %s", async (_, adapter, expected, hasCookie) => {
  const { app, calls, browser } = await start({ cookie: COOKIE, ...adapter });
  await browser.visit(app, (v) => void (v.session.name = "ann"));
  calls();
  const { result, cookie } = await browser.visit(app, (v) => v.session.name);
  expect(result).toBe("ann");
  expect(calls()).toEqual(expected);
  expect(cookie !== undefined).toBe(hasCookie);
});

test("rolling: false writes nothing and sets no cookie on an unchanged session", async () => {
  const { app, calls, browser } = await start({ cookie: COOKIE, rolling: false, touchAfterMs: 0 });
  await browser.visit(app, (v) => void (v.session.name = "ann"));
  calls();
  const unchanged = await browser.visit(app, (v) => v.session.name);
  expect([calls(), unchanged.cookie, unchanged.result]).toEqual([["get"], undefined, "ann"]);
  const changed = await browser.visit(app, (v) => void (v.session.name = "bob"));
  expect(calls()).toEqual(["get", "update"]);
  expect(changed.cookie).toBeDefined();
});

test("a loaded session that was changed is updated", async () => {
  const { app, calls, browser } = await start();
  await browser.visit(app, (v) => void (v.session.name = "ann"));
  calls();
  await browser.visit(app, (v) => void (v.session.name = "bob"));
  expect(calls()).toEqual(["get", "update"]);
});

test("saveUninitialized: true creates a session for each visitor", async () => {
  const { app, calls, browser, store } = await start({ saveUninitialized: true });
  const { cookie } = await browser.visit(app, () => {});
  expect(cookie).toBeDefined();
  expect(calls()).toEqual(["create"]);
  await browser.visit(app, () => {});
  expect(await store.count()).toBe(1);
});

test("save() in the middle of a request creates, and the end updates", async () => {
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

test("save(callback) does the same", async () => {
  const { app, calls, browser } = await start();
  const { result } = await browser.visit(app, ({ request, session }) => {
    session.name = "ann";
    return new Promise((resolve) => request.session.save((error: unknown) => resolve(error ?? "saved")));
  });
  expect(result).toBe("saved");
  expect(calls()).toEqual(["create"]);
});

test.each(["promise", "callback"] as const)("reload by %s reads again", async (how) => {
  const { app, calls, browser } = await start({ touchAfterMs: 0 });
  await browser.visit(app, (v) => void (v.session.name = "ann"));
  calls();
  const { result } = await browser.visit(app, async ({ request, session, ...v }) => {
    session.name = "not saved";
    if (how === "promise") await v.reload();
    else await new Promise<void>((resolve) => request.session.reload(() => resolve()));
    const reloaded = request.session as unknown as Record<string, unknown>;
    const { name } = reloaded;
    reloaded.seen = true;
    return name;
  });
  expect(result).toBe("ann");
  expect(calls()).toEqual(["get", "get", "update"]);
  expect((await browser.visit(app, (v) => [v.session.name, v.session.seen])).result).toEqual(["ann", true]);
});

test("a new session stays new when it is reloaded: what is then put into it is stored", async () => {
  const { app, calls, browser } = await start();
  await browser.visit(app, async (v) => {
    await v.reload();
    v.session.name = "ann";
  });
  expect(calls()).toEqual(["get", "create"]);
  expect((await browser.visit(app, (v) => v.session.name)).result).toBe("ann");
});

test("a reload after a reload, and one after regenerate, save as well", async () => {
  const { app, calls, browser } = await start();
  await browser.visit(app, (v) => void (v.session.name = "ann"));
  calls();
  const { status } = await browser.visit(app, async (v) => {
    await v.reload();
    await v.reload();
    v.session.twice = true;
    await v.regenerate();
    v.session.name = "bob";
    await v.save();
    await v.reload();
    v.session.after = true;
  });
  expect(status).toBe(200);
  expect(calls()).toEqual(["get", "get", "get", "destroy", "create", "update", "get", "update"]);
  const { result } = await browser.visit(app, (v) => [v.session.name, v.session.twice, v.session.after]);
  expect(result).toEqual(["bob", null, true]);
});

test.each(["promise", "callback"] as const)("regenerate by %s ends the old id", async (how) => {
  const { app, calls, browser, store } = await start();
  const before = await browser.visit(app, (v) => ((v.session.name = "ann"), v.id));
  calls();
  const after = await browser.visit(app, async ({ request, ...v }) => {
    if (how === "promise") await v.regenerate();
    else await new Promise<void>((resolve) => request.session.regenerate(() => resolve()));
    (request.session as unknown as Record<string, unknown>).name = "ann again";
    return request.session.sessionId;
  });
  expect(calls()).toEqual(["get", "destroy", "create", "update"]);
  expect(await store.get(before.result)).toBeUndefined();
  expect(await store.get(after.result)).toMatchObject({ data: { name: "ann again" } });
});

test("regenerate with fields keeps these and no others", async () => {
  const { app, browser } = await start();
  await browser.visit(
    app,
    (v) => Object.assign(v.session, { name: "ann", cart: ["tea"], draft: "x" }) && null,
  );
  await browser.visit(app, ({ request }) => request.session.regenerate(["name", "cart"]));
  const { result } = await browser.visit(app, (v) => [v.session.name, v.session.cart, v.session.draft]);
  expect(result).toEqual(["ann", ["tea"], null]);
});

test.each(["promise", "callback"] as const)("destroy by %s", async (how) => {
  const { app, calls, browser, store } = await start();
  await browser.visit(app, (v) => void (v.session.name = "ann"));
  calls();
  const { status } = await browser.visit(app, async ({ request, ...v }) => {
    if (how === "promise") await v.destroy();
    else await new Promise<void>((resolve) => request.session.destroy(() => resolve()));
  });
  expect(status).toBe(200);
  expect(calls()).toEqual(["get", "destroy"]);
  expect(await store.count()).toBe(0);
  expect((await browser.visit(app, (v) => v.session.name ?? "nobody")).result).toBe("nobody");
});

test("a new cookie.maxAge alone is a change, and is kept", async () => {
  const { app, calls, browser } = await start({ cookie: COOKIE });
  await browser.visit(app, (v) => void (v.session.name = "ann"));
  calls();
  await browser.visit(app, (v) => void (v.cookie.maxAge = 30 * 24 * HOUR_MS));
  expect(calls()).toEqual(["get", "update"]);
  const { result } = await browser.visit(app, (v) => v.cookie.originalMaxAge);
  expect(result).toBe(30 * 24 * HOUR_MS);
});
