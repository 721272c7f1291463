// Checks what `npm publish` would upload, as its users get it: packed, linted, installed from the tarball, bundled,
// type-checked by a strict consumer, run from ESM and from CJS on each Node that is supported, and used as the README says.
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { startRedis } from "../test/support/redis-server.ts";
import { checkBundles } from "./package-bundles.mjs";
import { checkContents } from "./package-contents.mjs";
import { checkQuickstarts } from "./package-quickstarts.mjs";
import { NODE_MAJORS, ask, bin, nodeOf, root, run, runAll } from "./run.mjs";

const fixtures = join(root, "test/package/fixtures");
/** What a server that uses the adapters has beside the package: its name there, and in node_modules here. */
const PEERS = ["express", "express-session", "fastify", "@fastify/cookie", "@fastify/session"];
const TYPES = ["@types/express", "@types/express-session", "@types/node"];

const dir = await mkdtemp(join(tmpdir(), "sessionary-package-"));
const redis = await startRedis();
try {
  const tarball = pack();
  console.log("publint");
  run(bin("publint"), ["run", tarball, "--strict"]);
  console.log("are the types wrong");
  run(bin("attw"), [tarball]);

  const bare = await installBare(tarball);
  await runOnEachNode(bare, ["bare.mjs", "bare.cjs"]);
  await checkBundles(bare);
  for (const ioredis of ["ioredis", "ioredis5"]) {
    const full = await addPeers(bare, ioredis);
    await runAll(
      ["nodenext", "bundler", "node10"].map((resolution) => [
        `a strict consumer's types, ${resolution}, ${ioredis}`,
        bin("tsc"),
        ["-p", join(full, `tsconfig.${resolution}.json`)],
      ]),
    );
    await runOnEachNode(full, ["servers.mjs", "servers.cjs"]);
  }
  await checkQuickstarts(tarball, dir);
  console.log("the package is fine");
} finally {
  await redis.close();
  await rm(dir, { recursive: true });
}

/** @returns the path of the tarball. */
function pack() {
  run("npm", ["run", "--silent", "build"]);
  const [packed] = JSON.parse(ask("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", dir]));
  checkContents(packed);
  return join(dir, packed.filename);
}

/** A project that has the package, what it depends on, and nothing else. */
async function installBare(tarball) {
  const project = join(dir, "bare");
  await cp(fixtures, project, { recursive: true });
  await writeFile(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const options = ["--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  run("npm", ["install", ...options, tarball], { cwd: project });
  return project;
}

/** The same project with the peers, as links to those that are installed here. */
async function addPeers(bare, ioredis) {
  const project = join(dir, ioredis);
  await cp(bare, project, { recursive: true });
  // The same source as an ES module and as a CommonJS one.
  await cp(join(project, "consumer.ts"), join(project, "consumer.cts"));
  for (const name of [...PEERS, ...TYPES, "ioredis"]) {
    const link = join(project, "node_modules", name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(root, "node_modules", name === "ioredis" ? ioredis : name), link);
  }
  return project;
}

function runOnEachNode(project, scripts) {
  return runAll(
    NODE_MAJORS.flatMap((major) => {
      const node = nodeOf(major);
      return scripts.map((script) => [
        `Node ${major}: ${script}`,
        node,
        [join(project, script), redis.url],
        { cwd: project },
      ]);
    }),
  );
}
