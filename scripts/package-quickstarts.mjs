// Follows the README in empty folders: installs the packed tarball, writes each quick start, starts it and uses it over HTTP,
// as JavaScript and as TypeScript.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Project } from "../test/docs/project.ts";
import { isServer, programsOf } from "../test/docs/samples.ts";
import { VISIT, startServer, visit } from "../test/docs/visit.ts";
import { freePort } from "../test/support/free-port.ts";
import { MarkdownPage } from "../test/support/markdown.ts";
import { bin, root, run } from "./run.mjs";

const INSTALL = [
  "install",
  "--prefer-offline",
  "--ignore-scripts",
  "--no-audit",
  "--no-fund",
  "--loglevel=error",
];
/** Types of the packages that have none. */
const TYPES = { express: "@types/express", "express-session": "@types/express-session" };

const COMPILER_OPTIONS = {
  strict: true,
  module: "nodenext",
  target: "es2022",
  types: ["node"],
  noEmit: true,
};

export async function checkQuickstarts(tarball, dir) {
  const programs = programsOf("README.md");
  const declarations = programs.filter(({ file }) => file.endsWith(".d.ts"));
  const quickstarts = programs.filter(isServer);
  assert.equal(quickstarts.length, 3);
  for (const [i, program] of quickstarts.entries()) {
    const folder = join(dir, `quickstart-${i}`);
    await install(folder, tarball, program);
    await useOverHttp(folder, program);
    await compile(folder, program, declarations);
    await useOverHttp(folder, { ...program, file: "app.ts" });
  }
}

/** Runs the commands of the README, with the tarball in place of the published package. */
async function install(folder, tarball, { heading, packages }) {
  console.log(heading);
  await mkdir(folder);
  const [setUp] = new MarkdownPage("README.md").samples();
  execFileSync("sh", ["-euc", setUp], { cwd: folder, stdio: "pipe" });
  const names = packages.map((name) => (name === "sessionary" ? tarball : name));
  run("npm", [...INSTALL, ...names], { cwd: folder });
}

/** Starts a quick start, signs in, opens the protected route and signs out. */
async function useOverHttp(folder, program) {
  const project = new Project(join(folder, "node_modules"), []);
  try {
    const url = await startServer(project, program, await freePort());
    assert.deepEqual(await visit(url), VISIT);
    console.log(`  ${program.file} signs in, protects a route and signs out`);
  } finally {
    await project.close();
  }
}

/** Compiles a quick start as TypeScript, with the declarations of the packages that it uses. */
async function compile(folder, { code, packages }, declarations) {
  const types = packages.flatMap((name) => TYPES[name] ?? []);
  run("npm", [...INSTALL, "--save-dev", "@types/node@20", ...types], { cwd: folder });
  await writeFile(join(folder, "app.ts"), code);
  await writeFile(join(folder, "session.d.ts"), declarationsOf(packages, declarations));
  const config = { compilerOptions: COMPILER_OPTIONS, files: ["app.ts", "session.d.ts"] };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
  run(bin("tsc"), ["-p", folder], { cwd: root });
  console.log("  app.ts compiles under strict");
}

/** Returns the declarations for the packages that an app uses. */
function declarationsOf(packages, declarations) {
  const isUsed = ({ code }) => packages.some((name) => code.includes(`import "${name}";`));
  return [...declarations.filter(isUsed).map(({ code }) => code), "export {};\n"].join("\n");
}
