import { readdir } from "node:fs/promises";
import { parseArgs } from "node:util";
import { Findings, type FaultCase, type Outcome, type Profile } from "./fault-case.js";
import { Guard } from "./support/guard.js";

const { values, positionals } = parseArgs({
  options: { short: { type: "boolean", default: process.env.FAULTS === "short" } },
  allowPositionals: true, // numbers of cases: all by default
});
const short = values.short;
const profile: Profile = { short, pick: (full, brief) => (short ? brief : full) };

const folder = new URL("./cases/", import.meta.url);
const guard = new Guard();
let failed = 0;
const start = performance.now();
for (const file of (await readdir(folder)).sort()) {
  const { default: fault } = (await import(new URL(file, folder).href)) as { default: FaultCase };
  if (positionals.length > 0 && !positionals.includes(String(fault.number))) continue;
  const began = performance.now();
  const outcome = await run(fault);
  const counts = Object.entries(outcome.counts).map(([name, count]) => `${name} ${count}`);
  counts.push(`${seconds(began)} s`);
  const verdict = outcome.shortfalls.length === 0 ? "pass" : "FAIL";
  console.log(`${String(fault.number).padStart(2)}  ${verdict}  ${fault.title}: ${counts.join(", ")}`);
  for (const shortfall of outcome.shortfalls) console.log(`          ${shortfall}`);
  if (outcome.shortfalls.length > 0) failed++;
}
console.log(`${failed === 0 ? "all pass" : `${failed} cases fail`}, ${seconds(start)} s`);
process.exit(failed === 0 ? 0 : 1);

async function run(fault: FaultCase): Promise<Outcome> {
  const findings = new Findings();
  let outcome: Outcome;
  try {
    outcome = await fault.run(profile);
  } catch (error) {
    outcome = { counts: {}, shortfalls: [`it did not run: ${String((error as Error).stack)}`] };
  }
  guard.check(findings);
  return { ...outcome, shortfalls: [...outcome.shortfalls, ...findings.shortfalls] };
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1_000).toFixed(1);
}
