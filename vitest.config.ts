import { defineConfig } from "vitest/config";
import { fileURLToPath } from "node:url";
import { entryPoints } from "./scripts/entry-points.mjs";

// Tests import the package by its public names. By default these are the sources; with
// SESSIONARY_BUILT=1 they are what `npm run build` made, as a user of the package gets it.
const built = process.env.SESSIONARY_BUILT === "1";
const alias = entryPoints().map((entry) => ({
  find: new RegExp(`^${entry.specifier}$`),
  replacement: fileURLToPath(new URL(built ? entry.built : entry.source, import.meta.url)),
}));

export default defineConfig({
  resolve: { alias },
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    maxWorkers: "100%", // by default one core stays free, and many tests wait
    coverage: { include: ["src/**"], reporter: ["text-summary", "html"] },
  },
});
