// Checks the English of the documents: no long sentence, none that opens with a clause in place of a subject, and no
// phrase that readers have to read twice. `npm run lint` runs it. Prints each such sentence, and fails if there is one.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";

const MAX_WORDS = 40;

const AVOIDED = [
  /\b(?:is|are|was|were) had\b/i,
  /\bcom(?:e|es) to(?! the)\b/i,
  /\bof account\b/i,
  /\b(?:stand|stands|stood) in\b/i,
  /\bwhat there is\b/i,
  /\b(?:gone stays gone|outage is an answer|said aloud|anew|but for|handed in)\b/i,
  // In place of "requires" or "accepts".
  /\btakes? (?!(?:a copy|effect|place|turns)\b|(?:about )?\d)/i,
  /^(?:What|Whether|Who|Whose)\b(?!.*\?$)/,
];

const files = execFileSync("git", ["ls-files", "*.md", ":!bench/results"], { encoding: "utf8" })
  .trim()
  .split("\n");
let count = 0;
const hits = [];
for (const file of files) {
  for (const sentence of sentencesOf(readFileSync(file, "utf8"))) {
    count++;
    const words = sentence.match(/\S*\w\S*/g).length;
    if (words > MAX_WORDS) hits.push(`${file}: ${words} words: ${sentence}`);
    const phrase = AVOIDED.map((each) => each.exec(sentence)?.[0]).find((each) => each !== undefined);
    if (phrase !== undefined) hits.push(`${file}: "${phrase.trim()}": ${sentence}`);
  }
}
console.log(`${hits.length} of ${count} sentences in ${files.length} documents are hard to read`);
if (hits.length > 0) {
  console.error(hits.join("\n"));
  process.exitCode = 1;
}

/** Returns the sentences of the paragraphs, list items and table cells of a page. A code span counts as one word. */
function sentencesOf(markdown) {
  return markdown
    .replaceAll(/^```.*?^```$|^ {4}[^\n]*$|^#[^\n]*$/gms, "\n\n")
    .replaceAll(/\n(?=\s*(?:[-*]|\d+\.) )|\|/g, "\n\n")
    .split(/\n\s*\n/)
    .map((block) => block.replaceAll(/`[^`]*`/g, "code").replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, "$1"))
    .flatMap((block) => block.replace(/^\s*(?:[-*]|\d+\.) /, "").split(/(?<=[.!?][)"*]*)\s+/))
    .map((sentence) => sentence.replaceAll(/\s+/g, " ").trim())
    .filter((sentence) => /\w/.test(sentence));
}
