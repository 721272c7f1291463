import { adapterFailures, collectAdapter } from "../../test/conformance/collect.js";
import { table } from "../report/table.js";
import { type RaceSubject, raceSubjects } from "./race-subjects.js";

/** The cases of adapterConformance that an adapter fails. */
export interface RaceResult {
  name: string;
  isOurs: boolean;
  failed: string[];
}

/** Runs adapterConformance over each adapter. */
export async function runRaces(url: string): Promise<{ titles: string[]; results: RaceResult[] }> {
  const subjects = await raceSubjects(url);
  try {
    const results: RaceResult[] = [];
    for (const each of subjects) results.push(await resultOf(each));
    return { titles: collectAdapter(subjects[0]!.subject).map(({ title }) => title), results };
  } finally {
    for (const { close } of subjects) await close();
  }
}

async function resultOf({ subject, isOurs }: RaceSubject): Promise<RaceResult> {
  const failed = await adapterFailures(subject);
  return { name: subject.name, isOurs, failed: [...failed.keys()] };
}

export function raceTable(titles: string[], results: RaceResult[]): string {
  const rows = titles.map((title) => [
    title,
    ...results.map(({ failed }) => (failed.includes(title) ? "fails" : "holds")),
  ]);
  return table(["race", ...results.map(({ name }) => name)], rows);
}
