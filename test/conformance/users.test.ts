import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { MemoryStore } from "sessionary";
import { userConformance } from "sessionary/conformance";

userConformance({ describe, it }, { name: "MemoryStore", open: (options) => new MemoryStore(options) });
userConformance(
  { describe, it },
  { name: "MemoryStore with hashIds", open: (options) => new MemoryStore({ ...options, hashIds: true }) },
);

it("has one test for each sentence on users, in the same words, and no other", async () => {
  const file = new URL("../../src/users/user-session-store.ts", import.meta.url);
  const source = await readFile(file, "utf8");
  const sentences = source.slice(0, source.indexOf("*/")).match(/(?<=^ \* - ).*/gm);
  const titles: string[] = [];
  const collect = {
    describe: (_: string, define: () => void) => define(),
    it: (title: string) => titles.push(title),
  };
  userConformance(collect, { name: "any", open: (options) => new MemoryStore(options) });
  expect(titles).toEqual(sentences);
});
