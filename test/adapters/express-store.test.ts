import session from "express-session";
import { MemoryStore, type SessionStore } from "sessionary";
import { expressStore, type ExpressStore } from "sessionary/express-session";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { Browser } from "./browser.js";
import { seenEvents } from "./events.js";
import { serveExpress } from "./support.js";
import { spied, stored, wrapped } from "./wrapped-store.js";

type Callback<R> = (error: unknown, result?: R) => void;
/** A method's answer, or its error as a rejection. */
const answer = <R>(call: (callback: Callback<R>) => void) =>
  promisify((callback: (error: Error | null, result?: R) => void) => call(callback as Callback<R>))();

type Stored = session.SessionData & { id: string; name?: string };

/** A live session, as express-session makes it. */
type Live = session.Session & session.SessionData & Record<string, unknown>;
const load = (adapter: ExpressStore, id: string) =>
  answer<session.SessionData>((done) => adapter.load(id, done)) as Promise<Live | undefined>;

const HOUR_MS = 3_600_000;
const plain = (name: string, maxAge = HOUR_MS) =>
  ({
    cookie: { originalMaxAge: maxAge, expires: new Date(Date.now() + maxAge), path: "/", httpOnly: true },
    name,
  }) as unknown as session.SessionData;

describe("the methods that express-session's README lists", () => {
  test("set, get, touch, destroy by hand", async () => {
    const { store, calls } = spied(new MemoryStore());
    const adapter = expressStore(store);
    await answer((done) => adapter.set("a", plain("ann"), done));
    expect(await answer((done) => adapter.get("a", done))).toMatchObject({ name: "ann" });
    await answer((done) => adapter.set("a", plain("bob"), done));
    const before = await store.get("a");
    await answer((done) => adapter.touch("a", plain("bob", 2 * HOUR_MS), done));
    expect((await store.get("a"))?.expiresAt).toBeGreaterThan(before!.expiresAt + HOUR_MS - 60_000);
    await answer((done) => adapter.destroy("a", done));
    expect(await answer((done) => adapter.get("a", done))).toBeNull();
    expect(calls()).toEqual([
      ...["update", "create", "get", "update", "get", "touch", "get", "destroy", "get"],
    ]);
  });

  test.each([
    ["a BigInt", { price: 1n }, /"cart\.price" is a BigInt/],
    ["a getter that throws", { get price() { throw new Error("x"); } }, /getter of "cart\.price" throws/], // prettier-ignore
  ])("set of %s is a TypeError that names the key, and writes nothing", async (_, cart, message) => {
    const store = new MemoryStore();
    const set = answer((done) => expressStore(store).set("a", Object.assign(plain("ann"), { cart }), done));
    await expect(set).rejects.toThrow(message);
    await expect(set).rejects.toBeInstanceOf(TypeError);
    expect(await store.count()).toBe(0);
  });

  test("all, ids, length and clear", async () => {
    const adapter = expressStore(new MemoryStore());
    await answer((done) => adapter.set("a", plain("ann"), done));
    await answer((done) => adapter.set("b", plain("bob"), done));
    const all = await answer<Stored[] | null>((done) => adapter.all(done));
    expect(all?.map(({ id, name }) => [id, name]).sort()).toEqual([
      ["a", "ann"],
      ["b", "bob"],
    ]);
    expect((await answer<string[]>((done) => adapter.ids(done)))?.sort()).toEqual(["a", "b"]);
    expect(await answer((done) => adapter.length(done))).toBe(2);
    await answer((done) => adapter.clear(done));
    expect(await answer((done) => adapter.length(done))).toBe(0);
  });

  test("load gives a session that saves itself, and drops the save when it is gone", async () => {
    const store = new MemoryStore();
    const adapter = expressStore(store);
    await answer((done) => adapter.set("a", plain("ann"), done));
    const live = (await load(adapter, "a"))!;
    live.seen = true;
    await answer((done) => live.save(done));
    expect(await stored(store, "a")).toEqual({ name: "ann", seen: true });
    await store.destroy("a");
    live.seen = "again";
    await answer((done) => live.save(done));
    expect(await store.count()).toBe(0);
    expect(await load(adapter, "a")).toBeUndefined();
  });

  test("a touch that waits for a save writes the session as it is then, when its cookie was changed", async () => {
    const memory = new MemoryStore();
    let release = () => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const store = wrapped(memory, {
      update: async (...args) => gate.then(() => memory.update(...args)),
    });
    const adapter = expressStore(store);
    await memory.create("a", { data: { ...plain("ann") }, expiresAt: Date.now() + HOUR_MS });
    const live = (await load(adapter, "a"))!;
    live.first = 1;
    const saved = answer((done) => live.save(done));
    live.cookie.maxAge = 2 * HOUR_MS;
    const touched = answer((done) => adapter.touch("a", live, done));
    live.late = 2;
    release();
    await Promise.all([saved, touched]);
    await answer((done) => live.save(done));
    expect(await stored(memory, "a")).toEqual({ name: "ann", first: 1, late: 2 });
  });

  test("all leaves out what cannot be read", async () => {
    const store = new MemoryStore();
    const adapter = expressStore(store);
    await answer((done) => adapter.set("a", plain("ann"), done));
    await store.create("no-cookie", { data: {}, expiresAt: Date.now() + HOUR_MS });
    expect((await answer<Stored[] | null>((done) => adapter.all(done)))?.map(({ id }) => id)).toEqual(["a"]);
  });
});

