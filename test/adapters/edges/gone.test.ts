import { type SessionStore, MemoryStore, type UserSessionStore, createStore } from "sessionary";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type RedisServer, startRedis } from "../../support/redis-server.js";
import { Browser } from "../browser.js";
import { latch } from "../latch.js";
import { FRAMEWORKS_AND_STORES } from "../stores.js";
import { type Visit, startApp, startFastify } from "../support.js";
import { stored } from "../wrapped-store.js";

let server: RedisServer;
beforeAll(async () => void (server = await startRedis()));
afterAll(() => server.close());

let prefixes = 0;
function openStore(kind: "memory" | "redis", absoluteTimeoutMs?: number): UserSessionStore {
  const options = {
    userIdOf: (data: Record<string, unknown>) => data.user as string | undefined,
    ...(absoluteTimeoutMs !== undefined && { absoluteTimeoutMs }),
  };
  const store =
    kind === "memory"
      ? createStore("memory:", options)
      : createStore({ url: server.url, prefix: `edges-${++prefixes}:`, ...options });
  onTestFinished(() => store.close());
  return store;
}

async function only(store: SessionStore): Promise<string> {
  const ids = [];
  for await (const id of store.ids()) ids.push(id);
  expect(ids).toHaveLength(1);
  return ids[0]!;
}

describe.each(FRAMEWORKS_AND_STORES)("%s on the %s store", (framework, kind) => {
  async function signedIn(absoluteTimeoutMs?: number) {
    const store = openStore(kind, absoluteTimeoutMs);
    const app = await startApp(framework, store, { cookie: { maxAge: 3_600_000 } });
    const browser = new Browser();
    await browser.visit(app, (v) => void Object.assign(v.session, { user: "ann", cart: { tea: 1 } }));
    return { store, app, browser, id: await only(store) };
  }

  test.each([
    ["destroyByUser", (store: UserSessionStore) => store.destroyByUser("ann")],
    ["destroyByUser with scan", (store: UserSessionStore) => store.destroyByUser("ann", { scan: true })],
    ["a logout", async (store: UserSessionStore) => store.destroy(await only(store))],
  ])("a session ended by %s cannot renew itself through regenerate", async (_, end) => {
    const { store, app, browser } = await signedIn();
    const held = latch();
    const slow = browser.twin();
    const answer = slow.visit(app, async (v) => {
      const { user, cart } = v.session;
      await held.wait();
      await v.regenerate();
      Object.assign(v.session, { user, cart, note: "new" });
    });
    await held.reached;
    await end(store);
    held.open();
    expect((await answer).status).toBe(200);
    expect(await stored(store, await only(store))).toEqual({ note: "new" });
    expect(await store.listByUser("ann")).toEqual([]);
    expect((await slow.visit(app, (v) => v.session.user ?? "nobody")).result).toBe("nobody");
  });

  test("fields of an ended session stay out through a second regenerate", async () => {
    const { store, app, browser } = await signedIn();
    await browser.visit(app, async (v) => {
      const { user } = v.session;
      await store.destroyByUser("ann");
      await v.regenerate();
      Object.assign(v.session, { user, first: 1 });
      await v.save();
      const { first } = v.session;
      await v.regenerate();
      Object.assign(v.session, { user, first });
    });
    expect(await stored(store, await only(store))).toEqual({ first: 1 });
  });

  test("a sign-in that was submitted twice holds", async () => {
    const store = openStore(kind);
    const app = await startApp(framework, store);
    const browser = new Browser();
    await browser.visit(app, (v) => void (v.session.cart = { tea: 1 }));
    const held = latch();
    const signIn = (tab: Browser, first: boolean) =>
      tab.visit(app, async (v) => {
        const { cart } = v.session;
        if (!first) await held.wait();
        await v.regenerate();
        Object.assign(v.session, { user: "ann", cart });
      });
    const second = browser.twin();
    const answer = signIn(second, false);
    await held.reached;
    await signIn(browser, true);
    held.open();
    await answer;
    expect((await second.visit(app, (v) => v.session.user)).result).toBe("ann");
  });

  test("what this request destroyed itself may be copied into the next session", async () => {
    const { store, app, browser } = await signedIn();
    await browser.visit(app, async (v) => {
      const { cart } = v.session;
      await v.regenerate();
      v.session.cart = cart;
    });
    expect(await stored(store, await only(store))).toEqual({ cart: { tea: 1 } });
  });

  test("regenerate by the same user keeps the creation time, and a sign-in starts a new one", async () => {
    const { store, app, browser } = await signedIn(3_600_000);
    const [before] = await store.listByUser("ann");
    await new Promise((resolve) => setTimeout(resolve, 20));
    await browser.visit(app, async (v) => {
      const { user } = v.session;
      await v.regenerate();
      v.session.user = user;
    });
    const [same] = await store.listByUser("ann");
    expect(same!.handle).not.toBe(before!.handle);
    expect(same!.createdAt).toBe(before!.createdAt);
    await browser.visit(app, async (v) => {
      await v.regenerate();
      v.session.user = "bob";
    });
    const [other] = await store.listByUser("bob");
    expect(other!.createdAt).toBeGreaterThan(before!.createdAt);
  });
});

describe("Fastify", () => {
  test.each<[string, (session: Visit["session"]) => void]>([
    ["changes the session", (session) => (session.seen = 1)],
    ["changes nothing", () => {}],
  ])(
    "a slow response that %s sends no cookie of a session that was regenerated meanwhile",
    async (_, change) => {
      const app = await startFastify(new MemoryStore());
      const browser = new Browser();
      await browser.visit(app, (v) => void (v.session.user = "ann"));
      const held = latch();
      const slow = browser.twin().visit(app, async (v) => {
        change(v.session);
        await held.wait();
      });
      await held.reached;
      await browser.visit(app, async (v) => {
        const { user } = v.session;
        await v.regenerate();
        v.session.user = user;
      });
      held.open();
      const { status, cookie } = await slow;
      expect([status, cookie]).toEqual([200, undefined]);
    },
  );

  test("a sign-in with an ended cookie holds even if the id generator repeats the id", async () => {
    const store = new MemoryStore();
    const app = await startFastify(store, { idGenerator: () => "always-the-same" });
    const browser = new Browser();
    await browser.visit(app, (v) => void (v.session.user = "ann"));
    await store.clear();
    expect((await browser.visit(app, (v) => void (v.session.user = "bob"))).status).toBe(200);
    expect(await stored(store, "always-the-same")).toEqual({ user: "bob" });
  });
});
