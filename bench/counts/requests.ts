import { type SessionStore, createSessions } from "sessionary";
import { expressStore } from "sessionary/express-session";
import sessionaryFastify from "sessionary/fastify";
import sessionaryFastifySession from "sessionary/fastify-session";
import { honoSessions } from "sessionary/hono";
import { koaSessions } from "sessionary/koa";
import { type App, type Fields, fieldsAccess } from "../http/app.js";
import { listenExpress } from "../http/apps/express.js";
import { listenFastify } from "../http/apps/fastify.js";
import { listenHono } from "../http/apps/hono.js";
import { listenKoa } from "../http/apps/koa.js";
import { listenNode } from "../http/apps/node.js";
import { withStore } from "../http/apps/express-session.js";
import { FASTIFY_SESSION_OPTIONS, requestSession } from "../http/apps/fastify-session.js";
import type { Work } from "./operations.js";

const ALWAYS = { touchAfterMs: 0 };
const TOUCHING = "node:http, touching";

/**
 * Logged-in read-only requests through each session package and each framework of `createSessions`: within
 * `touchAfterMs`, and with `touchAfterMs: 0`, which touches each time. Anonymous requests through `createSessions`.
 */
export async function requests(
  store: SessionStore,
): Promise<{ works: Record<string, Work>; close: () => Promise<void> }> {
  const packages = {
    "read-only request through Express": await listenExpress(withStore(expressStore(store))),
    "read-only request through Express, touching": await listenExpress(
      withStore(expressStore(store, ALWAYS)),
    ),
    "read-only request through Fastify": await fastify(store),
    "read-only request through Fastify, touching": await fastify(store, ALWAYS),
  };
  const own = await ownApps(store);
  const works: Record<string, Work> = {};
  for (const [name, app] of Object.entries(packages)) works[name] = await loggedIn(app);
  for (const [name, app] of Object.entries(own)) {
    works[`read-only request through createSessions, ${name}`] = await loggedIn(app);
    if (name === TOUCHING) continue;
    works[`anonymous request through createSessions, ${name}`] = () => expectUser(`${app.url}/`, null);
  }
  const close = async () => {
    for (const app of [...Object.values(packages), ...Object.values(own)]) await app.close();
  };
  return { works, close };
}

async function fastify(store: SessionStore, adapterOptions: { touchAfterMs?: number } = {}): Promise<App> {
  return listenFastify(async (app) => {
    await app.register(sessionaryFastifySession, { ...FASTIFY_SESSION_OPTIONS, ...adapterOptions, store });
    return requestSession;
  });
}

async function ownApps(store: SessionStore): Promise<Record<string, App>> {
  const sessions = createSessions<Fields>({ store });
  const touching = createSessions<Fields>({ store, ...ALWAYS });
  return {
    "node:http": await listenNode(fieldsAccess(async ({ req, res }) => (await sessions.get(req, res)).data)),
    [TOUCHING]: await listenNode(fieldsAccess(async ({ req, res }) => (await touching.get(req, res)).data)),
    Express: await listenExpress((app) => {
      app.use(sessions.middleware());
      return fieldsAccess(async (req) => (await sessions.get(req)).data);
    }),
    Fastify: await listenFastify(async (app) => {
      await app.register(sessionaryFastify, { sessions });
      return fieldsAccess(async (request) => (await sessions.get(request)).data);
    }),
    Koa: await listenKoa((app) => {
      app.use(koaSessions(sessions));
      return fieldsAccess(async (ctx) => (await sessions.get(ctx)).data);
    }),
    Hono: await listenHono((app) => {
      app.use(honoSessions(sessions));
      return fieldsAccess(async (c) => (await sessions.get(c)).data);
    }),
  };
}

async function loggedIn({ url }: App): Promise<Work> {
  const { headers } = await fetch(`${url}/login`, { method: "POST" });
  const cookie = headers.getSetCookie()[0]!.split(";")[0]!;
  return () => expectUser(`${url}/me`, "user-0", { cookie });
}

async function expectUser(
  url: string,
  username: string | null,
  headers: Record<string, string> = {},
): Promise<void> {
  const answer = await (await fetch(url, { headers })).text();
  if (answer !== JSON.stringify({ username })) throw new Error(`expected ${username}, received ${answer}`);
}
