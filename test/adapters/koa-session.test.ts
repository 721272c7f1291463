import type Koa from "koa";
import session from "koa-session";
import { setTimeout as sleep } from "node:timers/promises";
import { MemoryStore, type SessionStore, StoreUnavailableError } from "sessionary";
import { type KoaSessionOptions, koaSession, koaStore } from "sessionary/koa-session";
import { describe, expect, test } from "vitest";
import { Browser } from "./browser.js";
import { serveKoa } from "./koa-app.js";
import { emptyStores } from "./stores.js";
import { spied, wrapped } from "./wrapped-store.js";

const HOUR_MS = 3_600_000;

async function start(options: Partial<KoaSessionOptions> = {}) {
  const { store, calls } = spied(new MemoryStore());
  const app = await serveKoa((web) => koaSession({ store, ...options }, web));
  return { app, calls, browser: new Browser(), store };
}

const down = async () => Promise.reject(new StoreUnavailableError("not-applied", "connection", "down"));

describe.each(["memory", "redis"] as const)("on %s", (kind) => {
  const empty = emptyStores(kind);

  /** The ways to use a store with koa-session. */
  const SETUPS: Record<string, (web: Koa, store: SessionStore) => Koa.Middleware> = {
    koaSession: (web, store) => koaSession({ store }, web),
    "koaSession with koaStore": (web, store) => koaSession({ store: koaStore(store) }, web),
    "koa-session with store": (web, store) => session({ store: koaStore(store) }, web),
    "koa-session with ContextStore": (web, store) =>
      session({ ContextStore: koaStore(store).ContextStore }, web),
  };

  describe.each(Object.keys(SETUPS))("%s", (setup) => {
    async function serve() {
      const store = empty();
      return { store, app: await serveKoa((web) => SETUPS[setup]!(web, store)), browser: new Browser() };
    }

    test("keeps a session, and forgets it at logout", async () => {
      const { app, browser, store } = await serve();
      expect((await browser.visit(app, (v) => void (v.session.name = "ann"))).cookie).toBeDefined();
      expect((await browser.visit(app, (v) => v.session.name)).result).toBe("ann");
      await browser.visit(app, (v) => v.destroy());
      expect((await browser.visit(app, (v) => v.session.name ?? "nobody")).result).toBe("nobody");
      expect(await store.count()).toBe(0);
    });

    test("keeps all fields of concurrent requests, nested ones included", async () => {
      const { app, browser } = await serve();
      await browser.visit(app, (v) => void (v.session.cart = {}));
      const add = async (name: string) =>
        browser.twin().visit(app, async (v) => {
          await sleep(30);
          v.session[name] = true;
          (v.session.cart as Record<string, unknown>)[name] = 1;
        });
      await Promise.all(["a", "b", "c"].map(add));
      const { result } = await browser.visit(app, ({ session: { a, b, c, cart } }) => ({ a, b, c, cart }));
      expect(result).toEqual({ a: true, b: true, c: true, cart: { a: 1, b: 1, c: 1 } });
    });

    test("does not store a session again that was destroyed meanwhile, and sets no cookie", async () => {
      const { app, browser, store } = await serve();
      await browser.visit(app, (v) => void (v.session.name = "ann"));
      const { cookie } = await browser.twin().visit(app, async (v) => {
        await browser.visit(app, (other) => other.destroy());
        v.session.late = true;
      });
      expect([await store.count(), cookie]).toEqual([0, undefined]);
    });

    test("regenerate stores the session under a new id, and ends the old one", async () => {
      const { app, browser, store } = await serve();
      await browser.visit(app, (v) => void (v.session.name = "ann"));
      const old = browser.twin();
      const { cookie } = await browser.visit(app, (v) => v.regenerate());
      expect(cookie?.value).not.toBe(old.jar.get("koa.sess")!.value);
      expect((await browser.visit(app, (v) => v.session.name)).result).toBe("ann");
      expect((await old.visit(app, (v) => v.session.name ?? "nobody")).result).toBe("nobody");
      expect(await store.count()).toBe(1);
    });

    test("regenerate of a session that was destroyed meanwhile does not renew it", async () => {
      const { app, browser } = await serve();
      await browser.visit(app, (v) => void (v.session.name = "ann"));
      const thief = browser.twin();
      await thief.visit(app, async (v) => {
        await browser.visit(app, (other) => other.destroy());
        await v.regenerate();
      });
      expect((await thief.visit(app, (v) => v.session.name ?? "nobody")).result).toBe("nobody");
    });

    test("an id that does not exist is not adopted", async () => {
      const { app, browser } = await serve();
      await browser.visit(app, (v) => void (v.session.name = "ann"));
      const { result } = await browser.visit(app, (v) => v.id);
      await browser.visit(app, (v) => v.destroy());
      browser.jar.set("koa.sess", { value: result, expires: undefined });
      await browser.visit(app, (v) => void (v.session.name = "bob"));
      expect((await browser.visit(app, (v) => v.id)).result).not.toBe(result);
    });
  });
});

