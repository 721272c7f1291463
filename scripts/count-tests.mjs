// Sums what Vitest's JSON reporter wrote: `node scripts/count-tests.mjs directory` prints, as its last line,
// `N passed, N failed`. It fails when a test failed, was skipped or could not be loaded, and when none ran.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

const [directory = "."] = process.argv.slice(2);
const counts = { passed: 0, failed: 0, skipped: 0 };
for (const name of readdirSync(directory).filter((each) => each.endsWith(".json"))) {
  const results = JSON.parse(readFileSync(join(directory, name), "utf8"));
  counts.passed += results.numPassedTests;
  counts.failed += results.numFailedTests;
  counts.skipped += results.numPendingTests + results.numTodoTests;
  // A file that could not be loaded has no tests to count.
  counts.failed += results.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  ).length;
}
if (counts.skipped > 0) console.log(`${counts.skipped} skipped`);
console.log(`${counts.passed} passed, ${counts.failed} failed`);
if (counts.passed === 0 || counts.failed > 0 || counts.skipped > 0) process.exitCode = 1;
