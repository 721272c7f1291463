import { getRequestListener, serve as serveHono } from "@hono/node-server";
import express5 from "express";
import express4 from "express4";
import Fastify, { type FastifyInstance } from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import { createReadStream } from "node:fs";
import http from "node:http";
import http2 from "node:http2";
import { Readable, pipeline } from "node:stream";
import type { Sessions } from "sessionary";
import sessionaryFastify from "sessionary/fastify";
import { honoSessions } from "sessionary/hono";
import { koaSessions } from "sessionary/koa";
import { onTestFinished, vi } from "vitest";
import type { Framework, Reply, Server } from "./servers.js";

type Start = (server: Server, sessions: Sessions) => Promise<void>;

/** Starts a server of each framework. */
export const START: Record<Framework, Start> = {
  "node:http": (server, sessions) => server.listen(http.createServer(nodeListener(server, sessions))),
  "node:http2": (server, sessions) =>
    server.listen(http2.createServer(nodeListener(server, sessions) as never), "http2"),
  "Express 4": (server, sessions) => startExpress(express4, server, sessions),
  "Express 5": (server, sessions) => startExpress(express5, server, sessions),
  Fastify: (server, sessions) => startFastify(Fastify({ forceCloseConnections: true }), server, sessions),
  "Fastify, HTTP/2": (server, sessions) =>
    startFastify(Fastify({ http2: true }) as never, server, sessions, "http2"),
  Koa: (server, sessions) => server.listen(http.createServer(koaListener(server, sessions))),
  "Koa, HTTP/2": (server, sessions) =>
    server.listen(http2.createServer(koaListener(server, sessions) as never), "http2"),
  Hono: async (server, sessions) => {
    const app = honoApp(server, sessions);
    await server.listen(serveHono({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }));
  },
  "Hono, HTTP/2": async (server, sessions) => {
    const { fetch } = honoApp(server, sessions);
    const options = { createServer: http2.createServer, port: 0, hostname: "127.0.0.1" };
    await server.listen(serveHono({ fetch, ...options }), "http2");
  },
  Fetch: async (server, sessions) => {
    const handle = sessions.handler(async (request) => {
      try {
        const { pathname } = new URL(request.url);
        return fetchResponse(await server.run(pathname, () => sessions.get(request)));
      } catch (error) {
        const { status, statusCode } = error as { status?: number; statusCode?: number };
        if (statusCode === 503) throw error; // the session could not be loaded
        return new Response("error", { status: status ?? 500 });
      }
    });
    const listener = getRequestListener(handle, { overrideGlobalObjects: false });
    await server.listen(http.createServer((req, res) => void listener(req, res)));
  },
};

/** Returns a listener for node:http, and for the compatibility API of node:http2. */
function nodeListener(server: Server, sessions: Sessions): http.RequestListener {
  return (req, res) => {
    const answer = async () => {
      for (const [name, value] of server.early) res.appendHeader(name, value);
      const reply = await server.run(req.url!, () => sessions.get(req, res));
      const { status = 200, headers = {}, text, redirect } = reply;
      if (redirect !== undefined) return res.writeHead(302, { ...headers, location: redirect }).end();
      res.writeHead(status, headers);
      return pipe(reply, res) ?? res.end(text);
    };
    answer().catch((error: { status?: number; statusCode?: number }) => {
      server.errors.push(error);
      res.statusCode = error.status ?? error.statusCode ?? 500;
      res.end("error");
    });
  };
}

async function startExpress(express: typeof express5, server: Server, sessions: Sessions): Promise<void> {
  const app = express();
  app.use((_req, res, next) => {
    for (const header of server.early) res.append(...header);
    next();
  });
  app.use(sessions.middleware());
  app.use(((req, res, next) => {
    const answer = async () => {
      const reply = await server.run(req.url, () => sessions.get(req));
      const { status = 200, headers = {}, text, redirect, file } = reply;
      res.set(headers);
      if (redirect !== undefined) return res.redirect(redirect);
      if (file !== undefined) return res.download(file);
      res.status(status);
      return pipe(reply, res) ?? res.send(text);
    };
    answer().catch(next);
  }) satisfies express5.RequestHandler);
  app.use(((error, _req, _res, next) => {
    server.errors.push(error);
    next(error);
  }) satisfies express5.ErrorRequestHandler);
  app.set("env", "test"); // the final handler prints nothing
  await server.listen(http.createServer(app));
}

