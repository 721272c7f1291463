import fastifyCookie from "@fastify/cookie";
import fastifySession from "@fastify/session";
import fastify, { type Session as FastifySession } from "fastify";
import type session from "express-session";
import { MemoryStore } from "sessionary";
import { expressStore } from "sessionary/express-session";
import { fastifyStore } from "sessionary/fastify-session";
import { describe, expect, onTestFinished, test } from "vitest";
import { SECRET } from "./support.js";
import { wrapped } from "./wrapped-store.js";

/** What ends the process otherwise, for the rest of the test. */
function uncaught(): { exceptions: unknown[]; rejections: unknown[] } {
  const caught = { exceptions: [] as unknown[], rejections: [] as unknown[] };
  const events = ["uncaughtException", "unhandledRejection"] as const;
  const before = events.map((event) => process.listeners(event as "uncaughtException"));
  for (const event of events) process.removeAllListeners(event);
  process.on("uncaughtException", (error) => caught.exceptions.push(error));
  process.on("unhandledRejection", (error) => caught.rejections.push(error));
  onTestFinished(() => {
    events.forEach((event, i) => {
      process.removeAllListeners(event);
      for (const listener of before[i]!) process.on(event, listener);
    });
  });
  return caught;
}

/** Long enough for promises, ticks and rejections to have been dealt with. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const live = () => ({ cookie: { originalMaxAge: null, expires: null }, name: "ann" });
const failing = wrapped(new MemoryStore(), {
  ...Object.fromEntries(
    ["get", "create", "update", "touch", "destroy", "count", "clear"].map((method) => [
      method,
      () => Promise.reject(new Error("down")),
    ]),
  ),
  // eslint-disable-next-line require-yield
  async *ids() {
    throw new Error("down");
  },
});

type Done = (error?: unknown, result?: unknown) => void;
const calls = (store: MemoryStore | typeof failing): [string, (done: Done) => void][] => {
  const express = expressStore(store);
  const fastify = fastifyStore(store);
  const expressData = () => live() as unknown as session.SessionData;
  const fastifyData = () => live() as unknown as FastifySession;
  return [
    ["express get", (done) => express.get("a", done)],
    ["express set", (done) => express.set("a", expressData(), done)],
    ["express touch", (done) => express.touch("a", expressData(), done)],
    ["express destroy", (done) => express.destroy("a", done)],
    ["express all", (done) => express.all(done)],
    ["express ids", (done) => express.ids(done)],
    ["express length", (done) => express.length(done)],
    ["express clear", (done) => express.clear(done)],
    ["fastify get", (done) => fastify.get("a", done)],
    ["fastify set", (done) => fastify.set("a", fastifyData(), done)],
    ["fastify destroy", (done) => fastify.destroy("a", done)],
  ];
};

describe.each([
  ["works", new MemoryStore(), null],
  ["fails", failing, expect.objectContaining({ message: "down" }) as unknown],
])("over a store that %s", (_, store, error) => {
  test.each(calls(store))("%s calls back once, later, with its error or null", async (_name, call) => {
    const answers: unknown[] = [];
    call((...args) => answers.push(args[0]));
    expect(answers).toEqual([]);
    await settled();
    expect(answers).toEqual([error]);
  });

  test.each(calls(store))(
    "%s: a callback that throws is an uncaught exception, once",
    async (_name, call) => {
      const { exceptions, rejections } = uncaught();
      let called = 0;
      call(() => {
        called++;
        throw new Error("thrown by the callback");
      });
      await settled();
      expect(called).toBe(1);
      expect(exceptions).toEqual([expect.objectContaining({ message: "thrown by the callback" })]);
      expect(rejections).toEqual([]);
    },
  );
});

test("an exception of a callback is not attributed to a request that saved its session before", async () => {
  const { exceptions } = uncaught();
  const adapter = fastifyStore(new MemoryStore());
  const app = fastify();
  await app.register(fastifyCookie);
  await app.register(fastifySession, { store: adapter, secret: SECRET, cookie: { secure: false } });
  app.addHook("onRequest", adapter.onRequest);
  app.get("/", async ({ session }) => session.save());
  expect((await app.inject("/")).statusCode).toBe(200);
  adapter.get("another", () => {
    throw new Error("thrown by the callback");
  });
  await settled();
  expect(exceptions).toEqual([expect.objectContaining({ message: "thrown by the callback" })]);
  await app.close();
});

test.each(["a working", "a failing"])("without a callback, %s store makes no noise", async (which) => {
  const { exceptions, rejections } = uncaught();
  const adapter = expressStore(which === "a failing" ? failing : new MemoryStore());
  void adapter.set("a", live() as unknown as session.SessionData);
  void adapter.touch("a", live() as unknown as session.SessionData);
  void adapter.destroy("a");
  void adapter.clear();
  await settled();
  expect([exceptions, rejections]).toEqual([[], []]);
});

test.each([
  ["length", "count"],
  ["clear", "clear"],
] as const)("%s calls back with what the store throws synchronously", async (method, broken) => {
  const store = wrapped(new MemoryStore(), {
    [broken]: () => {
      throw new Error("thrown");
    },
  });
  const answers: unknown[] = [];
  void expressStore(store)[method]((error: unknown) => answers.push(error));
  await settled();
  expect(answers).toEqual([expect.objectContaining({ message: "thrown" })]);
});
