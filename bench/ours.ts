import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** Where `npm run build` puts the package. The benchmarks run what a user installs, not the sources. */
export const DIST = resolve(import.meta.dirname, "../dist");

interface Entries {
  index: typeof import("sessionary");
  redis: typeof import("sessionary/redis");
  express: typeof import("sessionary/express");
  fastify: typeof import("sessionary/fastify");
}

/** One entry point of a built sessionary: this one's, or that of another build to compare with. */
export async function ours<E extends keyof Entries>(entry: E, dist = DIST): Promise<Entries[E]> {
  const file = resolve(dist, `${entry}.js`);
  if (!existsSync(file)) throw new Error(`${file} is not there: run npm run build`);
  return (await import(pathToFileURL(file).href)) as Entries[E];
}
