import express, { type Express, type RequestHandler } from "express";
import session from "express-session";
import fastifyCookie from "@fastify/cookie";
import fastifySession from "@fastify/session";
import Fastify, { type FastifyInstance } from "fastify";
import { expressSession } from "sessionary/express-session";
import sessionaryFastifySession from "sessionary/fastify-session";
import { onTestFinished } from "vitest";
import { emptyStores } from "../adapters/stores.js";
import { SECRET } from "../adapters/support.js";
import { Client } from "../sessions/client.js";
import { listen } from "../support/listen.js";

export const OWN_STORE = "the package's own store";

/** For `describe.each`: the session package with its own store, and our preset on each of our stores. */
export const SETUPS = [OWN_STORE, "the preset on memory", "the preset on Redis"] as const;
export type Setup = (typeof SETUPS)[number];

/** For the describe block that it is called in: returns a function that makes a middleware with an empty store. */
export function expressSessions(setup: Setup): () => RequestHandler {
  if (setup === OWN_STORE) return () => session({ secret: SECRET, resave: false, saveUninitialized: false });
  const newStore = storesOf(setup);
  return () => expressSession({ store: newStore(), secret: SECRET });
}

/** For the describe block that it is called in: returns a function that registers sessions with an empty store. */
export function fastifySessions(setup: Setup): (app: FastifyInstance) => Promise<void> {
  const options = { secret: SECRET, cookie: { secure: "auto" as const }, saveUninitialized: false };
  if (setup === OWN_STORE) {
    return async (app) => {
      await app.register(fastifyCookie);
      await app.register(fastifySession, options);
    };
  }
  const newStore = storesOf(setup);
  return async (app) =>
    void (await app.register(sessionaryFastifySession, { ...options, store: newStore() }));
}

export function storesOf(setup: Exclude<Setup, typeof OWN_STORE>): ReturnType<typeof emptyStores> {
  return emptyStores(setup === "the preset on memory" ? "memory" : "redis");
}

/** Serves an app of Express with sessions, which parses JSON. @returns its URL. */
export async function serveExpress(
  sessions: RequestHandler,
  routes: (app: Express) => void,
): Promise<string> {
  const app = express();
  app.set("env", "test"); // its final handler prints nothing
  app.use(sessions, express.json());
  routes(app);
  const { url, close } = await listen(app);
  onTestFinished(close);
  return url;
}

/** Serves an app of Fastify. @returns its URL. */
export async function serveFastify(setUp: (app: FastifyInstance) => Promise<void>): Promise<string> {
  const app = Fastify({ forceCloseConnections: true });
  await setUp(app);
  onTestFinished(() => app.close());
  return app.listen({ port: 0, host: "127.0.0.1" });
}

/** A visitor of an app, who keeps its cookies and follows no redirect. */
export class Visitor {
  readonly #url: string;
  readonly #client: Client;

  constructor(url: string, client = new Client()) {
    this.#url = url;
    this.#client = client;
  }

  /** Returns a visitor with the same cookies, who keeps them: another tab, or somebody who copied the cookie. */
  twin(): Visitor {
    return new Visitor(this.#url, this.#client.twin());
  }

  /** The `Cookie` header. */
  get cookie(): string {
    return [...this.#client.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  /** @returns the status, and the body or where it redirects to: `"200 hello"`, `"302 /"`. */
  get(path: string): Promise<string> {
    return this.#send(path, {});
  }

  /** Sends JSON. @returns as `get` does. */
  post(path: string, body: object = {}, headers: Record<string, string> = {}): Promise<string> {
    return this.#send(path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  }

  /** Sends a form. @returns as `get` does. */
  submit(path: string, fields: Record<string, string>): Promise<string> {
    return this.#send(path, { method: "POST", body: new URLSearchParams(fields) });
  }

  async #send(path: string, init: RequestInit): Promise<string> {
    const response = await this.#client.get(this.#url + path, init);
    const text = await response.text();
    return `${response.status} ${response.headers.get("location") ?? text}`.trim();
  }
}
