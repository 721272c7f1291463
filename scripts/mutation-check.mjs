// Takes away, one at a time, what keeps a logout done and a write from being lost, and runs the tests on each
// such copy of the package: `npm run test:mutation`. Fails when the tests pass all the same.
// `npm run test:mutation -- merge touch` tries only the mutants whose names hold one of these words;
// `-- --names` names each test that caught one, and not only their files.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import process from "node:process";
import { root } from "./run.mjs";

const TESTS = [
  "test/interleave",
  "test/model",
  "test/adapters/parallel.test.ts",
  "test/adapters/conflicts.test.ts",
  "test/adapters/gone.test.ts",
  "test/conformance/memory.test.ts",
  "test/conformance/redis.test.ts",
  "test/redis/redis-store.test.ts",
];
const MEMORY = "src/memory/memory-records.ts";
const COMMANDS = "src/redis/commands.ts";
const SCRIPTS = "src/redis/scripts.ts";
const WRITER = "src/adapters/session-writer.ts";
const MERGE = "src/adapters/merge.ts";

/** Each is `[name, file, what stands there, what it becomes]`. */
const MUTANTS = [
  [
    "Redis: no version check in the script",
    SCRIPTS,
    "elseif redis.sha1hex(stored) ~= version then",
    "elseif false then",
  ],
  [
    "memory: no version check in update",
    MEMORY,
    "if (ifVersion !== undefined && ifVersion !== String(kept.version)) {",
    "if (false) {",
  ],
  [
    "adapters: no version sent with an update",
    WRITER,
    "? { ifVersion: loaded.stored.version } : {}",
    "? {} : {}",
  ],
  ["Redis: no XX in update's SET", COMMANDS, '"PX", lifetimeMs!, "XX")', '"PX", lifetimeMs!)'],
  ["Redis: no XX in the script of many updates", SCRIPTS, "'PX', ARGV[2 * i], 'XX')", "'PX', ARGV[2 * i])"],
  [
    "Redis: the script writes a session that is gone",
    SCRIPTS,
    "elseif not stored then\n    replies[i] = 0",
    "elseif not stored then\n    redis.call('SET', key, payload, 'PX', lifetime)\n    replies[i] = 1",
  ],
  [
    "memory: update writes a session that is gone",
    MEMORY,
    "if (kept === undefined) return undefined;",
    "if (kept === undefined) return this.#write(id, text, entry);",
  ],
  [
    "memory: touch writes a session that is gone",
    MEMORY,
    "if (kept === undefined) return false;",
    "if (kept === undefined) return this.#write(id, this.#format.encode(entry, id), entry) !== undefined;",
  ],
  [
    "adapters: a conflict overwrites instead of merging",
    WRITER,
    "return this.#merge(id, loaded, image, error.current);",
    "const version = await this.#store.update(id, entry); return version && { ...image, stored: { version } };",
  ],
  [
    "merge: all of mine, not only what this request changed",
    MERGE,
    "const data = { ...stored.data };",
    "const data = { ...stored.data, ...after };",
  ],
  ["merge: what this request deleted stays", MERGE, "else delete data[field];", ""],
  [
    "adapters: a save of a session known to be gone creates it",
    WRITER,
    'if (loaded === GONE) return drop("save");',
    "if (loaded === GONE) return void (await this.#store.create(id, entryNow()));",
  ],
  [
    "adapters: a save that finds its session gone creates it",
    WRITER,
    'if (tie.loaded === GONE) drop("save");',
    "if (tie.loaded === GONE) await this.#store.create(id, entry);",
  ],
  [
    "adapters: a touch does not look whether its session was there",
    WRITER,
    "if (!(await this.#store.touch(id, entryNow()))) {",
    "if (!(await this.#store.touch(id, entryNow())) && false) {",
  ],
  [
    "adapters: a touch that finds its session gone creates it",
    WRITER,
    'drop("touch");\n    } else',
    "await this.#store.create(id, entryNow());\n    } else",
  ],
];

/** @returns the names of the tests that fail, and how many passed. */
function test(dir) {
  const report = join(dir, "report.json");
  const vitest = join(dir, "node_modules/vitest/vitest.mjs");
  const args = [vitest, "run", "--root", dir, "--reporter=json", `--outputFile=${report}`, ...TESTS];
  spawnSync(process.execPath, args, { cwd: dir, stdio: "ignore" });
  if (!existsSync(report)) throw new Error("vitest ended without a report");
  const { testResults } = JSON.parse(readFileSync(report, "utf8"));
  rmSync(report);
  const failed = [];
  let passed = 0;
  for (const { name, status, assertionResults } of testResults) {
    const file = relative(dir, name);
    for (const { fullName, status } of assertionResults) {
      if (status === "passed") passed++;
      else if (status === "failed") failed.push(`${file}: ${fullName}`);
    }
    if (status === "failed" && assertionResults.length === 0) failed.push(`${file} could not be run`);
  }
  return { failed, passed };
}

/** What failed: all of it, or how much of each file. */
function summary(failed) {
  if (showsNames) return failed;
  const files = failed.map((each) => each.split(":")[0]);
  return [...new Set(files)].map((file) => `${file}: ${files.filter((each) => each === file).length}`);
}

const words = process.argv.slice(2).filter((each) => each !== "--names");
const showsNames = process.argv.includes("--names");
const chosen = MUTANTS.filter(([name]) => words.length === 0 || words.some((word) => name.includes(word)));
const dir = mkdtempSync(join(tmpdir(), "sessionary-mutants-"));
try {
  for (const each of ["src", "test", "package.json", "tsconfig.json", "vitest.config.ts"]) {
    cpSync(join(root, each), join(dir, each), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(dir, "node_modules"));

  const { failed, passed } = test(dir);
  if (failed.length > 0) throw new Error(`these fail without any mutant:\n${failed.join("\n")}`);
  console.log(`without a mutant: ${passed} tests pass`);

  const survivors = [];
  for (const [name, file, from, to] of chosen) {
    const path = join(dir, file);
    const source = readFileSync(path, "utf8");
    const mutated = source.replace(from, () => to);
    if (mutated === source) throw new Error(`${name}: ${file} has no such place: ${from}`);
    writeFileSync(path, mutated);
    const { failed, passed } = test(dir);
    writeFileSync(path, source);
    if (failed.length === 0) survivors.push(name);
    console.log(`\n${name}: ${failed.length === 0 ? "SURVIVES" : `${failed.length} fail, ${passed} pass`}`);
    for (const each of summary(failed)) console.log(`  ${each}`);
  }
  console.log(`\n${chosen.length - survivors.length} of ${chosen.length} mutants are caught`);
  if (survivors.length > 0) process.exitCode = 1;
} finally {
  rmSync(dir, { recursive: true, force: true });
}
