import { promisify } from "node:util";
import { MemoryStore, SessionConflictError, type SessionData, type SessionStore } from "sessionary";
import { expressStore, type AdapterOptions, type ExpressStore } from "sessionary/express-session";
import { fastifyStore } from "sessionary/fastify-session";
import { describe, expect, test } from "vitest";
import { seenEvents } from "./events.js";
import { emptyStores, FRAMEWORKS_AND_STORES } from "./stores.js";
import { FRAMEWORKS, type Framework } from "./support.js";
import { spied, stored } from "./wrapped-store.js";

const HOUR_MS = 3_600_000;
const inMs = (ms: number) => Date.now() + ms;
const plain = (fields: SessionData, cookie: object = { originalMaxAge: HOUR_MS }): SessionData => ({
  cookie: { expires: new Date(inMs(HOUR_MS)), ...cookie },
  ...fields,
});

type Callback<R> = (error: unknown, result?: R | null) => void;
type Session = SessionData & { cookie: Record<string, unknown> };
interface Adapter {
  get(id: string, callback: Callback<Session>): void;
  set(id: string, session: object, callback: Callback<void>): void;
}

/** `request.sessionStore`, as an app uses it by hand. */
function byHand(framework: Framework, store: SessionStore, options: AdapterOptions = {}) {
  const make = framework === "express" ? expressStore : fastifyStore;
  const adapter = make(store, options) as unknown as Adapter;
  const get = promisify((id: string, done: Callback<Session>) => adapter.get(id, done));
  const set = promisify((id: string, session: object, done: Callback<void>) =>
    adapter.set(id, session, done),
  );
  return { get: get as (id: string) => Promise<Session>, set };
}

describe.each(FRAMEWORKS_AND_STORES)("%s on the %s store: what get gave", (framework, kind) => {
  const emptyStore = emptyStores(kind);

  async function loggedIn(options: AdapterOptions = {}) {
    const { store, calls } = spied(emptyStore());
    const { get, set } = byHand(framework, store, options);
    await set("a", plain({ user: "ann" }));
    calls();
    return { store, calls, get, set };
  }

  test("is not stored when it was destroyed meanwhile", async () => {
    const { store, get, set } = await loggedIn();
    const session = await get("a");
    await store.destroy("a");
    const seen = seenEvents();
    session.impersonates = "bob";
    await set("a", session);
    expect(await store.count()).toBe(0);
    expect(seen).toEqual([["save-dropped", { operation: "save" }]]);
  });

  test("is merged with what others wrote meanwhile, however often it is set", async () => {
    const { store, get, set } = await loggedIn();
    const [mine, theirs] = [await get("a"), await get("a")];
    for (const round of [1, 2]) {
      theirs.theirs = round;
      await set("a", theirs);
      mine.mine = round;
      await set("a", mine);
      expect(await stored(store, "a")).toEqual({ user: "ann", theirs: round, mine: round });
    }
  });

  test("is refused on a conflict by onConflict: reject", async () => {
    const { store, get, set } = await loggedIn({ onConflict: "reject" });
    const [mine, theirs] = [await get("a"), await get("a")];
    await set("a", Object.assign(theirs, { theirs: 1 }));
    await expect(set("a", Object.assign(mine, { mine: 1 }))).rejects.toBeInstanceOf(SessionConflictError);
    expect(await stored(store, "a")).toEqual({ user: "ann", theirs: 1 });
  });

  test("costs no write when nothing was changed", async () => {
    const { calls, get, set } = await loggedIn();
    await set("a", await get("a"));
    expect(calls()).toEqual(["get"]);
  });

  test("lives as long as its cookie.maxAge, when that is set", async () => {
    const { store, get, set } = await loggedIn();
    const session = await get("a");
    session.cookie.maxAge = 24 * HOUR_MS;
    await set("a", session);
    expect((await store.get("a"))!.expiresAt).toBeGreaterThan(inMs(23 * HOUR_MS));
    expect((await get("a")).cookie).toMatchObject({ originalMaxAge: 24 * HOUR_MS });
  });

  test("can be stored under another id", async () => {
    const { store, get, set } = await loggedIn();
    const session = await get("a");
    await set("a", session);
    await set("b", session);
    expect(await stored(store, "b")).toEqual({ user: "ann" });
  });

  test("replaces what is stored as a copy, of which nobody knows where it is from", async () => {
    const { store, get, set } = await loggedIn();
    const session = await get("a");
    await store.destroy("a");
    await set("a", { ...session, copied: true });
    expect(await stored(store, "a")).toEqual({ user: "ann", copied: true });
  });
});

