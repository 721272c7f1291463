import session from "express-session";
import { MemoryStore, createStore } from "sessionary";
import { type ExpressStore, expressStore } from "sessionary/express-session";
import { fastifyStore } from "sessionary/fastify-session";
import { describe, expect, test } from "vitest";
import { promisify } from "node:util";
import { Browser } from "../browser.js";
import { FRAMEWORKS_AND_STORES, emptyStores } from "../stores.js";
import { FRAMEWORKS, serveExpress, startApp, startFastify } from "../support.js";
import { stored } from "../wrapped-store.js";

const plain = (fields: object) => ({
  cookie: { originalMaxAge: 60_000, expires: new Date(Date.now() + 60_000) },
  ...fields,
});

describe("a session object that the application made is saved", () => {
  const RESHAPES: [
    string,
    (req: Express.Request & { sessionID: string; sessionStore: session.Store }) => void,
  ][] = [
    ["a Proxy around it", (req) => void (req.session = new Proxy(req.session, {}))],
    [
      "a copy through createSession",
      (req) =>
        void req.sessionStore.createSession(
          req as never,
          JSON.parse(JSON.stringify(req.session)) as session.SessionData,
        ),
    ],
  ];
  test.each(RESHAPES)("Express: %s, of a new and of a loaded session", async (_, reshape) => {
    const store = new MemoryStore();
    const app = await serveExpress(expressStore(store));
    const browser = new Browser();
    const first = await browser.visit(app, async (v) => {
      reshape(v.req as never);
      (v.req.session as unknown as Record<string, unknown>).name = "ann";
      await promisify((done: (error?: unknown) => void) =>
        v.req.sessionStore.set(v.req.sessionID, v.req.session as session.SessionData, done),
      )();
      return v.id;
    });
    expect(first.status).toBe(200);
    expect(await stored(store, first.result)).toEqual({ name: "ann" });
  });

  test("Fastify: a Proxy around it, of a new and of a loaded session", async () => {
    const store = new MemoryStore();
    const app = await startFastify(store);
    const browser = new Browser();
    const wrapIt = (name: string) =>
      browser.visit(app, (v) => {
        (v.request as { session: unknown }).session = new Proxy(v.request.session, {});
        v.session.name = name;
        return v.id;
      });
    const { result: id, status } = await wrapIt("ann");
    expect(status).toBe(200);
    expect(await stored(store, id)).toEqual({ name: "ann" });
    expect((await wrapIt("bob")).status).toBe(200);
    expect(await stored(store, id)).toEqual({ name: "bob" });
  });
});

describe.each(FRAMEWORKS_AND_STORES)("by hand, %s on the %s store", (framework, kind) => {
  const emptyStore = emptyStores(kind);

  function byHand() {
    const store = emptyStore();
    const adapter = (framework === "express" ? expressStore(store) : fastifyStore(store)) as ExpressStore;
    return {
      store,
      set: (id: string, fields: object) =>
        promisify((done: (error?: unknown) => void) => adapter.set(id, plain(fields) as never, done))(),
      get: (id: string) =>
        promisify((done: (error: unknown, found?: unknown) => void) =>
          adapter.get(id, done as (error: unknown, found?: session.SessionData | null) => void),
        )(),
      destroy: (id: string) => promisify((done: (error?: unknown) => void) => adapter.destroy(id, done))(),
    };
  }

  test("of two calls of set at once none fails", async () => {
    const { store, set } = byHand();
    for (let round = 0; round < 10; round++) {
      await Promise.all([
        set(`a-${round}`, { n: 1 }),
        set(`a-${round}`, { n: 2 }),
        set(`a-${round}`, { n: 3 }),
      ]);
    }
    expect(await store.count()).toBe(10);
  });

  test("set, then destroy, leaves nothing", async () => {
    const { store, set, destroy } = byHand();
    await Promise.all([set("a", { n: 1 }), destroy("a")]);
    expect(await store.count()).toBe(0);
  });

  test("set, then get, reads what was set", async () => {
    const { set, get } = byHand();
    const [, found] = await Promise.all([set("a", { n: 1 }), get("a")]);
    expect(found).toMatchObject({ n: 1 });
  });
});

describe.each(FRAMEWORKS)("%s", (framework) => {
  test.each([
    ["secure: 1", { secure: 1 }],
    ['secure: ""', { secure: "" }],
    ["httpOnly: 0", { httpOnly: 0 }],
    ['httpOnly: "yes"', { httpOnly: "yes" }],
    ['sameSite: ""', { sameSite: "" }],
    ["sameSite: 0", { sameSite: 0 }],
    ["partitioned: 0", { partitioned: 0 }],
  ])("a session with the cookie option %s is stored and read again", async (_, cookie) => {
    const store = new MemoryStore();
    const adapter = (framework === "express" ? expressStore(store) : fastifyStore(store)) as ExpressStore;
    const set = promisify((done: (error?: unknown) => void) =>
      adapter.set("a", { cookie: { ...plain({}).cookie, ...cookie }, name: "ann" } as never, done),
    );
    await set();
    expect(await stored(store, "a")).toEqual({ name: "ann" });
    const insecure = "secure" in cookie && cookie.secure === 1;
    if (insecure) return; // the browser of the tests speaks plain http
    const app = await startApp(framework, store, { cookie: cookie as never });
    const browser = new Browser();
    const { result: id } = await browser.visit(app, (v) => ((v.session.name = "bob"), v.id));
    expect(await stored(store, id)).toEqual({ name: "bob" });
    expect((await browser.visit(app, (v) => v.session.name)).result).toBe("bob");
  });
});

describe("expressStore without a callback", () => {
  test("returns promises", async () => {
    const adapter = expressStore(new MemoryStore());
    await adapter.set("a", plain({ name: "ann" }) as never);
    expect(await adapter.get("a")).toMatchObject({ name: "ann" });
    await adapter.touch("a", plain({ name: "ann" }) as never);
    expect(await adapter.length()).toBe(1);
    expect(await adapter.ids()).toEqual(["a"]);
    expect(await adapter.all()).toMatchObject([{ id: "a", name: "ann" }]);
    await adapter.destroy("a");
    expect(await adapter.get("a")).toBeNull();
    await adapter.clear();
  });

  test("rejects what is not a session", async () => {
    const adapter = expressStore(new MemoryStore());
    await expect(adapter.set("a", null as never)).rejects.toThrow(/must be an object, not null/);
    await expect(
      promisify((done: (error?: unknown) => void) => adapter.set("a", null as never, done))(),
    ).rejects.toThrow(/must be an object/);
  });

  test("all says why it has no sessions of a store that stores digests of ids", async () => {
    const store = createStore("memory:", { hashIds: true });
    const adapter = expressStore(store);
    await adapter.set("a", plain({ name: "ann" }) as never);
    expect(await adapter.length()).toBe(1);
    await expect(adapter.all()).rejects.toThrow(/hashIds/);
  });
});
