import { once } from "node:events";
import type http from "node:http";
import type { AddressInfo, Server as NetServer, Socket } from "node:net";
import type { Session, Sessions } from "sessionary";
import { onTestFinished } from "vitest";
import { START } from "./start-server.js";

/** Express has no HTTP/2. */
export const FRAMEWORKS = [
  "node:http",
  "Express 4",
  "Express 5",
  "Fastify",
  "Koa",
  "Hono",
  "Fetch",
  "node:http2",
  "Fastify, HTTP/2",
  "Koa, HTTP/2",
  "Hono, HTTP/2",
] as const;
export type Framework = (typeof FRAMEWORKS)[number];

/** Servers for a client that has no HTTP/2. */
export const HTTP1_FRAMEWORKS = FRAMEWORKS.filter((name) => !/http2|HTTP\/2/.test(name));

/** True where the library answers a failure itself, because there is no error handling of a framework. */
export const answersItself = (framework: Framework): boolean =>
  ["node:http", "node:http2", "Fetch"].includes(framework);

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
  stream?: AsyncIterable<string | Uint8Array>;
  /** Path of a file to download. */
  file?: string;
}

export type Handler = (visit: Visit) => Reply | Promise<Reply>;

/** A server on a free loopback port whose handlers are functions of the test. */
export class Server {
  readonly #handlers: Handler[] = [];
  /** Errors that reached the error handling of the framework. */
  readonly errors: unknown[] = [];
  /** Answers all requests if it is set. */
  everyRequest: Handler | undefined;
  /** Headers that a middleware before the handler adds, except with the Fetch API. */
  early: [name: string, value: string][] = [];
  /** Open connections of clients. */
  readonly sockets = new Set<Socket>();
  /** Number of connections that are closed. */
  closed = 0;
  origin = "";

  /** Returns the path that runs a handler. */
  path(handler: Handler): string {
    return `/${this.#handlers.push(handler) - 1}`;
  }

  /** Returns the URL that runs a handler. */
  url(handler: Handler): string {
    return this.origin + this.path(handler);
  }

  /** Runs the handler of a path. */
  async run(url: string, session: Visit["session"]): Promise<Reply> {
    const path = url.split("?")[0]!;
    const handler = this.everyRequest ?? this.#handlers[Number(path.slice(1))];
    return handler === undefined ? { status: 404 } : handler({ path, session });
  }

  /** @param scheme "http2" for a server of HTTP/2, as `Client` expects it. */
  async listen(net: NetServer, scheme = "http"): Promise<void> {
    net.on("connection", (socket: Socket) => {
      this.sockets.add(socket);
      socket.once("close", () => {
        this.sockets.delete(socket);
        this.closed++;
      });
    });
    if (!net.listening) {
      net.listen(0, "127.0.0.1");
      await once(net, "listening");
    }
    this.origin = `${scheme}://127.0.0.1:${(net.address() as AddressInfo).port}`;
    onTestFinished(() => {
      net.close();
      (net as Partial<http.Server>).closeAllConnections?.();
      for (const socket of this.sockets) socket.destroy();
    });
  }
}

/** Serves handlers of the test with a framework. */
export async function serve(framework: Framework, sessions: Sessions): Promise<Server> {
  const server = new Server();
  await START[framework](server, sessions);
  return server;
}
