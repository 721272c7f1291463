import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "sessionary-count-"));
});
afterEach(() => rm(dir, { recursive: true }));

/** Runs these files with Vitest as `.ci/run` does, and counts. */
async function count(files: Record<string, string>) {
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(dir, `${name}.test.js`), text);
    const reporter = ["--reporter=json", `--outputFile.json=${join(dir, `${name}.json`)}`];
    const args = ["run", "--root", dir, "--globals", `${name}.test.js`, ...reporter];
    spawnSync(process.execPath, [join(process.cwd(), "node_modules/vitest/vitest.mjs"), ...args]);
  }
  const { status, stdout } = spawnSync(process.execPath, ["scripts/count-tests.mjs", dir], {
    encoding: "utf8",
  });
  return { status, lines: stdout.trim().split("\n") };
}

const passing = 'it("a", () => {}); it("b", () => {});';

it("sums what passed in every file of results", async () => {
  expect(await count({ one: passing, two: passing })).toEqual({ status: 0, lines: ["4 passed, 0 failed"] });
});

it("fails when a test failed, or a file of tests could not be loaded", async () => {
  const failing = 'it("fails", () => { throw new Error("as it should"); });';
  const broken = 'throw new Error("not loaded");';
  const counted = await count({ passing, failing, broken });
  expect(counted).toEqual({ status: 1, lines: ["2 passed, 2 failed"] });
});

it("fails when a test was skipped", async () => {
  const counted = await count({ passing, skipping: 'it.skip("later", () => {}); it.todo("some day");' });
  expect(counted).toEqual({ status: 1, lines: ["2 skipped", "2 passed, 0 failed"] });
});

it("fails when no test ran", async () => {
  expect(await count({})).toEqual({ status: 1, lines: ["0 passed, 0 failed"] });
});
