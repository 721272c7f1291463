import { describe, expect, it } from "vitest";
import { createStore } from "sessionary";
import { userConformance } from "sessionary/conformance";
import { sentencesIn } from "./contract-sentences.js";

const runner = { describe, it };
userConformance(runner, { name: "a memory store", open: (options) => createStore("memory:", options) });
userConformance(runner, {
  name: "a memory store with hashIds",
  open: (options) => createStore("memory:", { ...options, hashIds: true }),
});

it("has one test for each sentence on users, in the same words, and no other", async () => {
  const titles: string[] = [];
  const collect = {
    describe: (_: string, define: () => void) => define(),
    it: (title: string) => titles.push(title),
  };
  userConformance(collect, { name: "any", open: (options) => createStore("memory:", options) });
  expect(titles).toEqual((await sentencesIn("users/user-session-store.ts")).map(([, sentence]) => sentence));
});
