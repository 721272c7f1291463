import { MemoryStore, type SessionStore } from "sessionary";
import { describe, expect, onTestFinished, test } from "vitest";
import { Browser } from "../browser.js";
import { seenEvents } from "../events.js";
import { latch } from "../latch.js";
import { FRAMEWORKS_AND_STORES, emptyStores } from "../stores.js";
import { FRAMEWORKS, startApp, type Visit } from "../support.js";
import { spied, stored, wrapped } from "../wrapped-store.js";

type Session = Record<string, unknown>;
type Change = (session: Session) => unknown;

/** Changes that cross: the first request is held while the second one is answered; then the first ends. */
const CROSSINGS: [string, Session, Change, Change, Session][] = [
  [
    "a removal beats an edit inside the removed object",
    { user: { name: "ann" } },
    (session) => void ((session.user as Session).lastSeen = 1),
    (session) => void (session.user = null),
    { user: null },
  ],
  [
    "a removal that ends last beats an edit inside, too",
    { user: { name: "ann" } },
    (session) => void (session.user = null),
    (session) => void ((session.user as Session).lastSeen = 1),
    { user: null },
  ],
  [
    "two additions to one object both hold",
    { cart: { tea: 1 } },
    (session) => void ((session.cart as Session).milk = 1),
    (session) => void ((session.cart as Session).sugar = 1),
    { cart: { tea: 1, milk: 1, sugar: 1 } },
  ],
  [
    "two additions to an object that neither request found both hold",
    { name: "ann" },
    (session) => void (session.cart = { milk: 1 }),
    (session) => void (session.cart = { sugar: 1 }),
    { name: "ann", cart: { milk: 1, sugar: 1 } },
  ],
  [
    "a flash message that was read stays away when another is added",
    { flash: { read: "hello" } },
    (session) => void ((session.flash as Session).added = "bye"),
    (session) => void delete (session.flash as Session).read,
    { flash: { added: "bye" } },
  ],
  [
    "on the same value the later write wins",
    { a: { b: { c: 0 } } },
    (session) => void (((session.a as Session).b as Session).c = "first"),
    (session) => void (((session.a as Session).b as Session).c = "second"),
    { a: { b: { c: "first" } } },
  ],
  [
    "lists are whole",
    { list: [1] },
    (session) => void (session.list as number[]).push(2),
    (session) => void (session.list as number[]).push(3),
    { list: [1, 2] },
  ],
];

describe.each(FRAMEWORKS_AND_STORES)("%s on the %s store", (framework, kind) => {
  const emptyStore = emptyStores(kind);

  async function started(fields: Session, store = emptyStore()) {
    const app = await startApp(framework, store, { cookie: { maxAge: 3_600_000 } });
    const browser = new Browser();
    const { result: id } = await browser.visit(app, (v) => (Object.assign(v.session, fields), v.id));
    return { store, app, browser, id };
  }

  test.each(CROSSINGS)("%s", async (_, fields, first, second, expected) => {
    const { store, app, browser, id } = await started(fields);
    const held = latch();
    const slow = browser.visit(app, async (v) => {
      await held.wait();
      first(v.session);
    });
    await held.reached;
    expect((await browser.visit(app, (v) => second(v.session))).status).toBe(200);
    held.open();
    expect((await slow).status).toBe(200);
    expect(await stored(store, id)).toEqual(expected);
  });

  test("a save that must fail fails alone", async () => {
    const inner = emptyStore();
    const refuse = <R>(data: Session, call: () => R): R => {
      if (Object.values(data).includes("bad")) throw new TypeError("this session is refused");
      return call();
    };
    const store = wrapped(inner, {
      update: async (id, entry, options) => refuse(entry.data, () => inner.update(id, entry, options)),
    });
    const { app, browser, id } = await started({ name: "ann" }, store);
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        browser.visit(app, async (v) => {
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
          v.session[`field-${i}`] = i % 8 === 3 ? "bad" : i;
        }),
      ),
    );
    answers.forEach(({ status }, i) => {
      // Express has answered before its save at the end of the request fails.
      if (framework === "fastify") expect(status).toBe(i % 8 === 3 ? 500 : 200);
    });
    const fields = await stored(inner, id);
    for (let i = 0; i < 40; i++) expect(fields?.[`field-${i}`]).toBe(i % 8 === 3 ? undefined : i);
  });

  test("parallel unchanged requests cause one touch", async () => {
    const { store, calls } = spied(emptyStore());
    const app = await startApp(framework, store, { cookie: { maxAge: 3_600_000 }, touchAfterMs: 1_000 });
    const browser = new Browser();
    await browser.visit(app, (v) => void (v.session.name = "ann"));
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    calls();
    const held = latch();
    let waiting = 0;
    const all = Array.from({ length: 50 }, () =>
      browser.visit(app, () => (++waiting === 50 ? held.open() : undefined, held.wait())),
    );
    await Promise.all(all);
    expect(calls().filter((call) => call === "touch")).toHaveLength(1);
  });
});