test("Express: what all gave is not stored when it was destroyed meanwhile", async () => {
  const store = new MemoryStore();
  const adapter: ExpressStore = expressStore(store);
  const { set } = byHand("express", store);
  await set("a", plain({ user: "ann" }));
  const [session] = await adapter.all();
  await store.destroy("a");
  await adapter.set("a", Object.assign(session!, { impersonates: "bob" }));
  expect(await store.count()).toBe(0);
});

describe.each(FRAMEWORKS)("%s: a plain object by hand", (framework) => {
  const empty = () => {
    const store = new MemoryStore();
    return { store, ...byHand(framework, store) };
  };

  test.each([
    ["maxAge", { maxAge: 60_000 }],
    ["originalMaxAge and expires", { originalMaxAge: 60_000, expires: new Date(inMs(60_000)) }],
  ])("is read again with its cookie's %s", async (_, cookie) => {
    const { store, get, set } = empty();
    await set("a", { cookie, user: "ann" });
    const read = await get("a");
    expect(read).toMatchObject({ user: "ann", cookie: { originalMaxAge: 60_000 } });
    expect(read.cookie).not.toHaveProperty("maxAge");
    for (const end of [(await store.get("a"))!.expiresAt, Date.parse(read.cookie.expires as string)]) {
      expect(Math.abs(end - inMs(60_000))).toBeLessThan(10_000);
    }
  });

  test.each([
    ["expires", new Date(inMs(60_000))],
    ["expires in epoch milliseconds", inMs(60_000)],
  ])("ends when its cookie's %s says, also with a maxAge, which may be in seconds", async (_, expires) => {
    const { store, set } = empty();
    await set("a", { cookie: { maxAge: 60, expires }, user: "ann" });
    expect(Math.abs((await store.get("a"))!.expiresAt - inMs(60_000))).toBeLessThan(10_000);
  });

  test.each([
    ["an empty cookie", {}],
    ["null and undefined in the cookie", { maxAge: null, expires: null, domain: undefined }],
    ["a function in the cookie, as @fastify/cookie's encode", { encode: String }],
  ])("is read again with %s", async (_, cookie) => {
    const { get, set } = empty();
    await set("a", { cookie, user: "ann" });
    expect(await get("a")).toMatchObject({ user: "ann" });
  });

  test.each([
    ["maxAge", { maxAge: "60000" }],
    ["maxAge", { maxAge: NaN }],
    ["originalMaxAge", { originalMaxAge: "60000" }],
    ["expires", { expires: "tomorrow" }],
    ["_expires", { path: "/", _expires: new Date() }],
    ["path", { path: "/;a=b" }],
    ["sameSite", { sameSite: "lex" }],
  ])("is a TypeError that names the cookie's %s, and writes nothing", async (name, cookie) => {
    const { store, set } = empty();
    const failed = set("a", { cookie, user: "ann" });
    await expect(failed).rejects.toBeInstanceOf(TypeError);
    await expect(failed).rejects.toThrow(`session.cookie.${name} `);
    expect(await store.count()).toBe(0);
  });

  test.each([
    ["no cookie", { user: "ann" }],
    ["a list as its cookie", { cookie: [], user: "ann" }],
  ])("is a TypeError with %s", async (_, session) => {
    const { store, set } = empty();
    await expect(set("a", session)).rejects.toThrow("session.cookie must be a cookie object");
    expect(await store.count()).toBe(0);
  });
});

test.each(["save", "__proto__"])("Fastify: a plain object with a field %s can't be set", async (field) => {
  const store = new MemoryStore();
  const { set } = byHand("fastify", store);
  const session = { ...plain({}), ...(JSON.parse(`{"${field}":1}`) as object) };
  Object.defineProperty(session, field, { value: 1, enumerable: true });
  await expect(set("a", session)).rejects.toThrow(TypeError);
  expect(await store.count()).toBe(0);
});
