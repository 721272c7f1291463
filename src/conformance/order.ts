import assert from "node:assert/strict";
import type { SessionEntry } from "../store.js";
import { SECRET, idOf, outcomeOf } from "./rejections.js";
import type { Sentence } from "./sentence.js";
import type { TestContext } from "./test-context.js";

/** A call on one session. It resolves to a value that is equal for two sessions with the same calls. */
type Step = (context: TestContext, id: string, n: number, ifVersion: string) => Promise<unknown>;

const STEPS: Record<string, Step> = {
  create: (context, id, n) =>
    named(outcomeOf("ERR_SESSION_EXISTS", () => context.store.create(id, entryOf(context, n)))),
  update: (context, id, n) => named(context.store.update(id, entryOf(context, n))),
  "update with ifVersion": (context, id, n, ifVersion) =>
    named(
      outcomeOf("ERR_SESSION_CONFLICT", () => context.store.update(id, entryOf(context, n), { ifVersion })),
    ),
  touch: (context, id, n) => context.store.touch(id, entryOf(context, n)),
  "touch with ifVersion": (context, id, n, ifVersion) =>
    named(
      outcomeOf("ERR_SESSION_CONFLICT", () => context.store.touch(id, entryOf(context, n), { ifVersion })),
    ),
  get: async (context, id) => (await context.store.get(id))?.data,
  destroy: (context, id) => context.store.destroy(id),
};

/** Test of the order in which calls on one session take effect. */
export const order: Sentence[] = [
  {
    title:
      "Calls on one id take effect in the order in which they are made, even if the caller does not wait for each.",
    test: async (context) => {
      const names = Object.keys(STEPS);
      const sequences = names.flatMap((a) => names.flatMap((b) => names.map((c) => [a, b, c])));
      const waited = await run(context, "waited", sequences, true);
      const unwaited = await run(context, "unwaited", sequences, false);
      for (const [i, sequence] of sequences.entries())
        assert.deepEqual(
          unwaited[i],
          waited[i],
          `${sequence.join(", then ")}, then get: the results differ from those of the same calls when each is ` +
            "awaited; the last result is that of get",
        );
    },
  },
];

/**
 * Runs each sequence on its own session: the first step of every sequence, then the second steps, and so on. Returns
 * the results by sequence.
 */
async function run(
  context: TestContext,
  name: string,
  sequences: string[][],
  waits: boolean,
): Promise<unknown[][]> {
  const ids = sequences.map((_, i) => idOf(`${name}-${i}`));
  const versions = await Promise.all(ids.map((id) => context.store.create(id, entryOf(context, 0))));
  const rounds: Promise<unknown>[][] = [];
  for (const n of [1, 2, 3]) {
    const round = ids.map((id, i) => STEPS[sequences[i]![n - 1]!]!(context, id, n, versions[i]!));
    rounds.push(round);
    if (waits) await Promise.all(round);
  }
  rounds.push(ids.map(async (id) => (await context.store.get(id))?.data));
  const answers = await Promise.all(rounds.map((round) => Promise.all(round)));
  return ids.map((_, i) => answers.map((round) => round[i]));
}

function entryOf(context: TestContext, n: number): SessionEntry {
  return context.entry({ user: SECRET, n }, 60_000 + n * 60_000);
}

/** Replaces an error by its code, and a version, which differs between two sessions, by "written". */
async function named(outcome: Promise<unknown>): Promise<unknown> {
  const value = await outcome;
  if (value instanceof Error) return (value as { code?: unknown }).code;
  return typeof value === "string" ? "written" : value;
}