async function startFastify(
  app: FastifyInstance,
  server: Server,
  sessions: Sessions,
  scheme?: string,
): Promise<void> {
  await app.register(sessionaryFastify, { sessions });
  app.addHook(
    "onRequest",
    async (_request, reply) => void server.early.map((header) => reply.header(...header)),
  );
  app.addHook("onError", async (_request, _reply, error) => void server.errors.push(error));
  app.get("/*", async (request, reply) => {
    const answer = await server.run(request.url, () => sessions.get(request));
    const { status = 200, headers = {}, text, redirect } = answer;
    reply.headers(headers);
    if (redirect !== undefined) return reply.redirect(redirect);
    return reply.status(status).send(streamOf(answer) ?? text);
  });
  await app.listen({ port: 0, host: "127.0.0.1" });
  await server.listen(app.server, scheme);
  onTestFinished(() => app.close());
}

function koaListener(server: Server, sessions: Sessions): http.RequestListener {
  const app = new Koa();
  app.on("error", (error) => void server.errors.push(error));
  app.use(async (ctx, next) => {
    for (const header of server.early) ctx.append(...header);
    await next();
  });
  app.use(koaSessions(sessions));
  app.use(async (ctx) => {
    const reply = await server.run(ctx.url, () => sessions.get(ctx));
    const { status = 200, headers = {}, text, redirect } = reply;
    ctx.set(headers);
    if (redirect !== undefined) return ctx.redirect(redirect);
    ctx.body = streamOf(reply) ?? text ?? null;
    ctx.status = status;
  });
  const listener = app.callback();
  return (req, res) => void listener(req, res);
}

function honoApp(server: Server, sessions: Sessions): Hono {
  const app = new Hono();
  vi.spyOn(console, "error").mockReturnValue(); // Hono's default error handler prints
  onTestFinished(() => void vi.restoreAllMocks());
  app.use(async (c, next) => {
    for (const header of server.early) c.header(...header, { append: true });
    await next();
  });
  app.use(honoSessions(sessions));
  const { errorHandler } = app as unknown as { errorHandler: Parameters<typeof app.onError>[0] };
  app.onError((error, c) => {
    server.errors.push(error);
    return errorHandler(error, c);
  });
  app.get("/*", async (c) => {
    const reply = await server.run(new URL(c.req.url).pathname, () => sessions.get(c));
    for (const [name, value] of Object.entries(reply.headers ?? {})) c.header(name, value);
    if (reply.redirect !== undefined) return c.redirect(reply.redirect);
    return c.newResponse(bodyOf(reply), (reply.status ?? 200) as 200);
  });
  return app;
}

function fetchResponse(reply: Reply): Response {
  const { status = 200, headers = {}, redirect } = reply;
  if (redirect !== undefined)
    return new Response(null, { status: 302, headers: { ...headers, location: redirect } });
  return new Response(bodyOf(reply), { status, headers });
}

function bodyOf(reply: Reply): ReadableStream<Uint8Array> | string | null {
  const stream = streamOf(reply);
  return stream === undefined ? (reply.text ?? null) : (Readable.toWeb(stream) as ReadableStream<Uint8Array>);
}

/** Sends a stream. Unlike `pipe`, `pipeline` ends the source when the client disconnects. */
function pipe(reply: Reply, res: http.ServerResponse): http.ServerResponse | undefined {
  const stream = streamOf(reply);
  return stream && pipeline(stream, res, () => {});
}

function streamOf({ stream, file }: Reply): Readable | undefined {
  if (file !== undefined) return createReadStream(file);
  return stream && Readable.from(bytes(stream), { objectMode: false });
}

async function* bytes(chunks: AsyncIterable<string | Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
}
