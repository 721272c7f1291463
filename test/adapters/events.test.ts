import {
  MemoryStore,
  MemoryUserIndex,
  ScriptsForbiddenError,
  type SessionaryEvents,
  type SessionStore,
  StoreUnavailableError,
  createStore,
  withUsers,
} from "sessionary";
import { RedisStore } from "sessionary/redis";
import { inspect, isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startRedis, type RedisServer } from "../support/redis-server.js";
import { waitUntil } from "../support/wait-until.js";
import { Browser } from "./browser.js";
import { EVENTS, seenEvents } from "./events.js";
import { FRAMEWORKS, startApp, type AppOptions, type Framework } from "./support.js";
import { wrapped } from "./wrapped-store.js";
import { setExpiry } from "../support/set-expiry.js";

/** In every id and every field that these tests store; no event may hold it. */
const MARK = "marked-to-be-found";
const HOUR_MS = 3_600_000;

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());

const FAILURE = ["reason", "message", "code", "host", "port"];

// First, before other tests leave connections behind that are still closing.
test("connection tells when Redis is lost, and when the store is closed for good", async () => {
  const server = await startRedis();
  onTestFinished(() => server.close());
  const store = new RedisStore({ url: server.url });
  const seen = seenEvents(["connection"]);
  const states = () => seen.map(([, payload]) => (payload as SessionaryEvents["connection"]).state);
  await store.count();
  await server.kill();
  await waitUntil("it is lost", () => states().includes("lost"));
  await server.restart();
  await waitUntil("it is back", () => states().at(-1) === "ready");
  await store.close();
  await waitUntil("it is closed", () => states().at(-1) === "closed");
  expect(states()[0]).toBe("ready");
  const documented = ["store", "state"];
  for (const [, payload] of seen) {
    const details = (payload as { state: string }).state === "failed" ? FAILURE : [];
    expect(Object.keys(payload as object)).toEqual([...documented, ...details]);
  }
});

async function loggedIn(framework: Framework, store: SessionStore, options: AppOptions = {}) {
  let ids = 0;
  const newId = () => `${MARK}-${++ids}`;
  const app = await startApp(framework, store, { newId, ...options });
  const browser = new Browser();
  const { result: id } = await browser.visit(app, (v) => ((v.session[MARK] = MARK), v.id));
  return { app, browser, id, other: browser.twin() };
}

type Make = (framework: Framework) => Promise<void>;
const MAKE: { [E in keyof SessionaryEvents]: [payload: SessionaryEvents[E], make: Make] } = {
  "save-dropped": [
    { operation: "save" },
    async (framework) => {
      const store = new MemoryStore();
      const { app, browser, id } = await loggedIn(framework, store);
      await browser.visit(app, async (v) => {
        await store.destroy(id);
        v.session.late = MARK;
      });
    },
  ],
  "conflict-merged": [
    { attempts: 1 },
    async (framework) => {
      const { app, browser, other } = await loggedIn(framework, new MemoryStore());
      await browser.visit(app, async (v) => {
        await other.visit(app, (o) => void (o.session.theirs = MARK));
        v.session.mine = MARK;
      });
    },
  ],
  "conflict-rejected": [
    { attempts: 1 },
    async (framework) => {
      const { app, browser, other } = await loggedIn(framework, new MemoryStore(), { onConflict: "reject" });
      await browser.visit(app, async (v) => {
        await other.visit(app, (o) => void (o.session.theirs = MARK));
        v.session.mine = MARK;
        await v.save().catch(() => {});
        delete v.session.mine;
      });
    },
  ],
  "payload-undecodable": [
    { store: "redis", reason: "not what the codec writes" },
    async (framework) => {
      const store = redisStore();
      const { app, browser, id } = await loggedIn(framework, store);
      await redis.client().set(`sess:${id}`, `not JSON: ${MARK}`, "EX", 60);
      await browser.visit(app, () => {});
    },
  ],
  evicted: [
    { store: "memory", reason: "capacity" },
    async (framework) => {
      const { app } = await loggedIn(framework, new MemoryStore({ maxEntries: 1 }));
      await new Browser().visit(app, (v) => void (v.session.name = MARK));
    },
  ],
  "write-failed": [
    { operation: "destroy", code: "Error" },
    async (framework) => {
      const store = wrapped(new MemoryStore(), { destroy: () => Promise.reject(new Error(MARK)) });
      const { app, browser } = await loggedIn(framework, store);
      await browser.visit(app, (v) => v.destroy());
    },
  ],
  "conflict-detection-off": [
    { adapter: "" }, // the adapter's name is filled in below
    async (framework) => {
      const memory = new MemoryStore();
      // As a Redis that forbids scripts and has no SET … IFEQ.
      const store = wrapped(memory, {
        update: async (id, entry, options) => {
          if (options?.ifVersion !== undefined) throw new ScriptsForbiddenError();
          return memory.update(id, entry);
        },
      });
      const { app, browser } = await loggedIn(framework, store);
      await browser.visit(app, (v) => void (v.session.more = MARK));
    },
  ],
  "user-unknown": [
    { error: "TypeError" },
    async (framework) => {
      let isForeign = false;
      const userIdOf = () => {
        if (isForeign) throw new TypeError(MARK);
        return MARK;
      };
      const { app, browser } = await loggedIn(framework, createStore("memory:", { userIdOf }));
      isForeign = true;
      await browser.visit(app, () => {});
    },
  ],
  "limit-exceeded": [
    { code: "ERR_STORE_UNAVAILABLE" },
    async (framework) => {
      const refused = new StoreUnavailableError("not-applied", "other", MARK);
      const records = wrapped(new MemoryStore(), { update: () => Promise.reject(refused) });
      const index = new MemoryUserIndex();
      const unlimited = withUsers(records, index, { userIdOf: () => MARK });
      const expiresAt = Date.now() + 60_000;
      for (let n = 0; n < 150; n++) await unlimited.create(`old-${n}`, { data: {}, expiresAt });
      await loggedIn(framework, withUsers(records, index, { userIdOf: () => MARK, maxPerUser: 1 }));
    },
  ],
  connection: [
    { store: "redis", state: "ready" },
    async (framework) => {
      const store = redisStore();
      await loggedIn(framework, store);
    },
  ],
};

