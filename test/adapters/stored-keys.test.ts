import { MemoryStore, type Codec, type SessionData } from "sessionary";
import { describe, expect, test } from "vitest";
import { emptyStores } from "./stores.js";
import { Browser } from "./browser.js";
import { seenEvents } from "./events.js";
import { FRAMEWORKS, startApp } from "./support.js";
import { spied, stored } from "./wrapped-store.js";

const HOUR_MS = 3_600_000;

/** The methods of @fastify/session's session, and what is not one but is as bad. */
const FASTIFY_METHODS = [
  "options",
  "touch",
  "regenerate",
  "get",
  "set",
  "destroy",
  "reload",
  "save",
  "isModified",
  "isSaved",
];
const NAMES = [...FASTIFY_METHODS, "constructor", "hasOwnProperty", "toString", "sessionId", "id", "req"];

/** A codec without jsonCodec's guards: a store of somebody else's may be no better. */
const nakedCodec: Codec = {
  encode: (data) => JSON.stringify(data),
  decode: (text) => JSON.parse(text) as Record<string, unknown>,
};

describe.each(FRAMEWORKS)("%s", (framework) => {
  /** A browser whose session was written by somebody else, with this field in it. */
  async function withField(field: string) {
    const { store, calls } = spied(new MemoryStore({ codec: nakedCodec }));
    const app = await startApp(framework, store);
    const browser = new Browser();
    const { result: id } = await browser.visit(app, (v) => ((v.session.name = "ann"), v.id));
    const data = JSON.parse(`{"cookie":{},"name":"ann","${field}":{"bad":1}}`) as Record<string, unknown>;
    await store.update(id, { data, expiresAt: Date.now() + HOUR_MS });
    calls();
    return { store, calls, app, browser, id };
  }

  test.each([...NAMES, "__proto__"])("a stored field %s fails no request", async (field) => {
    const { app, browser } = await withField(field);
    const seen = seenEvents();
    const { status, result } = await browser.visit(app, async (v) => {
      const { name = "nobody" } = v.session;
      v.session.name = "ann again";
      await v.save();
      return name;
    });
    expect([status, app.errors]).toEqual([200, []]);
    const missed = framework === "fastify" && [...FASTIFY_METHODS, "__proto__"].includes(field);
    expect(result).toBe(missed ? "nobody" : "ann");
    expect(seen.filter(([event]) => event === "payload-undecodable")).toEqual(
      missed
        ? [
            [
              "payload-undecodable",
              { store: "fastifyStore", reason: "a field has the name of a session's method" },
            ],
          ]
        : [],
    );
    expect((await browser.visit(app, (v) => v.session.name)).result).toBe("ann again");
    expect(({} as { bad?: number }).bad).toBeUndefined();
  });
});

describe.each(FASTIFY_METHODS)("Fastify: a session's field that is called %s", (field) => {
  test("can't be written: an error, and nothing stored", async () => {
    const store = new MemoryStore();
    const app = await startApp("fastify", store);
    const browser = new Browser();
    const { result: id } = await browser.visit(app, (v) => ((v.session.name = "ann"), v.id));
    const { status } = await browser.visit(app, (v) => void (v.session[field] = 1));
    expect(status).toBe(500);
    for (const error of app.errors) expect(error).toBeInstanceOf(TypeError);
    expect(await stored(store, id)).toEqual({ name: "ann" });
    expect((await browser.visit(app, (v) => v.session.name)).result).toBe("ann");
  });
});

test.each(FRAMEWORKS)("%s: __proto__ inside of a field can't be written", async (framework) => {
  const store = new MemoryStore();
  const app = await startApp(framework, store);
  await new Browser().visit(app, async (v) => {
    v.session.form = JSON.parse('{"__proto__":{"admin":true}}');
    await expect(v.save()).rejects.toThrow(/__proto__/);
    delete v.session.form;
  });
  expect(app.errors).toEqual([]);
});

test.each(FRAMEWORKS)("%s: a cookie that could not be read again can't be written", async (framework) => {
  const store = new MemoryStore();
  const app = await startApp(framework, store);
  const browser = new Browser();
  const save = async (visitor: Browser) => {
    const { result: id } = await visitor.visit(app, async (v) => {
      v.session.draft = 1;
      const cookie = v.cookie as { sameSite?: unknown };
      const { sameSite } = cookie;
      cookie.sameSite = "lex";
      await expect(v.save()).rejects.toThrow(/session\.cookie\.sameSite is not valid/);
      cookie.sameSite = sameSite;
      delete v.session.draft;
      v.session.name = "ann";
      return v.id;
    });
    return id;
  };
  const id = await save(browser); // a new session, and then a loaded one
  expect(await save(browser)).toBe(id);
  expect(app.errors).toEqual([]);
  expect(await stored(store, id)).toEqual({ name: "ann" });
});

describe.each(["memory", "redis"] as const)("what can't be decoded, on the %s store", (kind) => {
  const emptyStore = emptyStores(kind);

  test.each(FRAMEWORKS)("%s: is a miss, and the user can log in again", async (framework) => {
    const store = emptyStore();
    const app = await startApp(framework, store);
    const browser = new Browser();
    const { result: id } = await browser.visit(app, (v) => ((v.session.name = "ann"), v.id));
    const cookies = [
      undefined,
      null,
      { data: 1 },
      { toJSON: "x" },
      { sameSite: "lex" },
      { path: "/;a=b" },
      { path: "/\r\n" },
      { domain: "a b" },
      { priority: "highest" },
    ];
    for (const cookie of cookies) {
      await store.update(id, { data: { cookie, name: "ann" }, expiresAt: Date.now() + HOUR_MS });
      expect((await browser.twin().visit(app, (v) => v.session.name ?? "nobody")).result).toBe("nobody");
    }
    const again = await browser.visit(app, (v) => ((v.session.name = "ann"), v.id));
    expect(again.result).not.toBe(id);
    expect((await browser.visit(app, (v) => v.session.name)).result).toBe("ann");
  });
});

describe.each(FRAMEWORKS)("%s: a stored session whose cookie", (framework) => {
  test.each([
    ["is the first field", ({ cookie, ...rest }) => ({ cookie, ...rest })],
    ["is the last field", ({ cookie, ...rest }) => ({ ...rest, cookie })],
  ] satisfies [string, (data: SessionData) => SessionData][])(
    "%s is read without a write, and keeps its fields in one",
    async (_where, ordered) => {
      const store = new MemoryStore();
      const app = await startApp(framework, store);
      const browser = new Browser();
      const { result: id } = await browser.visit(app, (v) => ((v.session.name = "ann"), v.id));
      const { data, expiresAt } = (await store.get(id))!;
      const version = await store.update(id, { data: ordered(data), expiresAt });

      // The store parses a text on its first reads, and then copies the data that it has parsed.
      for (let reads = 0; reads < 3; reads++)
        expect((await browser.visit(app, (v) => v.session.name)).result).toBe("ann");
      expect((await store.get(id))!.version).toBe(version);
      await browser.visit(app, (v) => void (v.session.views = 1));
      expect((await store.get(id))!.version).not.toBe(version);
      expect(await stored(store, id)).toEqual({ name: "ann", views: 1 });
    },
  );
});
