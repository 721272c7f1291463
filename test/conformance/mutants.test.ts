import { describe, expect, it } from "vitest";
import { wrapped } from "../adapters/wrapped-store.js";
import type { SessionStore } from "sessionary";
import type { StoreUnderTest } from "sessionary/conformance";
import { collect, failuresOf } from "./collect.js";
import { clockedMemorySubject } from "./memory-subject.js";
import { entryMutants } from "./mutants/entries.js";
import { idMutants } from "./mutants/ids.js";
import type { Mutant } from "./mutants/mutant.js";
import { readingMutants } from "./mutants/reading.js";
import { versionMutants } from "./mutants/versions.js";
import { wholeMutants } from "./mutants/whole.js";
import { writingMutants } from "./mutants/writing.js";

const MUTANTS = [
  ...readingMutants,
  ...writingMutants,
  ...versionMutants,
  ...entryMutants,
  ...idMutants,
  ...wholeMutants,
];

describe("the conformance suite", () => {
  it("finds no fault in a store that is only passed through", async () => {
    const failures = await failuresOf(subjectOf({ name: "none", breaks: "", alter: () => ({}) }));
    expect([...failures]).toEqual([]);
  });

  it.each(MUTANTS)("catches a store where $name", async (mutant) => {
    const failures = await failuresOf(subjectOf(mutant), mutant.breaks);
    expect([...failures.keys()]).toHaveLength(1);
  });

  it("has a store here that breaks each of its sentences", () => {
    const sentences = collect(clockedMemorySubject("any")).map(({ title }) => title);
    const kept = sentences.filter((sentence) => !MUTANTS.some(({ breaks }) => sentence.startsWith(breaks)));
    expect(kept).toEqual([]);
  });
});

function subjectOf({ name, alter }: Mutant): StoreUnderTest {
  const { open, clock, supports } = clockedMemorySubject(name);
  const inside = new WeakMap<SessionStore, Awaited<ReturnType<typeof open>>>();
  return {
    name,
    clock: clock!,
    open: async () => {
      const store = await open();
      const altered = wrapped(store, alter(store, clock!.now));
      inside.set(altered, store);
      return altered;
    },
    supports: { corrupt: (store, id) => supports!.corrupt!(inside.get(store)!, id) },
  };
}
