import { type Metafile, build } from "esbuild";

/**
 * What a bundler that splits at `import()` makes of `file`, minified, without lru-cache and the
 * optional peers: the bytes that are loaded with it, and those that are loaded once they are needed.
 */
export async function bundleSize(file: string): Promise<{ loadedBytes: number; onDemandBytes: number }> {
  const { metafile } = await build({
    entryPoints: { bundle: file },
    outdir: "/", // nothing is written
    bundle: true,
    splitting: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    target: "node20",
    external: ["lru-cache", "ioredis", "express-session", "@fastify/session", "@fastify/cookie"],
    logLevel: "error",
  });
  const entry = Object.keys(metafile.outputs).find((name) => name.endsWith("bundle.js"))!;
  const loaded = staticImports(entry, metafile);
  let loadedBytes = 0;
  let onDemandBytes = 0;
  for (const [name, { bytes }] of Object.entries(metafile.outputs)) {
    if (loaded.has(name)) loadedBytes += bytes;
    else onDemandBytes += bytes;
  }
  return { loadedBytes, onDemandBytes };
}

/** The output and those that come with it at once. */
function staticImports(output: string, metafile: Metafile, found = new Set<string>()): Set<string> {
  if (found.has(output)) return found;
  found.add(output);
  for (const { kind, path, external } of metafile.outputs[output]!.imports) {
    if (kind === "import-statement" && !external) staticImports(path, metafile, found);
  }
  return found;
}
