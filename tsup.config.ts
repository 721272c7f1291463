import { defineConfig } from "tsup";
import { entryPoints } from "./scripts/entry-points.mjs";

export default defineConfig({
  entry: Object.fromEntries(entryPoints().map(({ name, source }) => [name, source])),
  format: ["esm", "cjs"],
  // Shared chunks, in CJS too: one copy of each error class, whichever entry points a server requires.
  splitting: true,
  dts: true,
  clean: true,
  target: "node20",
  silent: true,
});
