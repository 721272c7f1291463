import { createStore, type UserOptions, type UserSessionStore } from "sessionary";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { startRedis, type RedisServer } from "../support/redis-server.js";
import { hasSetIfEqual } from "../support/set-if-equal.js";
import { Browser } from "./browser.js";
import { seenEvents } from "./events.js";
import { FRAMEWORKS, startApp, type AppOptions } from "./support.js";
import { stored } from "./wrapped-store.js";

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
  await server.client().call("ACL", ["SETUSER", "app", "on", ">pw", "~*", "+@all", "-@scripting"]);
});
afterAll(() => server.close());
beforeEach(() => server.client().flushall());

function scriptless(options: UserOptions = {}): UserSessionStore {
  const store = createStore({ url: `redis://app:pw@${server.host}:${server.port}`, ...options });
  onTestFinished(() => store.close());
  return store;
}

function warnings(): string[] {
  const seen: string[] = [];
  const listener = ({ name, message }: Error) => seen.push(`${name}: ${message}`);
  process.on("warning", listener);
  onTestFinished(() => void process.off("warning", listener));
  return seen;
}

test("this user may indeed run no script", async () => {
  const client = server.client({ username: "app", password: "pw" });
  await expect(client.eval("return 1", 0)).rejects.toThrow(/NOPERM/);
  await expect(client.evalsha("0".repeat(40), 0)).rejects.toThrow(/NOPERM/);
});

describe.each(FRAMEWORKS)("%s on a Redis that forbids scripts", (framework) => {
  async function loggedIn(options: AppOptions = {}, userOptions: UserOptions = {}) {
    const store = scriptless(userOptions);
    const app = await startApp(framework, store, { cookie: { maxAge: 3_600_000 }, ...options });
    const browser = new Browser();
    const { result: id } = await browser.visit(app, (v) => ((v.session.name = "ann"), v.id));
    return { store, app, browser, id };
  }

  test("saves; where the server has no SET … IFEQ, the later save wins and one event says so", async () => {
    const { store, app, browser, id } = await loggedIn();
    const seen = seenEvents();
    const warned = warnings();
    for (let visits = 1; visits <= 3; visits++) {
      const { status } = await browser.visit(app, (v) => void (v.session.visits = visits));
      expect(status).toBe(200);
    }
    await browser.visit(app, async (v) => {
      await browser.twin().visit(app, (other) => void (other.session.theirs = 1));
      v.session.mine = 2;
    });
    expect(app.errors).toEqual([]);
    if (await hasSetIfEqual(server)) {
      expect(await stored(store, id)).toEqual({ name: "ann", visits: 3, mine: 2, theirs: 1 });
      expect(seen).toEqual([["conflict-merged", expect.anything()]]);
      expect(warned).toEqual([]);
      return;
    }
    expect(await stored(store, id)).toEqual({ name: "ann", visits: 3, mine: 2 });
    expect(seen).toEqual([["conflict-detection-off", { adapter: `${framework}Store` }]]);
    expect(warned).toEqual([expect.stringMatching(/^SessionaryWarning: the session store forbids scripts/)]);
  });

  test("saves with absoluteTimeoutMs, many requests at once, and a session of another writer", async () => {
    const { store, app, browser, id } = await loggedIn({ touchAfterMs: 0 }, { absoluteTimeoutMs: 600_000 });
    const saves = [1, 2, 3].map((n) => browser.twin().visit(app, (v) => void (v.session[`n${n}`] = n)));
    expect((await Promise.all(saves)).map(({ status }) => status)).toEqual([200, 200, 200]);
    const { "sessionary:createdAt": _, ...theirs } = JSON.parse(
      (await server.client().get(`sess:${id}`))!,
    ) as Record<string, unknown>;
    await server.client().set(`sess:${id}`, JSON.stringify(theirs), "PX", 60_000);
    expect((await browser.visit(app, () => {})).status).toBe(200);
    expect((await store.get(id))!.expiresAt).toBeGreaterThan(Date.now() + 500_000);
    expect(app.errors).toEqual([]);
  });

  test("saves with userIdOf, lists the user's sessions and ends them", async () => {
    const userIdOf = ({ user }: Record<string, unknown>) => user;
    const { store, app, browser } = await loggedIn({}, { userIdOf, maxPerUser: 2 });
    await browser.visit(app, (v) => void (v.session.user = "ann"));
    for (let n = 0; n < 3; n++) await new Browser().visit(app, (v) => void (v.session.user = "ann"));
    expect(app.errors).toEqual([]);
    expect(await store.listByUser("ann")).toHaveLength(2);
    expect(await store.destroyByUser("ann")).toBe(2);
    expect(await store.count()).toBe(0);
  });

  test("brings no session back that was destroyed while a request held it", async () => {
    const { store, app, browser, id } = await loggedIn();
    const seen = seenEvents();
    for (const change of [true, false]) {
      const { status } = await browser.visit(app, async (v) => {
        await store.destroy(id);
        if (change) v.session.late = true;
      });
      expect(status).toBe(200);
      expect(await store.count()).toBe(0);
    }
    expect(seen.filter(([event]) => event === "save-dropped")).toEqual([
      ["save-dropped", { operation: "save" }],
    ]);
  });

  test('with onConflict "overwrite" nothing is missing, and nothing is said', async () => {
    const { store, app, browser, id } = await loggedIn({ onConflict: "overwrite" });
    const seen = seenEvents();
    await browser.visit(app, (v) => void (v.session.visits = 1));
    expect(await stored(store, id)).toEqual({ name: "ann", visits: 1 });
    expect(seen.filter(([event]) => event === "conflict-detection-off")).toEqual([]);
  });

  test("reads of many requests at once work", async () => {
    const { app, browser } = await loggedIn();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => browser.twin().visit(app, (v) => v.session.name)),
    );
    expect(answers.map(({ status, result }) => [status, result])).toEqual(Array(20).fill([200, "ann"]));
  });
});

test("the store's own reads in one tick work, of missing and of wrong-typed keys as well", async () => {
  const store = scriptless();
  const entry = { data: { name: "ann" }, expiresAt: Date.now() + 60_000 };
  await Promise.all([store.create("a", entry), store.create("b", entry)]);
  await server.client().rpush("sess:list", "x");
  for (let round = 0; round < 2; round++) {
    const records = await Promise.all(["a", "b", "none", "list"].map((id) => store.get(id)));
    expect(records.map((record) => record?.data)).toEqual([
      ...[{ name: "ann" }, { name: "ann" }],
      ...[undefined, undefined],
    ]);
  }
});
