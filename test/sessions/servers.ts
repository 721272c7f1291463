import { serve as serveHono } from "@hono/node-server";
import express5 from "express";
import express4 from "express4";
import Fastify from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo, Server as NetServer } from "node:net";
import { Readable } from "node:stream";
import type { Session, Sessions } from "sessionary";
import sessionaryFastify from "sessionary/fastify";
import { honoSessions } from "sessionary/hono";
import { koaSessions } from "sessionary/koa";
import { onTestFinished, vi } from "vitest";

export const FRAMEWORKS = ["node:http", "Express 4", "Express 5", "Fastify", "Koa", "Hono"] as const;
export type Framework = (typeof FRAMEWORKS)[number];

export type Data = Record<string, unknown>;

/** A request, the same for all frameworks. */
export interface Visit {
  /** Path of the request. */
  readonly path: string;
  session(): Promise<Session<Data>>;
}

/** A response, which each framework sends as its users do. */
export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  text?: string;
  redirect?: string;
  stream?: AsyncIterable<string>;
}

export type Handler = (visit: Visit) => Reply | Promise<Reply>;

type Run = (url: string, session: Visit["session"]) => Promise<Reply>;

/** A server on a free loopback port whose handlers are functions of the test. */
export class Server {
  readonly #handlers: Handler[] = [];
  /** Errors that reached the error handling of the framework. */
  readonly errors: unknown[] = [];
  /** Answers all requests if it is set. */
  everyRequest: Handler | undefined;
  origin = "";

  /** Returns the path that runs a handler. */
  path(handler: Handler): string {
    return `/${this.#handlers.push(handler) - 1}`;
  }

  /** Returns the URL that runs a handler. */
  url(handler: Handler): string {
    return this.origin + this.path(handler);
  }

  readonly run: Run = async (url, session) => {
    const path = url.split("?")[0]!;
    const handler = this.everyRequest ?? this.#handlers[Number(path.slice(1))];
    return handler === undefined ? { status: 404 } : handler({ path, session });
  };

  async listen(net: NetServer): Promise<void> {
    net.listen(0, "127.0.0.1");
    await once(net, "listening");
    this.origin = `http://127.0.0.1:${(net.address() as AddressInfo).port}`;
    onTestFinished(() => {
      net.close();
      (net as Partial<http.Server>).closeAllConnections?.();
    });
  }
}

/** Serves handlers of the test with a framework. */
export async function serve(framework: Framework, sessions: Sessions): Promise<Server> {
  const server = new Server();
  await START[framework](server, sessions);
  return server;
}

const START: Record<Framework, (server: Server, sessions: Sessions) => Promise<void>> = {
  async "node:http"(server, sessions) {
    await server.listen(http.createServer(nodeListener(server, sessions)));
  },
  async "Express 4"(server, sessions) {
    await startExpress(express4, server, sessions);
  },
  async "Express 5"(server, sessions) {
    await startExpress(express5, server, sessions);
  },
  async Fastify(server, sessions) {
    const app = Fastify({ forceCloseConnections: true });
    await app.register(sessionaryFastify, { sessions });
    app.addHook("onError", async (_request, _reply, error) => void server.errors.push(error));
    app.get("/*", async (request, reply) => {
      const {
        status = 200,
        headers = {},
        text,
        redirect,
        stream,
      } = await server.run(request.url, () => sessions.get(request));
      reply.headers(headers);
      if (redirect !== undefined) return reply.redirect(redirect);
      return reply.status(status).send(stream ? Readable.from(stream) : text);
    });
    await app.ready();
    await server.listen(app.server);
    onTestFinished(() => app.close());
  },
  async Koa(server, sessions) {
    const app = new Koa();
    app.on("error", (error) => void server.errors.push(error));
    app.use(koaSessions(sessions));
    app.use(async (ctx) => {
      const {
        status = 200,
        headers = {},
        text,
        redirect,
        stream,
      } = await server.run(ctx.url, () => sessions.get(ctx));
      ctx.set(headers);
      if (redirect !== undefined) return ctx.redirect(redirect);
      ctx.status = status;
      ctx.body = stream ? Readable.from(stream) : (text ?? null);
      ctx.status = status;
    });
    await server.listen(http.createServer((req, res) => void app.callback()(req, res)));
  },
  async Hono(server, sessions) {
    const app = new Hono();
    vi.spyOn(console, "error").mockReturnValue(); // Hono's default error handler prints
    app.use(honoSessions(sessions));
    const { errorHandler } = app as unknown as { errorHandler: Parameters<typeof app.onError>[0] };
    app.onError((error, c) => {
      server.errors.push(error);
      return errorHandler(error, c);
    });
    app.get("/*", async (c) => {
      const {
        status = 200,
        headers = {},
        text,
        redirect,
        stream,
      } = await server.run(new URL(c.req.url).pathname, () => sessions.get(c));
      for (const [name, value] of Object.entries(headers)) c.header(name, value);
      if (redirect !== undefined) return c.redirect(redirect);
      const body = stream ? (Readable.toWeb(Readable.from(bytes(stream))) as ReadableStream) : (text ?? null);
      return c.newResponse(body, status as 200);
    });
    const net = serveHono({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as http.Server;
    await once(net, "listening");
    server.origin = `http://127.0.0.1:${(net.address() as AddressInfo).port}`;
    onTestFinished(() => {
      net.close();
      net.closeAllConnections();
      vi.restoreAllMocks();
    });
  },
};

async function* bytes(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const text of texts) yield new TextEncoder().encode(text);
}

/** A listener for node:http and node:http2. */
export function nodeListener(server: Server, sessions: Sessions): http.RequestListener {
  return (req, res) => {
    const answer = async () => {
      const reply = await server.run(req.url!, () => sessions.get(req, res));
      const { status = 200, headers = {}, text, redirect, stream } = reply;
      if (redirect !== undefined) return res.writeHead(302, { ...headers, location: redirect }).end();
      res.writeHead(status, headers);
      return stream ? Readable.from(stream).pipe(res) : res.end(text);
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
  app.use(sessions.middleware());
  app.use(((req, res, next) => {
    const answer = async () => {
      const reply = await server.run(req.url, () => sessions.get(req));
      const { status = 200, headers = {}, text, redirect, stream } = reply;
      res.set(headers);
      if (redirect !== undefined) return res.redirect(redirect);
      res.status(status);
      return stream ? Readable.from(stream).pipe(res) : res.send(text);
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