describe.each(FRAMEWORKS)("%s", (framework) => {
  test("a conflict without `current` from a store that breaks its contract is an error of that request", async () => {
    const inner = new MemoryStore();
    const store: SessionStore = wrapped(inner, {
      update: () => Promise.reject(Object.assign(new Error("changed"), { code: "ERR_SESSION_CONFLICT" })),
    });
    const app = await startApp(framework, store);
    const browser = new Browser();
    await browser.visit(app, (v) => void (v.session.name = "ann"));
    const answer = await browser.visit(app, async (v) => {
      v.session.name = "bob";
      await v.save().catch((error: Error) => Promise.reject(error));
    });
    expect(answer.status).toBe(500);
    expect(String(app.errors[0])).toMatch(/without `current`/);
  });

  test("one deadline holds for all attempts of a save, and what it did not write is an error", async () => {
    const inner = new MemoryStore();
    let counter = 0;
    // Another process writes between each read and write; a round trip takes 40 ms.
    const store = Object.assign(
      wrapped(inner, {
        update: async (id, entry, options) => {
          await new Promise((resolve) => setTimeout(resolve, 40));
          if (options?.ifVersion !== undefined) {
            const { data, expiresAt } = (await inner.get(id))!;
            await inner.update(id, { data: { ...data, other: ++counter }, expiresAt });
          }
          return inner.update(id, entry, options);
        },
      }),
      { timeoutMs: 300 },
    );
    const app = await startApp(framework, store);
    const browser = new Browser();
    await browser.visit(app, (v) => void (v.session.name = "ann"));
    const seen = seenEvents();
    const answer = await browser.visit(app, async (v) => {
      v.session.mine = 1;
      await v.save();
    });
    expect(answer.status).toBe(500);
    // On a slow machine the last attempt may still be under way at the deadline.
    const { code } = app.errors[0] as { code: string };
    expect(["ERR_SESSION_CONFLICT", "ERR_STORE_UNAVAILABLE"]).toContain(code);
    // No attempt starts that would end after the deadline: at most 300 / 40 of them for each save.
    expect(counter).toBeGreaterThanOrEqual(1);
    expect(counter).toBeLessThanOrEqual(8 + 8); // the save in the request, and the one at its end
    if (code === "ERR_SESSION_CONFLICT") expect(seen.map(([event]) => event)).toContain("conflict-rejected");
  });
});

function cyclic(): object {
  const value: { self?: object } = {};
  value.self = value;
  return value;
}

/** Kinds of values that JSON cannot represent. */
const UNSERIALIZABLE: [string, () => unknown, RegExp][] = [
  ["a BigInt", () => 10n, /BigInt/],
  ["a cycle", cyclic, /cycle/],
  [
    "a toJSON that throws",
    () => ({
      toJSON() {
        throw new Error("no");
      },
    }),
    /toJSON/,
  ],
];

describe.each(FRAMEWORKS)("%s", (framework) => {
  describe.each(UNSERIALIZABLE)("%s", (_, value, message) => {
    test.each([
      ["top-level", (v: Visit) => void (v.session.field = value()), /"field/],
      ["nested", (v: Visit) => void (v.session.outer = { field: value() }), /"outer\.field/],
    ])(
      "%s: save rejects and names the field, and the request and the process live",
      async (_, put, field) => {
        const store = new MemoryStore();
        onTestFinished(() => store.close());
        const app = await startApp(framework, store);
        const browser = new Browser();
        await browser.visit(app, (v) => void (v.session.name = "ann"));
        const answer = await browser.visit(app, async (v) => {
          put(v);
          await v.save();
        });
        expect(answer.status).toBe(500);
        expect(String(app.errors[0])).toMatch(message);
        expect(String(app.errors[0])).toMatch(field);
        const after = await browser.visit(app, (v) => v.session.name);
        expect([after.status, after.result]).toEqual([200, "ann"]);
      },
    );
  });
});

describe("Fastify", () => {
  test.each(UNSERIALIZABLE)(
    "%s at the end of a request is a 500 that names the field",
    async (_, value, message) => {
      const app = await startApp("fastify", new MemoryStore());
      const answer = await new Browser().visit(app, (v) => void (v.session.field = value()));
      expect(answer.status).toBe(500);
      expect(String(app.errors[0])).toMatch(message);
    },
  );
});
