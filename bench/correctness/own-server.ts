import { serve as serveHono } from "@hono/node-server";
import express from "express";
import Fastify from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import http from "node:http";
import { type Session, type SessionStore, type Sessions, createSessions } from "sessionary";
import sessionaryFastify from "sessionary/fastify";
import { honoSessions } from "sessionary/hono";
import { koaSessions } from "sessionary/koa";
import { type Listening, listening } from "../listening.js";
import type { Stage } from "./stage.js";

type Fields = Record<string, unknown>;
/** Answers a request, whose URL may be only its path, with the fields of the session. */
type Answer = (url: string, session: Session<Fields>) => Promise<Fields>;

const FRAMEWORKS = {
  "node:http": (sessions: Sessions<Fields>, answer: Answer) =>
    http.createServer((req, res) => {
      void sessions
        .get(req, res)
        .then((session) => answer(req.url!, session))
        .then((fields) => res.end(JSON.stringify(fields)));
    }),
  express: (sessions: Sessions<Fields>, answer: Answer) => {
    const app = express();
    app.use(sessions.middleware());
    app.use(async (req, res) => void res.json(await answer(req.url, await sessions.get(req))));
    return http.createServer(app);
  },
  fastify: async (sessions: Sessions<Fields>, answer: Answer) => {
    const app = Fastify();
    await app.register(sessionaryFastify, { sessions });
    app.all("/*", async (request) => answer(request.url, await sessions.get(request)));
    await app.ready();
    return app.server;
  },
  koa: (sessions: Sessions<Fields>, answer: Answer) => {
    const app = new Koa();
    app.use(koaSessions(sessions));
    app.use(async (ctx) => {
      ctx.body = await answer(ctx.url, await sessions.get(ctx));
    });
    const listener = app.callback();
    return http.createServer((req, res) => void listener(req, res));
  },
  hono: (sessions: Sessions<Fields>, answer: Answer) => {
    const app = new Hono();
    app.use(honoSessions(sessions));
    app.all("/*", async (c) => c.json(await answer(c.req.url, await sessions.get(c))));
    return serveHono({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as http.Server;
  },
};

export type OwnFramework = keyof typeof FRAMEWORKS;
export const OWN_FRAMEWORKS = Object.keys(FRAMEWORKS) as OwnFramework[];

/** A framework with `createSessions`, and handlers as everybody writes them. */
export async function serveOwn(
  framework: OwnFramework,
  store: SessionStore,
  stage: Stage,
): Promise<Listening> {
  const sessions = createSessions<Fields>({ store });
  const server = await FRAMEWORKS[framework](sessions, (url, session) => answer(url, session, stage));
  return listening(server.listening ? server : server.listen(0, "127.0.0.1"));
}

async function answer(url: string, session: Session<Fields>, stage: Stage): Promise<Fields> {
  const { pathname, searchParams } = new URL(url, "http://localhost");
  const [, action, field] = pathname.split("/");
  if (action === "login") {
    await session.regenerate();
    session.data.user = "somebody";
  } else if (action === "set") {
    await stage.slowWork(searchParams.get("meeting")!);
    session.data[field!] = true;
  } else if (action === "logout") await session.destroy();
  return session.data;
}
