import { defineConfig } from "tsup";

export default defineConfig({
  entry: {
    index: "src/index.ts",
    redis: "src/redis/index.ts",
    express: "src/adapters/express.ts",
    fastify: "src/adapters/fastify.ts",
    conformance: "src/conformance/index.ts",
  },
  format: ["esm", "cjs"],
  // Shared chunks, in CJS too: one copy of each error class, whichever entry points a server requires.
  splitting: true,
  dts: true,
  clean: true,
  target: "node20",
  silent: true,
});
