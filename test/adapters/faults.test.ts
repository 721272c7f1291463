import { setTimeout as sleep } from "node:timers/promises";
import { MemoryStore, type SessionStore, StoreUnavailableError } from "sessionary";
import { describe, expect, test } from "vitest";
import { waitUntil } from "../support/wait-until.js";
import { Browser } from "./browser.js";
import { seenEvents } from "./events.js";
import { FRAMEWORKS, startApp } from "./support.js";
import { wrapped } from "./wrapped-store.js";

type Fault = (...args: never[]) => Promise<never>;
const coded = (code: string) => Object.assign(new Error(`failed with ${code}`), { code });
const thrower = (value: unknown): Fault => {
  return () => {
    throw value;
  };
};
// Stores of others may reject with anything.
const rejecter = (value: unknown): Fault => {
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
  return () => Promise.reject(value);
};

const FAULTS: [string, Fault][] = [
  [
    "rejects with an error of the contract",
    rejecter(new StoreUnavailableError("unknown", "timeout", "late")),
  ],
  ["rejects with another error", rejecter(new Error("no route to host"))],
  ["throws synchronously", thrower(new Error("thrown"))],
  ["throws undefined synchronously", thrower(undefined)],
  ["rejects with undefined", rejecter(undefined)],
  ["rejects with null", rejecter(null)],
  ["rejects with false", rejecter(false)],
  ["rejects with an empty text", rejecter("")],
  ["rejects with a text that means something to a router", rejecter("route")],
  ["rejects with an ENOENT, which the frameworks take for a missing session", rejecter(coded("ENOENT"))],
];

const METHODS = ["create", "update", "touch", "destroy"] as const;

describe.each(FRAMEWORKS)("%s", (framework) => {
  /** @fastify/session knows no touch: each write is a save to it. */
  const operationOf = (method: (typeof METHODS)[number]) =>
    method === "destroy" || (method === "touch" && framework === "express") ? method : "save";

  async function start() {
    const memory = new MemoryStore();
    const store: SessionStore = wrapped(memory, {});
    const app = await startApp(framework, store, { touchAfterMs: 0, cookie: { maxAge: 3_600_000 } });
    const browser = new Browser();
    await browser.visit(app, (v) => void (v.session.name = "ann"));
    return { store, memory, app, browser };
  }

  describe.each(FAULTS)("a store that %s", (_, fault) => {
    test("on get: an error, never a visitor who is not logged in", async () => {
      const { store, memory, app, browser } = await start();
      const [cookie] = browser.jar.values();
      store.get = fault;
      let ran = false;
      const { status } = await browser.visit(app, () => void (ran = true));
      expect([status, ran, app.errors.length]).toEqual([500, false, 1]);
      expect(app.errors[0]).toBeInstanceOf(Error);
      expect([...browser.jar.values()], "the cookie stays").toEqual([cookie]);
      store.get = (id) => memory.get(id);
      expect((await browser.visit(app, (v) => v.session.name)).result).toBe("ann");
    });

    test.each(METHODS)("on %s: an error, and an event", async (method) => {
      const { store, app, browser } = await start();
      const seen = seenEvents();
      const [cookie] = browser.jar.values();
      store[method] = fault;
      await (method === "create" ? new Browser() : browser).visit(app, async (v) => {
        if (method === "destroy") await v.destroy();
        else if (method !== "touch") v.session.changed = true;
      });
      await waitUntil("the error is handled", () => app.errors.length > 0, { withinMs: 5_000 });
      for (const error of app.errors) expect(error).toBeInstanceOf(Error);
      expect(
        [...browser.jar.values()].map(({ value }) => value),
        "the cookie stays",
      ).toEqual([cookie?.value]);
      expect(seen[0]).toEqual([
        "write-failed",
        { operation: operationOf(method), code: expect.any(String) as string },
      ]);
    });
  });

  test("a store that answers late is waited for", async () => {
    const { store, memory, app, browser } = await start();
    store.get = (id) => sleep(50).then(() => memory.get(id));
    store.update = (id, entry, options) => sleep(50).then(() => memory.update(id, entry, options));
    await browser.visit(app, (v) => void (v.session.visits = 1));
    expect((await browser.visit(app, (v) => [v.session.name, v.session.visits])).result).toEqual(["ann", 1]);
  });

  test("regenerate that can't destroy the old session makes no second id that lives", async () => {
    const { store, memory, app, browser } = await start();
    const before: string[] = [];
    for await (const id of memory.ids()) before.push(id);
    store.destroy = () => Promise.reject(new StoreUnavailableError("not-applied", "timeout", "late"));
    const { status } = await browser.visit(app, (v) => v.regenerate());
    expect(status).toBe(500);
    const after: string[] = [];
    for await (const id of memory.ids()) after.push(id);
    expect(after).toEqual(before);
    expect((await browser.visit(app, (v) => v.session.name)).result).toBe("ann");
  });

  test("a save that failed can be made again", async () => {
    const { store, memory, app, browser } = await start();
    const { status } = await browser.visit(app, async (v) => {
      v.session.visits = 1;
      store.update = () => Promise.reject(new StoreUnavailableError("not-applied", "timeout", "late"));
      await expect(v.save()).rejects.toBeInstanceOf(StoreUnavailableError);
      store.update = (id, entry, options) => memory.update(id, entry, options);
      await v.save();
    });
    expect([status, app.errors]).toEqual([200, []]);
    expect((await browser.visit(app, (v) => v.session.visits)).result).toBe(1);
  });
});

test.each([
  ["a cycle", cyclic(), /"cart\.itself" is part of a cycle/],
  ["a BigInt", { cart: { price: 1n } }, /"cart\.price" is a BigInt/],
])("Fastify: %s is a TypeError that names the key, and nothing is written", async (_, fields, message) => {
  const store = new MemoryStore();
  const app = await startApp("fastify", store);
  // express-session stringifies by itself first, and fails with a message of its own.
  const { status } = await new Browser().visit(app, (v) => void Object.assign(v.session, fields));
  expect(status).toBe(500);
  expect(app.errors[0]).toMatchObject({
    name: "TypeError",
    message: expect.stringMatching(message) as string,
  });
  expect(await store.count()).toBe(0);
});

function cyclic(): { cart: Record<string, unknown> } {
  const cart: Record<string, unknown> = {};
  cart.itself = cart;
  return { cart };
}
