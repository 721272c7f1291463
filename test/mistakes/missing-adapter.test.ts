import fastifyCookie from "@fastify/cookie";
import fastifySession from "@fastify/session";
import session from "express-session";
import Fastify from "fastify";
import { MemoryStore, createStore } from "sessionary";
import { RedisStore } from "sessionary/redis";
import { expect, onTestFinished, test } from "vitest";
import { SECRET } from "../adapters/support.js";

const stores = [
  ["a MemoryStore", () => new MemoryStore()],
  ["a RedisStore", () => new RedisStore({ url: "redis://localhost:6379" })],
  ["what createStore returned", () => createStore("redis://localhost:6379")],
] as const;

test.each(stores)("express-session with %s in place of expressStore(store) throws at startup", (_, open) => {
  const options = { secret: SECRET, resave: false, saveUninitialized: false };
  const start = () => session({ ...options, store: open() as unknown as session.Store });
  expect(start).toThrow(/without its adapter.*expressStore\(store\)/);
});

test.each(stores)(
  "@fastify/session with %s in place of fastifyStore(store) answers with an error that names it",
  async (_, open) => {
    const app = Fastify();
    onTestFinished(() => app.close());
    await app.register(fastifyCookie);
    await app.register(fastifySession, {
      secret: SECRET,
      cookie: { secure: false },
      store: open() as unknown as fastifySession.SessionStore,
    });
    app.get("/", async () => ({}));
    const response = await app.inject("/");
    expect(response.statusCode).toBe(500);
    expect(response.json()).toMatchObject({
      message: expect.stringContaining("fastifyStore(store)") as string,
    });
  },
);

test.each(stores)("%s shows no further method", (_, open) => {
  const store = open();
  const names = [];
  for (const name in store) names.push(name);
  expect(names).not.toContain("on");
  expect(names).not.toContain("set");
});
