import { expect, test } from "vitest";
import { compileErrors } from "../docs/compile.js";

const SESSIONS = `
  import { createSessions } from "sessionary";
  interface AppSession { userId?: string; visits?: number }
  const sessions = createSessions<AppSession>({ store: "memory:", userIdOf: (data) => data.userId });
`;

/** Handlers of each framework, in which `session` is the session of a request. */
const HANDLERS: Record<string, (body: string) => string> = {
  "node:http": (body) => `
    import http from "node:http";
    http.createServer(async (req, res) => { const session = await sessions.get(req, res); ${body} });`,
  "node:http2": (body) => `
    import http2 from "node:http2";
    http2.createServer(async (req, res) => { const session = await sessions.get(req, res); ${body} });`,
  Express: (body) => `
    import express from "express";
    const app = express().use(sessions.middleware());
    app.get("/", async (req) => { const session = await sessions.get(req); ${body} });`,
  Fastify: (body) => `
    import fastify from "fastify";
    import sessionaryFastify from "sessionary/fastify";
    const app = fastify();
    await app.register(sessionaryFastify, { sessions });
    app.get("/", async (request) => { const session = await sessions.get(request); ${body} });`,
  Koa: (body) => `
    import Koa from "koa";
    import { koaSessions } from "sessionary/koa";
    const app = new Koa().use(koaSessions(sessions));
    app.use(async (ctx) => { const session = await sessions.get(ctx); ${body} });`,
  Hono: (body) => `
    import { Hono } from "hono";
    import { honoSessions } from "sessionary/hono";
    const app = new Hono().use(honoSessions(sessions));
    app.get("/", async (c) => { const session = await sessions.get(c); ${body} return c.text(""); });`,
  Fetch: (body) => `
    export const handle = sessions.handler(async (request) => {
      const session = await sessions.get(request); ${body} return new Response(); });`,
  open: (body) => `
    const session = await sessions.open("session=x"); ${body} await session.commit();`,
};

const RIGHT =
  "const n: number | undefined = session.data.visits; session.data = { userId: 'ann', visits: n ?? 0 };";
const WRONG: Record<string, string> = {
  "Type 'string' is not assignable to type 'number'": "session.data.visits = '1';",
  "Property 'name' does not exist on type 'Partial<AppSession>'": "void session.data.name;",
  "Cannot assign to 'isNew' because it is a read-only property": "session.isNew = false;",
};

const sources: Record<string, string> = {};
for (const [name, handler] of Object.entries(HANDLERS)) {
  const file = name.replace(/\W/g, "-");
  sources[`${file}/right.mts`] = `${SESSIONS}${handler(RIGHT)}`;
  for (const [i, body] of Object.values(WRONG).entries())
    sources[`${file}/wrong-${i}.mts`] = `${SESSIONS}${handler(body)}`;
}
sources["list.mts"] = `${SESSIONS}
  export const visits: (number | undefined)[] = (await sessions.store.listByUser("ann")).map(({ data }) => data.visits);`;
sources["other-store.mts"] = `
  import { MemoryStore, createSessions } from "sessionary";
  const sessions = createSessions<{ n?: number }>({ store: new MemoryStore() });
  export const n: number | undefined = (await sessions.open("")).data.n;`;
const errors = compileErrors(sources);
const errorsOf = (file: string) => errors.filter((error) => error.startsWith(`${file}:`));

test.each(Object.keys(HANDLERS))("infers the type of the session data from createSessions: %s", (name) => {
  const file = name.replace(/\W/g, "-");
  expect(errorsOf(`${file}/right.mts`)).toEqual([]);
  for (const [i, message] of Object.keys(WRONG).entries()) {
    expect(errorsOf(`${file}/wrong-${i}.mts`)).toEqual([expect.stringContaining(message)]);
  }
});

test("infers the type of the session data in the sessions of a user, and with a store of one's own", () => {
  expect([errorsOf("list.mts"), errorsOf("other-store.mts")]).toEqual([[], []]);
});
