import { execFile, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** Of each Node line that the package supports. */
export const NODE_MAJORS = ["20", "22", "24", "26"];

/** Runs a command and shows what it prints. @throws when it fails. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit", ...options });
  if (error) throw error;
  if (status !== 0) throw new Error(`exit status ${status}: ${[command, ...args].join(" ")}`);
}

/**
 * Runs commands side by side, one per core. Shows the title and the output of each when it has ended.
 * @param commands arrays of a title, a command, its arguments and options.
 * @throws when one fails, after the others have ended.
 */
export async function runAll(commands) {
  const remaining = commands.values();
  const failed = [];
  const runInTurn = async () => {
    for (const [title, command, args, options] of remaining) {
      const {
        stdout,
        stderr,
        code = 0,
      } = await promisify(execFile)(command, args, options).catch((error) => error);
      console.log(
        [title, stdout, stderr]
          .map((text) => text?.trim())
          .filter(Boolean)
          .join("\n"),
      );
      if (code !== 0) failed.push(`exit status ${code}: ${[command, ...args].join(" ")}`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, runInTurn));
  if (failed.length > 0) throw new Error(failed.join("\n"));
}

/** Runs a command quietly. @returns what it printed. */
export function ask(command, args, options = {}) {
  const { status, error, stdout } = spawnSync(command, args, {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    ...options,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`exit status ${status}: ${[command, ...args].join(" ")}\n${stdout}`);
  return stdout.trim();
}

/** Returns these filters of Vitest. @throws when one selects no test, as after a rename. */
export function filters(names) {
  const files = readdirSync(join(root, "test"), { recursive: true }).map((file) => join("test", file));
  const unused = names.filter(
    (name) => !files.some((file) => file.endsWith(".test.ts") && file.includes(name)),
  );
  if (unused.length > 0) throw new Error(`no test matches ${unused.join(", ")}`);
  return names;
}

/** A command that a dev dependency brings. */
export const bin = (name) => join(root, "node_modules/.bin", name);

const nodes = new Map([[process.versions.node.split(".")[0], process.execPath]]);

/** The path of a node of this major version, from the npm package `node` unless this is one. */
export function nodeOf(major) {
  const find = () =>
    ask("npx", ["--yes", "--package", `node@${major}`, "node", "--print", "process.execPath"]);
  if (!nodes.has(major)) nodes.set(major, find());
  return nodes.get(major);
}
