import { setTimeout as sleep } from "node:timers/promises";
import { createCookie, createSession } from "react-router";
import { MemoryStore, type SessionStore, StoreUnavailableError } from "sessionary";
import { createSessionaryStorage } from "sessionary/react-router";
import { describe, expect, test } from "vitest";
import { routerHandler } from "./react-router-requests.js";
import { emptyStores } from "./stores.js";
import { spied, wrapped } from "./wrapped-store.js";

type Data = Record<string, unknown>;
type Options = Parameters<typeof createSessionaryStorage>[1];

const HOUR_MS = 3_600_000;

/** A browser: sends the last cookie that it got. */
class Jar {
  cookie: string | null = null;

  /** @returns true if the header changed the cookie. */
  keep(setCookie: string): boolean {
    if (setCookie === "") return false;
    this.cookie = /Max-Age=0|01 Jan 1970/.test(setCookie) ? null : setCookie.split(";")[0]!;
    return true;
  }
}

function open(store: SessionStore | string = new MemoryStore(), options: Options = {}) {
  const storage = createSessionaryStorage<Data>(store, options);
  const jar = new Jar();
  /** A request that changes its session. */
  const visit = async (change: (session: Awaited<ReturnType<typeof storage.getSession>>) => unknown) => {
    const session = await storage.getSession(jar.cookie);
    const result = await change(session);
    const isNew = jar.keep(await storage.commitSession(session));
    return { result, isNew };
  };
  return { ...storage, jar, visit };
}

