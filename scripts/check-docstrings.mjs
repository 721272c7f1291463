// Checks how docstrings open: with a verb or a noun phrase, not with a bare clause or a preposition, which a reader has
// to read twice. `npm run lint` runs it. Prints each docstring that does not, and fails above the limit.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";

/** Words that open a clause without a subject, or a prepositional phrase. */
const BARE = /^(What|Whether|As|By|For|That|When|How|Where|Who|Whose|Until)\b/;
const MAX_SHARE = 0.05;

const files = execFileSync("git", ["ls-files", "src/*.ts", "src/**/*.ts"], { encoding: "utf8" })
  .trim()
  .split("\n");
let docstrings = 0;
const bare = [];
for (const file of new Set(files)) {
  const text = readFileSync(file, "utf8");
  for (const { 1: opening, index } of text.matchAll(/\/\*\*\s*\n?\s*\*?\s*([^\n*]*)/g)) {
    docstrings++;
    if (BARE.test(opening))
      bare.push(`${file}:${text.slice(0, index).split("\n").length}: ${opening.trim()}`);
  }
}
const share = bare.length / docstrings;
const percent = (100 * share).toFixed(1);
console.log(`${bare.length} of ${docstrings} docstrings open with a bare clause (${percent} %)`);
if (share > MAX_SHARE) {
  console.error(bare.join("\n"));
  process.exitCode = 1;
}
