import { defineConfig } from "vitest/config";
import { fileURLToPath } from "node:url";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Tests import the package by its public names. By default these are the sources; with
// SESSIONARY_BUILT=1 they are what `npm run build` made, as a user of the package gets it.
const built = process.env.SESSIONARY_BUILT === "1";
const entry = (name: string, source: string) => ({
  find: new RegExp(`^sessionary${name === "index" ? "" : `/${name}`}$`),
  replacement: at(built ? `dist/${name}.js` : `src/${source}`),
});
const sessionary = [
  entry("redis", "redis/index.ts"),
  entry("express", "adapters/express.ts"),
  entry("fastify", "adapters/fastify.ts"),
  entry("conformance", "conformance/index.ts"),
  entry("index", "index.ts"),
];

export default defineConfig({
  resolve: { alias: sessionary },
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
