import assert from "node:assert/strict";
import type { SessionEntry } from "../store.js";
import { MARK, idOf, outcomeOf } from "./rejections.js";
import type { Sentence } from "./sentence.js";
import type { Trial } from "./trial.js";

/** A call on one session. It resolves to what can be compared between two sessions. */
type Step = (trial: Trial, id: string, n: number, ifVersion: string) => Promise<unknown>;

const STEPS: Record<string, Step> = {
  create: (trial, id, n) =>
    named(outcomeOf("ERR_SESSION_EXISTS", () => trial.store.create(id, entryOf(trial, n)))),
  update: (trial, id, n) => named(trial.store.update(id, entryOf(trial, n))),
  "update with ifVersion": (trial, id, n, ifVersion) =>
    named(outcomeOf("ERR_SESSION_CONFLICT", () => trial.store.update(id, entryOf(trial, n), { ifVersion }))),
  touch: (trial, id, n) => trial.store.touch(id, entryOf(trial, n)),
  "touch with ifVersion": (trial, id, n, ifVersion) =>
    named(outcomeOf("ERR_SESSION_CONFLICT", () => trial.store.touch(id, entryOf(trial, n), { ifVersion }))),
  get: async (trial, id) => (await trial.store.get(id))?.data,
  destroy: (trial, id) => trial.store.destroy(id),
};

/** The order in which calls on one session take effect. */
export const order: Sentence[] = [
  {
    says: "Calls on one id that are started one after the other, without waiting, take effect in that order.",
    test: async (trial) => {
      const names = Object.keys(STEPS);
      const sequences = names.flatMap((a) => names.flatMap((b) => names.map((c) => [a, b, c])));
      const waited = await run(trial, "waited", sequences, true);
      const unwaited = await run(trial, "unwaited", sequences, false);
      for (const [i, sequence] of sequences.entries())
        assert.deepEqual(unwaited[i], waited[i], sequence.join(", then "));
    },
  },
];

/** Runs each sequence on a session of its own, the first steps of all first. Returns the answers by sequence. */
async function run(trial: Trial, name: string, sequences: string[][], waits: boolean): Promise<unknown[][]> {
  const ids = sequences.map((_, i) => idOf(`${name}-${i}`));
  const versions = await Promise.all(ids.map((id) => trial.store.create(id, entryOf(trial, 0))));
  const rounds: Promise<unknown>[][] = [];
  for (const n of [1, 2, 3]) {
    const round = ids.map((id, i) => STEPS[sequences[i]![n - 1]!]!(trial, id, n, versions[i]!));
    rounds.push(round);
    if (waits) await Promise.all(round);
  }
  rounds.push(ids.map(async (id) => (await trial.store.get(id))?.data));
  const answers = await Promise.all(rounds.map((round) => Promise.all(round)));
  return ids.map((_, i) => answers.map((round) => round[i]));
}

function entryOf(trial: Trial, n: number): SessionEntry {
  return trial.entry({ user: MARK, n }, 60_000 + n * 60_000);
}

/** Replaces a version, which differs between two sessions. */
async function named(outcome: Promise<unknown>): Promise<unknown> {
  const value = await outcome;
  if (value instanceof Error) return (value as { code?: unknown }).code;
  return typeof value === "string" ? "written" : value;
}
