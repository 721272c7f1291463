import { MemoryStore, SessionExistsError, type SessionStore } from "sessionary";
import { RedisStore } from "sessionary/redis";
import { describe, expect, onTestFinished, test } from "vitest";
import { startRedis } from "../support/redis-server.js";
import { waitUntil } from "../support/wait-until.js";
import { Browser } from "./browser.js";
import { seenEvents } from "./events.js";
import { FRAMEWORKS, signed, startApp, type App, type Framework } from "./support.js";
import { stored, wrapped } from "./wrapped-store.js";

const HOUR_MS = 3_600_000;
const entry = (name: string, expiresAt = Date.now() + HOUR_MS) => ({ data: { cookie: {}, name }, expiresAt });

/** A browser whose cookie offers this id, with a good signature: the worst that a fixation can do. */
function offering(framework: Framework, app: App, id: string): Browser {
  const browser = new Browser();
  browser.jar.set(app.cookieName, { value: signed(framework, id), expires: undefined });
  return browser;
}

const OFFERED: [string, string, (store: SessionStore) => Promise<unknown>][] = [
  ["unknown", "never-issued", async () => {}],
  ["empty", "", async () => {}],
  ["with a space", "a b", async () => {}],
  ["with a control character", "a\nb", async () => {}],
  ["longer than an id may be", "x".repeat(257), async () => {}],
  [
    "expired",
    "expired",
    async (store) => {
      await store.create("expired", entry("ann"));
      await store.update("expired", entry("ann", Date.now() - 1));
    },
  ],
  [
    "destroyed",
    "destroyed",
    async (store) => {
      await store.create("destroyed", entry("ann"));
      await store.destroy("destroyed");
    },
  ],
];

describe.each(FRAMEWORKS)("%s", (framework) => {
  test("takes a good id with this signature, so that the tests below mean something", async () => {
    const store = new MemoryStore();
    await store.create("good", entry("ann"));
    const app = await startApp(framework, store);
    expect((await offering(framework, app, "good").visit(app, (v) => v.session.name)).result).toBe("ann");
  });

  test.each(OFFERED)("an offered id that is %s gets a new one, and no record", async (_, id, prepare) => {
    const store = new MemoryStore();
    await prepare(store);
    const app = await startApp(framework, store);
    const { status, result, cookie } = await offering(framework, app, id).visit(app, (v) => {
      const { name = "nobody" } = v.session;
      v.session.name = "victim";
      return [name, v.id];
    });
    expect(status).toBe(200);
    expect(result[0]).toBe("nobody");
    expect(result[1]).not.toBe(id);
    expect(cookie?.value).toBe(signed(framework, result[1] as string));
    expect(await stored(store, id)).toBeUndefined();
    expect(await stored(store, result[1] as string)).toEqual({ name: "victim" });
    expect(await store.count()).toBe(1);
  });

  test("an offered id of a store with another prefix gets a new one, and the other store keeps its own", async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.close());
    const [store, other] = ["a:", "b:"].map((prefix) => new RedisStore({ url: redis.url, prefix }));
    onTestFinished(() => Promise.all([store!.close(), other!.close()]).then(() => {}));
    await other!.create("theirs", entry("ann"));
    const app = await startApp(framework, store!);
    const { result } = await offering(framework, app, "theirs").visit(app, (v) => {
      const { name = "nobody" } = v.session;
      v.session.name = "victim";
      return [name, v.id];
    });
    expect(result[0]).toBe("nobody");
    expect(result[1]).not.toBe("theirs");
    expect(await stored(store!, "theirs")).toBeUndefined();
    expect(await stored(other!, "theirs")).toEqual({ name: "ann" });
    expect([await store!.count(), await other!.count()]).toEqual([1, 1]);
  });

  test("an id with a wrong signature is not looked up", async () => {
    const store = wrapped(new MemoryStore(), { get: () => Promise.reject(new Error("looked up")) });
    const app = await startApp(framework, store);
    const browser = new Browser();
    const [id] = signed(framework, "good").split(".");
    browser.jar.set(app.cookieName, { value: `${id}.AAAA`, expires: undefined });
    expect((await browser.visit(app, (v) => v.session.name ?? "nobody")).result).toBe("nobody");
  });

  test("an id generator that repeats fails the second session and leaves the first as it was", async () => {
    const store = new MemoryStore();
    const app = await startApp(framework, store, { newId: () => "again" });
    const seen = seenEvents();
    const ann = new Browser();
    await ann.visit(app, (v) => void (v.session.name = "ann"));
    await ann.visit(app, (v) => void (v.session.visits = 2)); // so that the id was also loaded before
    await new Browser().visit(app, (v) => void (v.session.name = "mallory"));
    await waitUntil("the error handler is called", () => app.errors.length > 0);
    for (const error of app.errors) expect(error).toBeInstanceOf(SessionExistsError);
    expect(seen).toContainEqual(["write-failed", { operation: "save", code: "ERR_SESSION_EXISTS" }]);
    expect(await stored(store, "again")).toEqual({ name: "ann", visits: 2 });
    expect((await ann.visit(app, (v) => v.session.name)).result).toBe("ann");
  });

  test("regenerate that dies between its steps leaves no id alive, and at no step two", async () => {
    const memory = new MemoryStore();
    const alive: number[] = [];
    let dies = false;
    const store = wrapped(memory, {
      create: async (id, data) => {
        alive.push(await memory.count());
        return dies ? new Promise<never>(() => {}) : memory.create(id, data);
      },
      destroy: async (id) => {
        alive.push(await memory.count());
        return memory.destroy(id);
      },
    });
    const app = await startApp(framework, store);
    const browser = new Browser();
    const { result: id } = await browser.visit(app, (v) => ((v.session.name = "ann"), v.id));
    dies = true;
    // It gets no answer, until the server is closed at the end of the test.
    void browser
      .visit(app, async (v) => {
        await v.regenerate();
        v.session.name = "ann, logged in";
      })
      .catch(() => {});
    await waitUntil("the new session is being created", () => alive.length === 3);
    expect(alive).toEqual([0, 1, 0]);
    expect(await memory.get(id)).toBeUndefined();
    expect(await memory.count()).toBe(0);
  });
});
