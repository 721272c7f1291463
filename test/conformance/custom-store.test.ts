import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { storeConformance } from "sessionary/conformance";
import { customStore, type Row } from "../../examples/custom-store/custom-store.js";

const example = (file: string) =>
  fileURLToPath(new URL(`../../examples/custom-store/${file}`, import.meta.url));

const tables = new WeakMap<object, Map<string, Row>>();
storeConformance(
  { describe, it },
  {
    name: "examples/custom-store",
    open: () => {
      const table = new Map<string, Row>();
      const store = customStore(table);
      tables.set(store, table);
      return store;
    },
    toleranceMs: 0,
    supports: { corrupt: (store, id) => void (tables.get(store)!.get(id)!.text = "{oops") },
  },
);

describe("examples/custom-store", () => {
  it("is a complete store in 60 lines or fewer", async () => {
    const lines = (await readFile(example("custom-store.ts"), "utf8")).trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(60);
  });

  it("passes its own test with the command of its README, and skips no case", async () => {
    const readme = await readFile(example("README.md"), "utf8");
    const [, args] = /^node (.+)$/m.exec(readme)!;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--test-reporter=tap", ...args!.split(" ")],
      { cwd: fileURLToPath(new URL("../..", import.meta.url)), env: withoutVitest(), timeout: 25_000 },
    );
    expect(stdout).toMatch(/^# tests 23$/m);
    expect(stdout).toMatch(/^# pass 23$/m);
  });
});

/** Under Vitest, node:test takes itself to be a part of a run that reports elsewhere. */
function withoutVitest(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, NODE_TEST_CONTEXT: _context, ...env } = process.env;
  return env;
}
