import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Case, Check, Outcome } from "../bench.js";
import { type Machine, describe } from "../machine.js";
import { table } from "./table.js";

/** Where they stand, each file with the major version of Node in its name. */
export const RESULTS = join(import.meta.dirname, "../results");

/** What a case gave, and on what: cases can be measured again one by one. */
interface Result {
  title: string;
  measuredAt: string;
  machine: Machine;
  markdown: string;
  checks: Check[];
  data: unknown;
}
type Results = Record<string, Result>;

/** Adds a case's outcome to the JSON file, and writes the Markdown that is made of all of them, and plots. */
export async function record(one: Case, outcome: Outcome, machine: Machine, order: string[]): Promise<void> {
  await mkdir(RESULTS, { recursive: true });
  const name = `node${/\d+/.exec(machine.node)![0]}`;
  const { title } = one;
  const { markdown, checks, data, plots = {} } = outcome;
  const results = await read(name);
  results[one.name] = { title, measuredAt: new Date().toISOString(), machine, markdown, checks, data };
  await writeFile(join(RESULTS, `${name}.json`), JSON.stringify(results, null, 1) + "\n");
  await writeFile(join(RESULTS, `${name}.md`), markdownOf(results, order));
  for (const [plot, svg] of Object.entries(plots)) await writeFile(join(RESULTS, `${name}-${plot}.svg`), svg);
}

async function read(name: string): Promise<Results> {
  try {
    return JSON.parse(await readFile(join(RESULTS, `${name}.json`), "utf8")) as Results;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
}

function markdownOf(results: Results, order: string[]): string {
  const sections = order.flatMap((name) => results[name] ?? []);
  const machines = [...new Set(sections.map(({ machine }) => describe(machine)))];
  return [
    ...machines,
    "### Targets",
    checkTable(sections.flatMap(({ checks }) => checks)),
    ...sections.flatMap(({ title, markdown }) => [`### ${title}`, markdown]),
    "",
  ].join("\n\n");
}

export function checkTable(checks: readonly Check[]): string {
  const rows = checks.map(({ what, target, measured, isMet }) => [
    what,
    target,
    measured,
    isMet ? "met" : "missed",
  ]);
  return table(["what", "target", "measured", ""], rows);
}
