// Bundles apps of the installed package with esbuild and webpack, runs the bundles, and compares their sizes with a budget.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import esbuild from "esbuild";
import webpack from "webpack";
import { run } from "./run.mjs";

/** A server without Redis that answers one request. */
const SERVER = `
import { once } from "node:events";
import http from "node:http";
import { MemoryStore } from "sessionary";

async function main() {
  const { createSessions } = await import("sessionary"); // a second chunk, where the bundler splits
  const sessions = createSessions({ store: new MemoryStore() });
  const server = http.createServer(async (request, response) => {
    const session = await sessions.get(request, response);
    session.data.visits = (session.data.visits ?? 0) + 1;
    response.end("visits: " + session.data.visits);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = "http://127.0.0.1:" + server.address().port;
  const first = await fetch(url);
  const cookie = first.headers.getSetCookie()[0].split(";")[0];
  const second = await (await fetch(url, { headers: { cookie } })).text();
  if (second !== "visits: 2") throw new Error("the bundled server answered: " + second);
  server.close();
  server.closeAllConnections();
  await sessions.close();
}
void main();
`;

/** Texts of the code for the sessions of a user, and of the code for Redis. */
const USERS = ["sessionary:createdAt", "requires a store with the option userIdOf"];
const REDIS = ["evalsha", 'import("ioredis")'];

/** Bytes of minified ES modules, slightly above what was measured. */
const BUDGETS = [
  {
    // An app pays only for what it imports: nothing at the top level of a module has a side effect.
    name: "an error class",
    code: `import { SessionConflictError } from "sessionary"; export const error = SessionConflictError;`,
    maxBytes: 600,
    without: [],
  },
  {
    name: "MemoryStore",
    code: `import { MemoryStore } from "sessionary"; export const store = new MemoryStore();`,
    maxBytes: 35_000,
    without: ["aes-256-gcm", ...USERS, ...REDIS],
  },
  {
    name: "RedisStore",
    code: `import { RedisStore } from "sessionary/redis";
      export const store = new RedisStore({ url: "redis://localhost" });`,
    maxBytes: 74_000,
    without: ["aes-256-gcm", ...USERS],
  },
  {
    name: "MemoryStore and expressStore",
    code: `import { MemoryStore } from "sessionary"; import { expressStore } from "sessionary/express-session";
      export const store = expressStore(new MemoryStore());`,
    maxBytes: 57_500,
    without: ["aes-256-gcm", ...USERS, ...REDIS],
  },
  {
    name: "MemoryStore and createSessions, which also accepts the URL of a Redis",
    code: `import { MemoryStore, createSessions } from "sessionary";
      export const sessions = createSessions({ store: new MemoryStore() });`,
    maxBytes: 134_000,
    without: ["aes-256-gcm"],
  },
  {
    name: "MemoryStore and expressSession, which also accepts the URL of a Redis",
    code: `import { MemoryStore } from "sessionary"; import { expressSession } from "sessionary/express-session";
      export const handler = expressSession({ store: new MemoryStore(), secret: "x" });`,
    maxBytes: 132_500,
    without: ["aes-256-gcm"],
  },
];

/** @param project folder where the package is installed and ioredis is not. */
export async function checkBundles(project) {
  await checkSizes(project);
  await writeFile(join(project, "server.mjs"), SERVER);
  const forms = [
    { format: "esm", splitting: false },
    { format: "esm", splitting: true },
    { format: "cjs", splitting: false },
  ];
  for (const [bundler, bundle] of Object.entries({ esbuild: withEsbuild, webpack: withWebpack })) {
    for (const form of forms) {
      const name = `${bundler}-${form.format}${form.splitting ? "-splitting" : ""}`;
      console.log(`a bundle of an app without ioredis: ${name}`);
      const outdir = join(project, name);
      await mkdir(outdir);
      await writeFile(join(outdir, "package.json"), JSON.stringify({ type: "module" }));
      run(process.execPath, [await bundle(project, outdir, form)], { cwd: outdir });
    }
  }
}

async function checkSizes(project) {
  for (const { name, code, maxBytes, without } of BUDGETS) {
    const { outputFiles } = await esbuild.build({
      stdin: { contents: code, resolveDir: project },
      bundle: true,
      minify: true,
      format: "esm",
      platform: "node",
      external: ["express-session", "ioredis"],
      write: false,
      logLevel: "error",
    });
    const { contents, text } = outputFiles[0];
    console.log(`minified, ${name}: ${contents.length} bytes of at most ${maxBytes}`);
    if (contents.length > maxBytes) throw new Error(`the bundle with ${name} is larger than its budget`);
    const found = without.filter((word) => text.includes(word));
    if (found.length > 0) throw new Error(`the bundle with ${name} contains ${found.join(", ")}`);
  }
}

/** @returns the path of the bundle. */
async function withEsbuild(project, outdir, { format, splitting }) {
  const extension = format === "cjs" ? ".cjs" : ".js";
  await esbuild.build({
    entryPoints: { app: join(project, "server.mjs") },
    bundle: true,
    format,
    splitting,
    platform: "node",
    outdir,
    outExtension: { ".js": extension },
    logLevel: "error",
  });
  return join(outdir, `app${extension}`);
}

/** @returns the path of the bundle. */
async function withWebpack(project, outdir, { format, splitting }) {
  const isModule = format === "esm";
  const filename = isModule ? "app.js" : "app.cjs";
  const stats = await new Promise((resolve, reject) => {
    webpack(
      {
        mode: "production",
        target: "node20",
        context: project,
        entry: { app: "./server.mjs" },
        experiments: { outputModule: isModule },
        output: { path: outdir, filename, module: isModule, chunkFormat: isModule ? "module" : "commonjs" },
        plugins: splitting ? [] : [new webpack.optimize.LimitChunkCountPlugin({ maxChunks: 1 })],
      },
      (error, stats) => (error ? reject(error) : resolve(stats)),
    );
  });
  if (stats.hasErrors()) throw new Error(stats.toString({ all: false, errors: true }));
  return join(outdir, filename);
}