describe("lifetimes", () => {
  test("the session lives as long as its cookie, and no longer", async () => {
    const { app, browser, store } = await start({ maxAge: 1_500 });
    const { cookie } = await browser.visit(app, (v) => void (v.session.name = "ann"));
    expect(cookie!.expires! - Date.now()).toBeLessThanOrEqual(1_500);
    expect((await browser.visit(app, (v) => v.session.name)).result).toBe("ann");
    await sleep(1_550);
    expect((await browser.visit(app, (v) => v.session.name ?? "nobody")).result).toBe("nobody");
    expect(await store.count()).toBe(0);
  });

  test('a session with maxAge "session" lives for ttlMs', async () => {
    const { app, browser, store } = await start({ maxAge: "session", ttlMs: HOUR_MS });
    const { cookie } = await browser.visit(app, (v) => void (v.session.name = "ann"));
    expect(cookie!.expires).toBeUndefined();
    const { result: id } = await browser.visit(app, (v) => v.id);
    const left = (await store.get(id))!.expiresAt - Date.now();
    expect(left).toBeGreaterThan(HOUR_MS - 10_000);
    expect(left).toBeLessThanOrEqual(HOUR_MS);
  });

  test("a changed maxAge is kept when unchanged and changing requests cross it", async () => {
    for (const maxAge of [30 * 24 * HOUR_MS, 60_000]) {
      const { app, browser, store } = await start({ rolling: true, touchAfterMs: 0, maxAge: HOUR_MS });
      await browser.visit(app, (v) => void (v.session.name = "ann"));
      const { result: id } = await browser.visit(app, (v) => v.id);
      const [unchanged, changing] = [browser.twin(), browser.twin()];
      let pass!: () => void;
      const passed = new Promise<void>((resolve) => (pass = resolve));
      const crossing = [
        unchanged.visit(app, () => passed),
        changing.visit(app, async (v) => {
          await passed;
          v.session.visits = 1;
        }),
      ];
      await sleep(50);
      await browser.visit(app, (v) => void (v.session.maxAge = maxAge));
      pass();
      await Promise.all(crossing);
      const left = (await store.get(id))!.expiresAt - Date.now();
      expect(left).toBeGreaterThan(maxAge - 10_000);
      expect(left).toBeLessThanOrEqual(maxAge);
      expect((await browser.visit(app, (v) => [v.session.visits, v.session.maxAge])).result).toEqual([
        1,
        maxAge,
      ]);
    }
  });

  test("renew extends a session in the second half of its time", async () => {
    const { app, browser, calls } = await start({ renew: true, maxAge: 3_000 });
    await browser.visit(app, (v) => void (v.session.name = "ann"));
    calls();
    await browser.visit(app, (v) => v.session.name);
    expect(calls()).toEqual(["get"]);
    await sleep(1_600);
    expect((await browser.visit(app, (v) => v.session.name)).cookie).toBeDefined();
    expect(calls()).toEqual(["get", "touch"]);
    await sleep(1_600);
    expect((await browser.visit(app, (v) => v.session.name)).result).toBe("ann");
  });

  test("rolling sets the cookie only when the expiry moves", async () => {
    const { app, browser, calls } = await start({ rolling: true, maxAge: HOUR_MS });
    await browser.visit(app, (v) => void (v.session.name = "ann"));
    calls();
    expect((await browser.visit(app, () => {})).cookie).toBeUndefined();
    expect(calls()).toEqual(["get"]);
  });
});

describe("costs", () => {
  test("one call for each kind of request", async () => {
    const { app, calls, browser } = await start();
    expect((await browser.visit(app, () => {})).cookie).toBeUndefined();
    expect(calls()).toEqual([]);
    await browser.visit(app, (v) => void (v.session.name = "ann"));
    expect(calls()).toEqual(["create"]);
    await browser.visit(app, (v) => v.session.name);
    expect(calls()).toEqual(["get"]);
    await browser.visit(app, (v) => void (v.session.name = "bob"));
    expect(calls()).toEqual(["get", "update"]);
    await browser.visit(app, (v) => v.regenerate());
    expect(calls()).toEqual(["get", "destroy", "create"]);
    await browser.visit(app, (v) => v.destroy());
    expect(calls()).toEqual(["get", "destroy"]);
  });

  test("nothing of a save that the handler forces without a change", async () => {
    const { app, calls, browser } = await start();
    await browser.visit(app, (v) => void (v.session.name = "ann"));
    calls();
    await browser.visit(app, (v) => v.session.save());
    expect(calls()).toEqual(["get"]);
  });

  test("one update of a session that is replaced by another object", async () => {
    const { app, calls, browser } = await start();
    await browser.visit(app, (v) => void (v.session.name = "ann"));
    calls();
    await browser.visit(app, (v) => void (v.session = { visits: 1 } as never));
    expect(calls()).toEqual(["get", "update"]);
    const { result } = await browser.visit(app, (v) => [v.session.name ?? null, v.session.visits]);
    expect(result).toEqual([null, 1]);
  });
});

