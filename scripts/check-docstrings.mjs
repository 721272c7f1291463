// Checks the English of src. A docstring opens with a verb or a noun phrase, not with a bare clause or a preposition,
// which a reader has to read twice: the script prints each other docstring, and fails above the limit. It also fails if
// a line has one of the phrases below. `npm run lint` runs it.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";

/** Words that open a clause without a subject, or a prepositional phrase. */
const BARE =
  /^(What|Whether|As|By|For|That|When|How|Where|Who|Whose|Whom|Which|Why|Until|Once|Because|Since|In|On|To|From)\b/;
const MAX_SHARE = 0.01;

/** Phrases without a clear meaning. */
const UNCLEAR =
  /\b(is had|comes to|of account|stands in|what there is|stays gone|is an answer|anew|but for|said aloud|what it takes)\b/i;

const files = execFileSync("git", ["ls-files", "src/*.ts", "src/**/*.ts"], { encoding: "utf8" })
  .trim()
  .split("\n");
let docstrings = 0;
const bare = [];
const unclear = [];
for (const file of new Set(files)) {
  const text = readFileSync(file, "utf8");
  for (const { 1: opening, index } of text.matchAll(/\/\*\*\s*\n?\s*\*?\s*([^\n*]*)/g)) {
    docstrings++;
    if (BARE.test(opening))
      bare.push(`${file}:${text.slice(0, index).split("\n").length}: ${opening.trim()}`);
  }
  for (const [i, line] of text.split("\n").entries())
    if (UNCLEAR.test(line)) unclear.push(`${file}:${i + 1}: ${line.trim()}`);
}
const share = bare.length / docstrings;
const percent = (100 * share).toFixed(1);
console.log(`${bare.length} of ${docstrings} docstrings open with a bare clause (${percent} %)`);
if (share > MAX_SHARE) {
  console.error(bare.join("\n"));
  process.exitCode = 1;
}
if (unclear.length > 0) {
  console.error(`Phrases without a clear meaning:\n${unclear.join("\n")}`);
  process.exitCode = 1;
}
