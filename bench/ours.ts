import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** Where `npm run build` puts the package. The benchmarks run what a user installs, not the sources. */
export const DIST = resolve(import.meta.dirname, "../dist");

interface Entries {
  index: typeof import("sessionary");
  redis: typeof import("sessionary/redis");
  express: typeof import("sessionary/express-session");
  fastify: typeof import("sessionary/fastify-session");
  koa: typeof import("sessionary/koa-session");
  ownFastify: typeof import("sessionary/fastify");
  ownKoa: typeof import("sessionary/koa");
  ownHono: typeof import("sessionary/hono");
}

/** Where each entry point is in a build; in 0.1.0 it was `NAME.js`. */
const FILES: Record<keyof Entries, string> = {
  index: "index.js",
  redis: "redis/index.js",
  express: "adapters/express-session/index.js",
  fastify: "adapters/fastify-session/index.js",
  koa: "adapters/koa-session/index.js",
  ownFastify: "sessions/fastify.js",
  ownKoa: "sessions/koa.js",
  ownHono: "sessions/hono.js",
};

/** Imports one entry point of a build: of this one, or of another one to compare with. */
export async function ours<E extends keyof Entries>(entry: E, dist = DIST): Promise<Entries[E]> {
  const candidates = [FILES[entry], `${entry}.js`].map((file) => resolve(dist, file));
  const file = candidates.find(existsSync);
  if (file === undefined) throw new Error(`${candidates[0]} does not exist: run npm run build`);
  return (await import(pathToFileURL(file).href)) as Entries[E];
}