function redisStore(): RedisStore {
  const store = new RedisStore({ url: redis.url });
  onTestFinished(() => store.close());
  onTestFinished(() => void redis.client().flushall());
  return store;
}

describe.each(FRAMEWORKS)("%s", (framework) => {
  test.each(EVENTS)("%s is published as it is documented, without an id and without data", async (event) => {
    const [payload, make] = MAKE[event];
    const documented = event === "conflict-detection-off" ? { adapter: `${framework}Store` } : payload;
    const seen = seenEvents(EVENTS);
    await make(framework);
    await waitUntil(
      "it was published",
      () => seen.some(([name, p]) => name === event && isDeepStrictEqual(p, documented)),
      { withinMs: 5_000 },
    );
    const published = seen.flatMap(([name, payload]) => (name === event ? [payload] : []));
    expect(published).toContainEqual(documented);
    for (const each of published) expect(Object.keys(each as object)).toEqual(Object.keys(documented));
    expect(inspect(seen, { depth: null, showHidden: true })).not.toContain(MARK);
  });
});

test.each([
  ["save-dropped", "a touch", { operation: "touch" }],
  ["write-failed", "a touch", { operation: "touch", code: "ERR_MARKED" }],
  ["write-failed", "a save", { operation: "save", code: "ERR_MARKED" }],
] as const)("%s tells of %s", async (event, _, payload) => {
  const memory = new MemoryStore();
  const store = wrapped(memory, {});
  const { app, browser, id } = await loggedIn("express", store, {
    touchAfterMs: 0,
    cookie: { maxAge: HOUR_MS },
  });
  const seen = seenEvents();
  const fail = () => Promise.reject(Object.assign(new Error(MARK), { code: "ERR_MARKED" }));
  if (event === "write-failed") store.touch = store.update = fail;
  await browser.visit(app, async (v) => {
    if (event === "save-dropped") await memory.destroy(id);
    if (payload.operation === "save") v.session.more = MARK;
  });
  await waitUntil("it was published", () => seen.length > 0, { withinMs: 5_000 });
  expect(seen).toStrictEqual([[event, payload]]);
});

test("evicted tells of a session that expired", async () => {
  const store = new MemoryStore();
  const { app, browser, id } = await loggedIn("express", store);
  const seen = seenEvents();
  await setExpiry(store, id, Date.now() + 20);
  await waitUntil("the session has expired", async () => (await store.count()) === 0);
  expect((await browser.visit(app, (v) => v.session[MARK] ?? "nobody")).result).toBe("nobody");
  expect(seen).toStrictEqual([["evicted", { store: "memory", reason: "expired" }]]);
});