test("two session() middlewares over one store each have their own adapter and cookie", async () => {
  const store = new MemoryStore();
  const shop = await serveExpress(expressStore(store), { name: "shop", genid: () => "shop-1" });
  const admin = await serveExpress(expressStore(store), { name: "admin", genid: () => "admin-1" });
  const browser = new Browser();
  await browser.visit(shop, (v) => void (v.session.name = "ann"));
  await browser.visit(admin, (v) => void (v.session.name = "root"));
  expect([...browser.jar.keys()]).toEqual(["shop", "admin"]);
  expect((await browser.visit(shop, (v) => v.session.name)).result).toBe("ann");
  expect((await browser.visit(admin, (v) => v.session.name)).result).toBe("root");
});

describe("what a request throws while its session is made", () => {
  test("reaches the error handler: a createSession of the app's own", async () => {
    const adapter = expressStore(new MemoryStore());
    const app = await serveExpress(adapter);
    const browser = new Browser();
    await browser.visit(app, (v) => void (v.session.name = "ann"));
    adapter.createSession = () => {
      throw new Error("inflate");
    };
    expect((await browser.visit(app, () => {})).status).toBe(500);
    expect(app.errors).toEqual([expect.objectContaining({ message: "inflate" })]);
  });

  test.each([
    ["a text", "x"],
    ["a list", []],
    ["a cookie with a field that is an accessor", { maxAge: "soon" }],
    ["a cookie with an object in it", { path: {} }],
    ["a cookie with a date that is none", { expires: "tomorrow", originalMaxAge: 1 }],
  ])("is not thrown: %s stored as the cookie is a miss, and the user can log in again", async (_, cookie) => {
    const store = new MemoryStore();
    const app = await serveExpress(expressStore(store));
    const browser = new Browser();
    const { result: id } = await browser.visit(app, (v) => ((v.session.name = "ann"), v.id));
    await store.update(id, { data: { cookie, name: "ann" }, expiresAt: Date.now() + HOUR_MS });
    const seen = seenEvents();
    const again = await browser.visit(app, (v) => {
      const { name = "nobody" } = v.session;
      v.session.name = "ann again";
      return name;
    });
    expect([again.status, again.result]).toEqual([200, "nobody"]);
    expect(seen).toEqual([
      ["payload-undecodable", { store: "expressStore", reason: "not a session with a cookie" }],
    ]);
    expect((await browser.visit(app, (v) => v.session.name)).result).toBe("ann again");
  });
});

test.each([
  ["an option that is none", { ttl: 1 }, /ttl/],
  ["onConflict", { onConflict: "win" }, /onConflict must be "merge" or "overwrite" or "reject"/],
  ["touchAfterMs", { touchAfterMs: 1.5 }, /touchAfterMs must be/],
  ["ttlMs", { ttlMs: 0 }, /ttlMs must be/],
])("expressStore refuses %s", (_, wrong, message) => {
  expect(() => expressStore(new MemoryStore(), wrong as object)).toThrow(
    expect.objectContaining({ name: "TypeError", message: expect.stringMatching(message) as string }),
  );
});

test("expressStore refuses what is no store", () => {
  expect(() => expressStore(new session.MemoryStore() as unknown as SessionStore)).toThrow(TypeError);
});
