import fastifyCookie from "@fastify/cookie";
import fastifySession from "@fastify/session";
import { MemoryStore, type SessionStore } from "sessionary";
import sessionaryFastify, { fastifyStore } from "sessionary/fastify-session";
import { describe, expect, test } from "vitest";
import { Browser } from "./browser.js";
import { seenEvents } from "./events.js";
import { SECRET, serveFastify, signed, startFastify } from "./support.js";
import { spied, stored } from "./wrapped-store.js";

const options = { secret: SECRET, cookie: { secure: false }, saveUninitialized: false };

describe("the plugin", () => {
  test("uses the @fastify/cookie that is registered already", async () => {
    const app = await serveFastify(async (web) => {
      await web.register(fastifyCookie, { hook: "onRequest" });
      await web.register(sessionaryFastify, { ...options, store: new MemoryStore() });
    });
    const browser = new Browser();
    await browser.visit(app, (v) => void (v.session.name = "ann"));
    expect((await browser.visit(app, (v) => v.session.name)).result).toBe("ann");
  });

  test("takes @fastify/session's options: cookieName, cookiePrefix, idGenerator, cookie", async () => {
    const store = new MemoryStore();
    const app = await startFastify(store, {
      cookieName: "sid",
      cookiePrefix: "s:",
      idGenerator: () => "made-by-the-app",
      cookie: { secure: false, maxAge: 60_000 },
    });
    const browser = new Browser();
    const { cookie } = await browser.visit(app, (v) => void (v.session.name = "ann"));
    expect(cookie?.value).toBe(signed("express", "made-by-the-app"));
    expect(cookie?.expires).toBeGreaterThan(Date.now());
    expect(await stored(store, "made-by-the-app")).toEqual({ name: "ann" });
    expect((await browser.visit(app, (v) => v.session.name)).result).toBe("ann");
  });

  test("leaves a path outside of the cookie's without a session", async () => {
    const { store, calls } = spied(new MemoryStore());
    const app = await startFastify(store, { cookie: { secure: false, path: "/app" } });
    const { status, result } = await new Browser().visit(app, (v) => Object.keys(v.session));
    expect([status, result, calls()]).toEqual([200, [], []]);
  });

  test.each([
    ["an option that is none", { touchAfter: 1 }, /touchAfter/],
    ["onConflict", { onConflict: "win" }, /onConflict must be "merge" or "overwrite" or "reject"/],
    ["touchAfterMs", { touchAfterMs: -1 }, /touchAfterMs must be/],
    ["ttlMs", { ttlMs: "1h" }, /ttlMs must be/],
  ])("fastifyStore refuses %s", (_, wrong, message) => {
    expect(() => fastifyStore(new MemoryStore(), wrong as object)).toThrow(
      expect.objectContaining({ name: "TypeError", message: expect.stringMatching(message) as string }),
    );
  });

  test("refuses what is no store", () => {
    expect(() => fastifyStore({} as SessionStore)).toThrow(TypeError);
  });
});

describe.each(["with", "without"])("fastifyStore registered by hand, %s its hook", (hook) => {
  async function start() {
    const { store, calls } = spied(new MemoryStore());
    const app = await serveFastify(async (web) => {
      const adapter = fastifyStore(store, { touchAfterMs: 0 });
      await web.register(fastifyCookie);
      await web.register(fastifySession, { ...options, store: adapter });
      if (hook === "with") web.addHook("onRequest", adapter.onRequest);
    });
    return { app, calls, store, browser: new Browser() };
  }

  test("creates, reads, touches, updates and destroys", async () => {
    const { app, calls, store, browser } = await start();
    await browser.visit(app, (v) => void (v.session.name = "ann"));
    expect((await browser.visit(app, (v) => v.session.name)).result).toBe("ann");
    await browser.visit(app, (v) => void (v.session.name = "bob"));
    await browser.visit(app, (v) => v.destroy());
    expect(calls()).toEqual(["create", "get", "touch", "get", "update", "get", "destroy"]);
    expect(await store.count()).toBe(0);
  });

  test("reads again on reload", async () => {
    const { app, calls, browser } = await start();
    await browser.visit(app, (v) => void (v.session.name = "ann"));
    calls();
    const { result } = await browser.visit(app, async (v) => {
      await v.reload();
      const { name } = v.session;
      v.session.seen = true;
      return name;
    });
    expect([result, calls()]).toEqual(["ann", ["get", "get", "update"]]);
  });

  test("drops a save whose session was destroyed meanwhile", async () => {
    const { app, store, browser } = await start();
    const seen = seenEvents();
    const { result: id } = await browser.visit(app, (v) => ((v.session.name = "ann"), v.id));
    const { status } = await browser.visit(app, async (v) => {
      await store.destroy(id);
      v.session.late = true;
    });
    expect([status, await store.get(id)]).toEqual([200, undefined]);
    expect(seen).toEqual([["save-dropped", { operation: "save" }]]);
  });

  test("drops a save after a reload that found nothing", async () => {
    const { app, store, browser } = await start();
    const { result: id } = await browser.visit(app, (v) => ((v.session.name = "ann"), v.id));
    const { status } = await browser.visit(app, async (v) => {
      await store.destroy(id);
      await v.reload();
      v.session.late = true;
    });
    expect([status, await store.count()]).toEqual([200, 0]);
  });
});

test("with the hook, two requests under way at once keep both their fields", async () => {
  const store = new MemoryStore();
  const app = await startFastify(store);
  const browser = new Browser();
  const { result: id } = await browser.visit(app, (v) => ((v.session.name = "ann"), v.id));
  const slow = await browser.visit(app, async (v) => {
    await browser.twin().visit(app, (other) => void (other.session.theirs = 1));
    // Loads, and changes nothing: what this request loaded must stay its own.
    await browser.twin().visit(app, () => {});
    v.session.mine = 1;
  });
  expect(slow.status).toBe(200);
  expect(await stored(store, id)).toEqual({ name: "ann", theirs: 1, mine: 1 });
});

test("with the hook, reloads of two requests at once stay apart", async () => {
  const store = new MemoryStore();
  const app = await startFastify(store);
  const browser = new Browser();
  const { result: id } = await browser.visit(app, (v) => ((v.session.name = "ann"), v.id));
  await browser.visit(app, async (v) => {
    await v.reload();
    await browser.twin().visit(app, (other) => void (other.session.theirs = 1));
    await browser.twin().visit(app, (other) => other.reload());
    v.session.mine = 1;
  });
  expect(await stored(store, id)).toEqual({ name: "ann", theirs: 1, mine: 1 });
});
