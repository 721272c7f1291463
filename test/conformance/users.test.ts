import { describe, expect, it } from "vitest";
import { MemoryStore } from "sessionary";
import { userConformance } from "sessionary/conformance";
import { sentencesIn } from "./contract-sentences.js";

userConformance({ describe, it }, { name: "MemoryStore", open: (options) => new MemoryStore(options) });
userConformance(
  { describe, it },
  { name: "MemoryStore with hashIds", open: (options) => new MemoryStore({ ...options, hashIds: true }) },
);

it("has one test for each sentence on users, in the same words, and no other", async () => {
  const titles: string[] = [];
  const collect = {
    describe: (_: string, define: () => void) => define(),
    it: (title: string) => titles.push(title),
  };
  userConformance(collect, { name: "any", open: (options) => new MemoryStore(options) });
  expect(titles).toEqual((await sentencesIn("users/user-session-store.ts")).map(([, sentence]) => sentence));
});