export function reactRouterCases(): void {
  describe.each(["memory", "redis"] as const)("on %s", (kind) => {
    const empty = emptyStores(kind);

    test("keeps a session, and forgets it at logout", async () => {
      const { visit, getSession, destroySession, jar, store } = open(empty());
      await visit((s) => s.set("name", "ann"));
      expect((await visit((s) => s.get("name"))).result).toBe("ann");
      const old = jar.cookie;
      jar.keep(await destroySession(await getSession(jar.cookie)));
      expect(jar.cookie).toBeNull();
      expect((await getSession(old)).has("name")).toBe(false);
      expect(await store.count()).toBe(0);
    });

    test("a flash message is read once", async () => {
      const { visit } = open(empty());
      await visit((s) => s.flash("notice", "saved"));
      expect((await visit((s) => s.get("notice"))).result).toBe("saved");
      expect((await visit((s) => s.get("notice"))).result).toBeUndefined();
    });

    test("parallel requests that each read and commit keep all changes", async () => {
      const { visit, getSession, commitSession, jar } = open(empty());
      await visit((s) => s.set("cart", {}));
      const loaded = await Promise.all(
        ["a", "b", "c"].map(async (name) => ({ name, session: await getSession(jar.cookie) })),
      );
      await Promise.all(
        loaded.map(({ name, session }) => {
          session.set(name, true);
          session.set("cart", { ...(session.get("cart") as object), [name]: 1 });
          return commitSession(session);
        }),
      );
      const session = await getSession(jar.cookie);
      expect(session.data).toEqual({ a: true, b: true, c: true, cart: { a: 1, b: 1, c: 1 } });
    });

    test("a session that another request destroyed is not stored again, and sets no cookie", async () => {
      const { visit, getSession, commitSession, destroySession, jar, store } = open(empty());
      await visit((s) => s.set("name", "ann"));
      const [slow, unchanged] = [await getSession(jar.cookie), await getSession(jar.cookie)];
      await destroySession(await getSession(jar.cookie));
      slow.set("late", true);
      expect([await commitSession(slow), await commitSession(unchanged)]).toEqual(["", ""]);
      expect(await store.count()).toBe(0);
    });

    test("an id that does not exist is not adopted", async () => {
      const { visit, jar, getSession, commitSession, destroySession } = open(empty());
      await visit((s) => s.set("name", "ann"));
      const old = jar.cookie;
      await destroySession(await getSession(old));
      const session = await getSession(old);
      expect(session.id).toBe("");
      session.set("name", "bob");
      jar.keep(await commitSession(session));
      expect(jar.cookie).not.toBe(old);
      expect((await getSession(jar.cookie)).get("name")).toBe("bob");
      const own = createSession<Data>({ name: "eve" }, "an-id-of-an-attacker");
      expect(await commitSession(own)).not.toContain("an-id-of-an-attacker");
    });

    test("regenerateSession ends the old id", async () => {
      const { visit, jar, getSession, commitSession, regenerateSession, store } = open(empty());
      await visit((s) => s.set("name", "ann"));
      const old = jar.cookie;
      const renewed = await regenerateSession(await getSession(old));
      renewed.set("user", 1);
      jar.keep(await commitSession(renewed));
      expect((await getSession(old)).data).toEqual({});
      expect((await getSession(jar.cookie)).data).toEqual({ name: "ann", user: 1 });
      expect(await store.count()).toBe(1);
    });

    test("regenerateSession does not renew a session that was destroyed meanwhile", async () => {
      const { visit, jar, getSession, commitSession, destroySession, regenerateSession } = open(empty());
      await visit((s) => s.set("name", "ann"));
      const held = await getSession(jar.cookie);
      await destroySession(await getSession(jar.cookie));
      const renewed = await regenerateSession(held);
      renewed.set("visits", 1);
      const cookie = (await commitSession(renewed)).split(";")[0]!;
      expect((await getSession(cookie)).data).toEqual({ visits: 1 });
    });
  });

  test("a new session that is committed twice is stored once", async () => {
    const { getSession, commitSession, store } = open();
    const session = await getSession();
    const [first, second] = [await commitSession(session), await commitSession(session)];
    expect(second.split(";")[0]).toBe(first.split(";")[0]);
    expect(await store.count()).toBe(1);
  });

  test("costs one call for each kind of request", async () => {
    const { store, calls } = spied(new MemoryStore());
    const { visit, getSession, regenerateSession, destroySession, jar } = open(store);
    await getSession(null);
    await getSession("other=1");
    expect(calls()).toEqual([]);
    await visit((s) => s.set("name", "ann"));
    expect(calls()).toEqual(["create"]);
    expect((await visit((s) => s.get("name"))).isNew).toBe(false);
    expect(calls()).toEqual(["get"]);
    await visit((s) => s.set("name", "bob"));
    expect(calls()).toEqual(["get", "update"]);
    await regenerateSession(await getSession());
    await destroySession(await getSession());
    expect(calls()).toEqual([]);
    await destroySession(await getSession(jar.cookie));
    expect(calls()).toEqual(["get", "destroy"]);
  });

  describe("lifetimes", () => {
    const left = async (store: SessionStore<object>) => {
      for await (const id of store.ids()) return (await store.get(id))!.expiresAt - Date.now();
      return undefined;
    };

    test.each<[string, Options, number, RegExp]>([
      ["maxAge of the cookie", { cookie: { maxAge: 3_600 } }, HOUR_MS, /Max-Age=3600/],
      ["expires of the cookie", { cookie: { expires: new Date(Date.now() + HOUR_MS) } }, HOUR_MS, /Expires=/],
      [
        "a cookie with maxAge",
        { cookie: createCookie("sid", { maxAge: 3_600 }) },
        HOUR_MS,
        /^sid=.*Max-Age=3600/,
      ],
      [
        "a cookie with expires",
        { cookie: createCookie("sid", { expires: new Date(Date.now() + HOUR_MS) }) },
        HOUR_MS,
        /^sid=.*Expires=/,
      ],
      ["ttlMs for a cookie without a date", { ttlMs: HOUR_MS }, HOUR_MS, /^(?!.*(?:Max-Age|Expires))/],
      [
        "ttlMs as a function",
        { ttlMs: () => 2 * HOUR_MS, cookie: { maxAge: 3_600 } },
        2 * HOUR_MS,
        /Max-Age=3600/,
      ],
    ])("come from %s", async (_, options, expected, header) => {
      const { getSession, commitSession, store } = open(new MemoryStore(), options);
      expect(await commitSession(await getSession())).toMatch(header);
      const ms = (await left(store))!;
      expect(ms).toBeGreaterThan(expected - 10_000);
      expect(ms).toBeLessThanOrEqual(expected + 1_000);
    });

    test.each([
      ["longer", 30 * 24 * 3_600],
      ["shorter", 60],
    ])("a commit can set a %s one, which later commits and crossing requests keep", async (_, maxAge) => {
      const { getSession, commitSession, visit, jar, store } = open(new MemoryStore(), {
        cookie: { maxAge: 3_600 },
        touchAfterMs: 0,
      });
      await visit((s) => s.set("name", "ann"));
      const [changing, unchanged] = [await getSession(jar.cookie), await getSession(jar.cookie)];
      expect(await commitSession(await getSession(jar.cookie), { maxAge })).toContain(`Max-Age=${maxAge};`);
      changing.set("visits", 1);
      await Promise.all([commitSession(changing), commitSession(unchanged)]);
      await sleep(5);
      const session = await getSession(jar.cookie);
      expect(session.data).toEqual({ name: "ann", visits: 1 });
      session.set("visits", 2);
      expect(await commitSession(session)).toContain(`Max-Age=${maxAge};`);
      expect((await left(store))!).toBeGreaterThan(maxAge * 1_000 - 10_000);
      expect((await left(store))!).toBeLessThanOrEqual(maxAge * 1_000);
    });

    test("a commit can set a date, or the one of the cookie again", async () => {
      const { getSession, commitSession, visit, jar, store } = open(new MemoryStore(), {
        cookie: { maxAge: 3_600 },
      });
      const expires = new Date(Date.now() + 5 * HOUR_MS);
      await visit((s) => s.set("name", "ann"));
      const header = await commitSession(await getSession(jar.cookie), { expires });
      expect(header).toContain(`Expires=${expires.toUTCString()}`);
      expect(header).not.toContain("Max-Age");
      expect((await left(store))!).toBeGreaterThan(4 * HOUR_MS);
      expect(await commitSession(await getSession(jar.cookie), { maxAge: 3_600 })).toContain("Max-Age=3600");
      expect((await left(store))!).toBeLessThanOrEqual(HOUR_MS);
      for await (const id of store.ids()) expect(Object.keys((await store.get(id))!.data)).toEqual(["name"]);
    });
  });

  describe("failures", () => {
    const failing: Partial<SessionStore> = {};
    const down = async () => Promise.reject(new StoreUnavailableError("not-applied", "connection", "down"));

    test.each(["get", "update", "destroy"] as const)(
      "of %s are answered with 503 by React Router",
      async (method) => {
        const memory = new MemoryStore();
        const { visit, jar, getSession } = open(memory);
        await visit((s) => s.set("name", "ann"));
        Object.assign(failing, { [method]: down });
        const broken = open(wrapped(memory, failing));
        const handle = routerHandler(async (request) => {
          const session = await broken.getSession(request.headers.get("cookie"));
          session.set("name", "bob");
          const end = method === "destroy" ? broken.destroySession : broken.commitSession;
          return new Response("done", { headers: { "set-cookie": await end(session) } });
        });
        const response = await handle(new Request("http://localhost/", { headers: { cookie: jar.cookie! } }));
        expect(response.status).toBe(503);
        expect(response.headers.getSetCookie()).toEqual([]);
        expect((await getSession(jar.cookie)).get("name")).toBe("ann");
        delete failing[method];
      },
    );

    test("of data that JSON cannot represent name the field", async () => {
      const { getSession, commitSession } = open();
      const session = await getSession();
      session.set("field", { deep: [1n] });
      await expect(commitSession(session)).rejects.toThrow("field");
    });
  });

  describe("refuses at startup", () => {
    const store = new MemoryStore();
    test.each<[string, () => unknown, RegExp]>([
      ["no store", () => createSessionaryStorage(undefined as never), /requires store, .*or a SessionStore/],
      ["an unknown option", () => open(store, { cookies: {} } as never), /has no option "cookies"/],
      ["sameSite none without secure", () => open(store, { cookie: { sameSite: "none" } }), /without secure/],
      ["a maxAge of 0", () => open(store, { cookie: { maxAge: 0 } }), /maxAge must be a positive number/],
    ])("%s", (_, call, message) => {
      expect(call).toThrow(TypeError);
      expect(call).toThrow(message);
    });
  });

  test("accepts a URL, and makes its store accessible", async () => {
    const { visit, store } = open("memory:");
    await visit((s) => s.set("name", "ann"));
    expect(await store.count()).toBe(1);
  });
}
