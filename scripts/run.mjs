import { spawnSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** Of each Node line that the package supports. */
export const NODE_MAJORS = ["20", "22", "24", "26"];

/** Runs a command and shows what it prints. @throws when it fails. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit", ...options });
  if (error) throw error;
  if (status !== 0) throw new Error(`exit status ${status}: ${[command, ...args].join(" ")}`);
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

/** A command that a dev dependency brings. */
export const bin = (name) => join(root, "node_modules/.bin", name);

/** The path of a node of this major version, from the npm package `node` unless this is one. */
export function nodeOf(major) {
  if (process.versions.node.split(".")[0] === major) return process.execPath;
  return ask("npx", ["--yes", "--package", `node@${major}`, "node", "--print", "process.execPath"]);
}
