import fastifyCookie from "@fastify/cookie";
import fastifySession, { type CookieOptions } from "@fastify/session";
import Fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import { MemoryStore } from "sessionary";
import sessionaryFastify, { fastifyStore } from "sessionary/fastify-session";
import { describe, expect, onTestFinished, test } from "vitest";
import { seenEvents } from "./events.js";
import { SECRET, signed } from "./support.js";
import { spied, stored } from "./wrapped-store.js";

const HOUR_MS = 3_600_000;
const options = { secret: SECRET, cookie: { secure: false }, saveUninitialized: false };

type Session = FastifyRequest["session"] & Record<string, unknown>;
interface Opened {
  session: Session;
}

/** Opens the session of a cookie as for a WebSocket, whose request has not gone through Fastify's hooks. */
async function decrypted(app: FastifyInstance, value: string, cookie?: CookieOptions): Promise<Opened> {
  const opened = { protocol: "http" } as unknown as Opened;
  await new Promise<void>((resolve, reject) => {
    const done = (error?: Error) => (error ? reject(error) : resolve());
    if (cookie === undefined) app.decryptSession(value, opened, done);
    else app.decryptSession(value, opened, cookie, done);
  });
  return opened;
}

/** Ways to get an app, and to open a session there with its load tied to it. */
const WAYS: Record<string, (store: MemoryStore) => Promise<(value: string) => Promise<Opened>>> = {
  "the plugin": async (store) => {
    const app = Fastify();
    await app.register(sessionaryFastify, { ...options, store });
    onTestFinished(() => app.close());
    return (value) => decrypted(app, value);
  },
  "the plugin, in an encapsulated part of the app": async (store) => {
    const app = Fastify();
    await app.register(sessionaryFastify, { ...options, store });
    let part: FastifyInstance = app;
    await app.register(async (child) => void (part = child));
    onTestFinished(() => app.close());
    return (value) => decrypted(part, value, { path: "/" });
  },
  "fastifyStore, whose onRequest is called in the callback": async (store) => {
    const app = Fastify();
    const adapter = fastifyStore(store);
    await app.register(fastifyCookie);
    await app.register(fastifySession, { ...options, store: adapter });
    onTestFinished(() => app.close());
    return async (value) => {
      const opened = { protocol: "http" } as unknown as Opened;
      await new Promise<void>((resolve, reject) => {
        app.decryptSession(value, opened, (error?: Error) => {
          if (error) reject(error);
          else adapter.onRequest(opened, undefined, resolve);
        });
      });
      return opened;
    };
  },
};

describe.each(Object.entries(WAYS))("decryptSession by %s", (_, start) => {
  async function loggedIn() {
    const memory = new MemoryStore();
    const { store, calls } = spied(memory);
    const data = { cookie: { originalMaxAge: HOUR_MS }, name: "ann" };
    await memory.create("an-id", { data, expiresAt: Date.now() + HOUR_MS });
    const open = await start(store as MemoryStore);
    return { store, calls, open: (value = signed("fastify", "an-id")) => open(value) };
  }

  test("gives a session that is saved as one that was loaded", async () => {
    const { store, calls, open } = await loggedIn();
    const { session } = await open();
    expect(session.name).toBe("ann");
    session.byHand = true;
    await session.save();
    expect(calls()).toEqual(["get", "update"]);
    expect(await stored(store, "an-id")).toEqual({ name: "ann", byHand: true });
  });

  test.each([
    ["as they were opened", false],
    ["after a reload of one", true],
  ])("keeps the fields of two sockets, whoever loads in between, %s", async (_, reloads) => {
    const { store, open } = await loggedIn();
    const [mine, theirs] = [await open(), await open()];
    if (reloads) await mine.session.reload();
    theirs.session.theirs = 1;
    await theirs.session.save();
    await open();
    mine.session.mine = 1;
    await mine.session.save();
    expect(await stored(store, "an-id")).toEqual({ name: "ann", theirs: 1, mine: 1 });
  });

  test("drops a save whose session was destroyed meanwhile", async () => {
    const { store, open } = await loggedIn();
    const { session } = await open();
    await store.destroy("an-id");
    const seen = seenEvents();
    session.late = true;
    await session.save();
    expect(await store.count()).toBe(0);
    expect(seen).toEqual([["save-dropped", { operation: "save" }]]);
  });

  test.each([
    ["a wrong signature", "an-id.wrong"],
    ["the id of no session", signed("fastify", "no-id")],
  ])("gives a new session for %s", async (_, value) => {
    const { store, open } = await loggedIn();
    const { session } = await open(value);
    expect(session.sessionId).not.toMatch(/^(an|no)-id$/);
    session.name = "bob";
    await session.save();
    expect(await stored(store, session.sessionId)).toEqual({ name: "bob" });
    expect(await stored(store, "an-id")).toEqual({ name: "ann" });
  });
});

test("decryptSession by the plugin tells why a session can't be loaded, once", async () => {
  const store = new MemoryStore();
  const app = Fastify();
  await app.register(sessionaryFastify, { ...options, store });
  await store.close();
  const told: unknown[] = [];
  await new Promise<void>((resolve) => {
    app.decryptSession(signed("fastify", "an-id"), { protocol: "http" }, (error?: unknown) => {
      told.push(error);
      setImmediate(resolve);
    });
  });
  expect(told).toEqual([expect.objectContaining({ code: "ERR_STORE_CLOSED" })]);
});