describe("failures", () => {
  test.each(["get", "create", "update", "destroy"] as const)(
    "of %s are 503 with Retry-After",
    async (method) => {
      const memory = new MemoryStore();
      const failing: Partial<SessionStore> = {};
      const { app, browser } = await start({ store: wrapped(memory, failing) });
      if (method !== "create") await browser.visit(app, (v) => void (v.session.name = "ann"));
      Object.assign(failing, { [method]: down });
      const store = wrapped(memory, failing);
      const broken = await serveKoa((web) => koaSession({ store }, web));
      const url = broken.urlOf((v) => (method === "destroy" ? v.destroy() : void (v.session.name = "bob")));
      const cookie = [...browser.jar].map(([name, { value }]) => `${name}=${value}`).join("; ");
      const response = await fetch(url, { headers: { cookie } });
      expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(await response.text()).toBe("Service Unavailable");
      expect(app.errors).toEqual([]);
    },
  );

  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  test.each([
    ["a BigInt", 1n],
    ["a nested BigInt", { deep: [1n] }],
    ["a cycle", { deep: cycle }],
    ["a Map", new Map([[1, 2]])],
  ])("of data with %s are 500 with an error that names the field", async (_, value) => {
    const { app, browser } = await start();
    await browser.visit(app, (v) => void (v.session.name = "ann"));
    const response = await fetch(app.urlOf((v) => void (v.session.field = value)));
    expect(response.status).toBe(500);
    expect((app.errors[0] as Error).message).toContain("field");
    expect((await browser.visit(app, (v) => v.session.name)).result).toBe("ann");
  });
});

describe("by hand", () => {
  test("set is an upsert without a request, and calls take effect in order", async () => {
    const store = koaStore(new MemoryStore());
    await Promise.all([
      store.set("id", { a: 1, _maxAge: HOUR_MS }),
      store.set("id", { a: 2, _maxAge: HOUR_MS }),
    ]);
    expect(await store.get("id")).toMatchObject({
      a: 2,
      _maxAge: HOUR_MS,
      _expire: expect.any(Number) as number,
    });
    const setting = store.set("id", { a: 3 });
    const destroying = store.destroy("id");
    await Promise.all([setting, destroying]);
    expect(await store.get("id")).toBeUndefined();
  });
});

describe("koaSession refuses at startup", () => {
  const store = new MemoryStore();
  const web = { use: () => {}, context: {}, keys: ["a key"] } as unknown as Koa;
  test.each<[string, object, object, RegExp]>([
    ["no app", { store }, {}, /requires the app as second argument/],
    ["no keys", { store }, { ...web, keys: undefined }, /requires app.keys/],
    ["a missing key", { store }, { ...web, keys: [undefined] }, /requires app.keys/],
    ["no store", {}, web, /requires store, .*or a SessionStore.*received undefined/],
    ["an unknown option", { store, name: "sid" }, web, /koaSession has no option "name"/],
    ["ttlMs next to koaStore()", { store: koaStore(store), ttlMs: 1_000 }, web, /pass it to koaStore/],
    ["sameSite none without secure", { store, sameSite: "none", secure: false }, web, /without secure/],
    ["a maxAge of 0", { store, maxAge: 0 }, web, /maxAge must be a positive number/],
  ])("%s", (_, options, app, message) => {
    const call = () => koaSession(options as KoaSessionOptions, app as Koa);
    expect(call).toThrow(TypeError);
    expect(call).toThrow(message);
  });
});

test("koaSession accepts a URL, and makes its store accessible", async () => {
  let store: SessionStore<object> | undefined;
  const app = await serveKoa((web) => {
    const middleware = koaSession({ store: "memory:" }, web);
    ({ store } = middleware);
    return middleware;
  });
  await new Browser().visit(app, (v) => void (v.session.name = "ann"));
  expect(await store!.count()).toBe(1);
});
