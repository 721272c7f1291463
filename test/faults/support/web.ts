import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { SessionStore } from "sessionary";
import { buildApp as buildExpress } from "../../../examples/express-login/app.js";
import { buildApp as buildFastify } from "../../../examples/fastify-login/app.js";

/** An example app as its README has it, over a store of the test. */
export interface WebApp {
  name: "express" | "fastify";
  url: string;
  close(): Promise<void>;
}

export async function startApps(store: SessionStore): Promise<WebApp[]> {
  const options = {
    store,
    secret: "a secret of the tests, 32 characters or more",
    production: false,
    trustProxy: "loopback",
  };
  const server = buildExpress(options).listen(0, "127.0.0.1");
  await once(server, "listening");
  const fastify = await buildFastify(options);
  return [
    {
      name: "express",
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      close: async () => void server.close().closeAllConnections(),
    },
    {
      name: "fastify",
      url: await fastify.listen({ host: "127.0.0.1", port: 0 }),
      close: () => fastify.close(),
    },
  ];
}

/** A request that has no answer by then never gets one. */
const GIVE_UP_MS = 5_000;

export interface Answer {
  status: number;
  retryAfter: string | null;
  /** Whether the response sets or clears a cookie. */
  setsCookie: boolean;
  /** The session, where the page shows it. */
  user: string | undefined;
}

/** A browser that keeps its cookies. */
export class Visitor {
  readonly #app: WebApp;
  #cookie = "";

  constructor(app: WebApp) {
    this.#app = app;
  }

  /** The value of the session's cookie, as it is sent. */
  get cookie(): string {
    return this.#cookie;
  }

  async login(): Promise<Answer> {
    return this.get("/api/auth/login/ann");
  }

  info(): Promise<Answer> {
    return this.get("/api/auth/info");
  }

  async get(path: string): Promise<Answer> {
    const headers = this.#cookie === "" ? {} : { cookie: this.#cookie };
    const response = await fetch(this.#app.url + path, {
      headers,
      redirect: "manual",
      signal: AbortSignal.timeout(GIVE_UP_MS),
    });
    const [line] = response.headers.getSetCookie();
    if (line !== undefined) this.#cookie = line.split(";")[0] as string;
    const body = (await response.json().catch(() => ({}))) as { session?: { username?: string } };
    return {
      status: response.status,
      retryAfter: response.headers.get("retry-after"),
      setsCookie: line !== undefined,
      user: body.session?.username,
    };
  }
}

/** The session's id in a signed cookie, of either framework. */
export function sessionIdOf(cookie: string): string {
  const value = decodeURIComponent(cookie.slice(cookie.indexOf("=") + 1)).replace(/^s:/, "");
  return value.slice(0, value.lastIndexOf("."));
}
