import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { compileErrors } from "./compile.js";
import { MODULES, contextOf } from "./context.js";
import { GUIDES, type Sample, samplesOf } from "./samples.js";

/** Pages whose samples another test compares with code that runs: test/redis/faults-docs.test.ts. */
const COMPARED = ["docs/faults.md"];

const PAGES = [...GUIDES, ...readdirSync("examples").map((name) => `examples/${name}/README.md`)].filter(
  (page) => !COMPARED.includes(page),
);

it("has samples that a strict consumer compiles", { timeout: 300_000 }, () => {
  const samples = PAGES.flatMap(samplesOf);
  expect(samples.length).toBeGreaterThan(35);
  const errors = compileErrors({
    "wrong.ts": 'import { createStore } from "sessionary";\nawait createStore({ url: 5 });',
    "wrong.cjs": 'const { createStore } = require("sessionary");\nvoid createStore({ url: 5 });',
    "modules.d.ts": MODULES,
    ...asModules(samples),
  });
  const wrong = errors.filter((each) => each.startsWith("wrong."));
  expect(wrong.map((each) => each.split(":")[0]).sort()).toEqual(["wrong.cjs", "wrong.ts"]);
  expect(errors.filter((each) => !wrong.includes(each))).toEqual([]);
});

/**
 * Returns a module for each sample that names its file, and one for the other samples under each heading, in which later
 * samples use what earlier ones declare. JavaScript must compile as strict TypeScript, too, unless it uses `require`.
 */
function asModules(samples: Sample[]): Record<string, string> {
  const texts = new Map<string, string>();
  for (const { page, heading, file, code } of samples) {
    const folder = `${page}, ${heading}`.replace(/\W+/g, "-");
    const name = file?.replace(/(?:\.d)?\.[cm]?[jt]s$/, "") ?? "sample";
    const path = `${folder}/${name}.${code.includes("require(") ? "cjs" : "ts"}`;
    const before = texts.get(path) ?? (file === undefined ? contextOf(page, heading) : "");
    texts.set(path, `${before}\n${code}`);
  }
  return Object.fromEntries(texts);
}
