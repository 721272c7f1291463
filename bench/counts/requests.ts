import type { SessionStore } from "sessionary";
import { expressStore } from "sessionary/express-session";
import sessionaryFastify from "sessionary/fastify-session";
import type { App } from "../http/app.js";
import { listenExpress } from "../http/express-app.js";
import { listenFastify } from "../http/fastify-app.js";
import type { Work } from "./operations.js";

/**
 * A logged-in read-only request through each adapter: inside of the touch window, and with
 * `touchAfterMs: 0`, which touches each time.
 */
export async function requests(
  store: SessionStore,
): Promise<{ works: Record<string, Work>; close: () => Promise<void> }> {
  const apps = {
    "read-only request through Express": await listenExpress(expressStore(store)),
    "read-only request through Express, touching": await listenExpress(
      expressStore(store, { touchAfterMs: 0 }),
    ),
    "read-only request through Fastify": await fastify(store),
    "read-only request through Fastify, touching": await fastify(store, { touchAfterMs: 0 }),
  };
  const works: Record<string, Work> = {};
  for (const [name, app] of Object.entries(apps)) works[name] = await loggedIn(app);
  const close = async () => {
    for (const app of Object.values(apps)) await app.close();
  };
  return { works, close };
}

async function fastify(store: SessionStore, adapterOptions: { touchAfterMs?: number } = {}): Promise<App> {
  return listenFastify(async (app, options) => {
    await app.register(sessionaryFastify, { ...options, ...adapterOptions, store });
  });
}

async function loggedIn({ url }: App): Promise<Work> {
  const { headers } = await fetch(`${url}/login`, { method: "POST" });
  const cookie = headers.getSetCookie()[0]!.split(";")[0]!;
  return async () => {
    const response = await fetch(`${url}/me`, { headers: { cookie } });
    if ((await response.text()) !== '{"username":"user-0"}') throw new Error("not logged in");
  };
}
