import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import type { Counts } from "../../bench/counts/counted.js";
import baseline from "../../bench/counts/baseline.json" with { type: "json" };

// What an operation costs in counts, which a busy machine does not change, against what it cost when
// `npm run bench:counts -- --write` was last run. Run that after a change that is meant.
const expected = baseline as Record<string, Partial<Counts>>;
let counted: Record<string, Partial<Counts>>;

/** In one process of 150 each of five tries of a hundred reads made two promises more for a read, on Node 22. */
const PROCESSES = 3;

beforeAll(async () => {
  counted = await count();
  for (let n = 1; n < PROCESSES; n++) {
    for (const [name, { promises, timers }] of Object.entries(await count())) {
      const least = counted[name]!;
      if (promises !== undefined) least.promises = Math.min(least.promises!, promises);
      if (timers !== undefined) least.timers = Math.min(least.timers!, timers);
    }
  }
}, 120_000);

async function count(): Promise<typeof counted> {
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", "bench/counts/main.ts"]);
  return JSON.parse(stdout) as typeof counted;
}

describe("what an operation costs", () => {
  it("is counted for all that have a baseline, and has a baseline for all that are counted", () => {
    expect(Object.keys(counted)).toEqual(Object.keys(expected));
  });

  describe.each(Object.entries(expected))("%s", (name, { commands, inputBytes, outputBytes, ...client }) => {
    if (commands !== undefined) {
      it("is the same commands in Redis", () => {
        expect(counted[name]?.commands).toEqual(commands);
      });
    }

    if (inputBytes !== undefined && outputBytes !== undefined) {
      it("is the same bytes over the network, within 2 %", () => {
        const { inputBytes: input, outputBytes: output } = counted[name]!;
        expect(Math.abs(input! - inputBytes)).toBeLessThanOrEqual(inputBytes * 0.02);
        expect(Math.abs(output! - outputBytes)).toBeLessThanOrEqual(outputBytes * 0.02);
      });
    }

    it.each(Object.entries(client))("is not more than these %s in the client: %i", (kind, count) => {
      expect(counted[name]![kind as keyof typeof client]).toBeLessThanOrEqual(count);
    });
  });
});
