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
  "test/tracker",
  "test/adapters/edges",
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
const SCRIPTS = "src/redis/scripts.ts";
const TRACKER = "src/tracker/";

/** Each is `[name, file, what stands there, what it becomes]`. */
const MUTANTS = [
  [
    "Redis: no version check in the script",
    SCRIPTS,
    "elseif redis.sha1hex(stored) ~= version then",
    "elseif false then",
  ],
  [
    "memory: no version check",
    MEMORY,
    "if (ifVersion === undefined || ifVersion === String(stored.version)) return true;",
    "return true;",
  ],
  ["tracker: no version is sent", `${TRACKER}writer.ts`, "return { ifVersion: base.version };", "return {};"],
  [
    "tracker: a conflict overwrites instead of merging",
    `${TRACKER}combine.ts`,
    "const merged = merge(parse(snapshot.text), parse(change.text), parse(text));",
    "const merged = parse(change.text);",
  ],
  [
    "merge: edits beat the removal of their object",
    `${TRACKER}merge.ts`,
    "if (isPlainObject(before) && isPlainObject(mine)) return stored;",
    "",
  ],
  [
    "merge: nested objects are whole",
    `${TRACKER}merge.ts`,
    "if (isPlainObject(mine) && isPlainObject(stored)) {",
    "if (false) {",
  ],
  [
    "merge: an unchanged key keeps this request's value",
    `${TRACKER}merge.ts`,
    "if (isDeepStrictEqual(mine, before)) return stored;",
    "",
  ],
  [
    "tracker: a session that is known to be gone is created",
    `${TRACKER}save-queue.ts`,
    'else if (save.session.state.status === "gone") drop(rest.shift()!, isChanged(save));',
    'else if (save.session.state.status === "gone") known = await this.#create(rest.shift()!);',
  ],
  [
    "tracker: an expiry moves back",
    `${TRACKER}combine.ts`,
    "expiresAt = Math.max(expiresAt, endOf(lifetime, now));",
    "expiresAt = endOf(lifetime, now);",
  ],
  [
    "tracker: fields of an ended session are copied into its successor",
    `${TRACKER}tracked-session.ts`,
    "{ ended: state.snapshot }",
    "{}",
  ],
  [
    "tracker: saves of a combined write fail together",
    `${TRACKER}save-queue.ts`,
    "saves.length > 1 && !isApplied",
    "false",
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
  for (const each of ["src", "test", "scripts", "package.json", "tsconfig.json", "vitest.config.ts"]) {
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
