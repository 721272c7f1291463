import { beforeAll, expect, it } from "vitest";
import { MemoryStore } from "sessionary";
import { collect } from "./collect.js";
import { sentencesIn } from "./contract-sentences.js";
import { memorySubject } from "./memory-subject.js";

let contract: string[][];
beforeAll(async () => {
  contract = await sentencesIn("store.ts");
});

it("finds the sentences of the contract where they are written", () => {
  expect(contract.length).toBeGreaterThan(15);
  expect(contract[0]![0]).toBe("Reading");
  expect(contract.at(-1)![1]).toMatch(/^After `close` .* does nothing\.$/);
});

it("has one test for each sentence of the contract, in the same words, and no other", () => {
  const titles = collect(memorySubject("any")).map(({ path, title }) => [path.at(-1), title]);
  expect(titles).toEqual(contract);
});

it("does not ask a store for what it has not said it supports", () => {
  const titles = collect({ name: "any", open: () => new MemoryStore() }).map(({ title }) => title);
  const left = contract.map(([, sentence]) => sentence).filter((sentence) => !titles.includes(sentence!));
  expect(left).toEqual([
    "A payload that cannot be decoded counts as missing in `get`, which publishes an event, and in `update` and `touch` with `ifVersion`; it is not an error. After `destroy` its id can be used again.",
  ]);
});
