import express from "express";
import Fastify from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import { type Session, type Sessions, createSessions } from "sessionary";
import sessionaryFastify from "sessionary/fastify";
import { honoSessions } from "sessionary/hono";
import { koaSessions } from "sessionary/koa";
import { IDLE_TIMEOUT_MS, type Setup } from "./actions.js";
import type { App } from "./app.js";
import type { Fields } from "./edits.js";
import { type Answer, type Surroundings, type Visit, handle } from "./handlers.js";
import { injectOf } from "./inject.js";

type Serve = (surroundings: Surroundings, setup: Setup) => Promise<App>;
/** Runs the handler of a request. @param url its path, or its URL. */
type Run = (session: Session<Fields>, url: string) => Promise<Answer>;
type Start = (sessions: Sessions<Fields>, run: Run) => Promise<App["inject"]> | App["inject"];

/** Serves `createSessions`. */
function served(start: Start): Serve {
  return async (surroundings, { touchAfterMs }) => {
    const { store } = surroundings;
    const sessions = createSessions<Fields>({ store, idleTimeoutMs: IDLE_TIMEOUT_MS, touchAfterMs });
    const run: Run = (session, url) =>
      handle(visitOf(session), Number(url.slice(url.lastIndexOf("/") + 1)), surroundings);
    return { cookieName: "session", inject: await start(sessions, run) };
  };
}

/** Servers over `createSessions`. */
export const OWN_APPS = {
  "node:http": served((sessions, run) =>
    injectOf((req, res) => {
      const answer = async () => {
        const { status, ...rest } = await run(await sessions.get(req, res), req.url!);
        res.writeHead(status).end(JSON.stringify({ status, ...rest }));
      };
      answer().catch((error: unknown) => res.writeHead(500).end(String(error)));
    }),
  ),
  Express: served((sessions, run) => {
    const app = express();
    app.use(sessions.middleware());
    app.get("/:number", async (req, res) => {
      const answer = await run(await sessions.get(req), req.url);
      res.status(answer.status).json(answer);
    });
    return injectOf(app);
  }),
  Fastify: served(async (sessions, run) => {
    const app = Fastify();
    await app.register(sessionaryFastify, { sessions });
    app.get("/:number", async (request, reply) => {
      const answer = await run(await sessions.get(request), request.url);
      return reply.status(answer.status).send(answer);
    });
    await app.ready();
    return (options) => app.inject(options);
  }),
  Koa: served((sessions, run) => {
    const app = new Koa();
    app.use(koaSessions(sessions));
    app.use(async (ctx) => {
      const answer = await run(await sessions.get(ctx), ctx.url);
      ctx.status = answer.status;
      ctx.body = answer;
    });
    const listener = app.callback();
    return injectOf((req, res) => void listener(req, res));
  }),
  Hono: served((sessions, run) => {
    const app = new Hono();
    app.use(honoSessions(sessions));
    app.get("/:number", async (c) => {
      const answer = await run(await sessions.get(c), c.req.url);
      return c.json(answer, answer.status as 200);
    });
    return fetchInject(async (request) => app.fetch(request));
  }),
  Fetch: served((sessions, run) =>
    fetchInject(
      sessions.handler(async (request) => {
        const answer = await run(await sessions.get(request), request.url);
        return Response.json(answer, { status: answer.status });
      }),
    ),
  ),
} satisfies Record<string, Serve>;

/** Returns a function that sends requests to a handler of the Fetch API. */
function fetchInject(handle: (request: Request) => Promise<Response>): App["inject"] {
  return async ({ url, cookies }) => {
    const cookie = Object.entries(cookies).map(([name, value]) => `${name}=${value}`);
    const request = new Request(`http://localhost${url}`, { headers: { cookie: cookie.join("; ") } });
    const response = await handle(request);
    const set = response.headers.getSetCookie().map((line) => line.split(";")[0]!.split("="));
    return {
      statusCode: response.status,
      body: await response.text(),
      cookies: set.map(([name, value]) => ({ name: name!, value: value! })),
    };
  };
}

function visitOf(session: Session<Fields>): Visit {
  return {
    get id() {
      return session.handle;
    },
    get session() {
      return session.data;
    },
    save: async () => void (await session.save()),
    regenerate: () => session.regenerate(),
    destroy: () => session.destroy(),
  };
}
