import { MemoryStore } from "sessionary";
import { describe, expect, it } from "vitest";
import { adapterFailures, collectAdapter } from "../collect.js";
import { ADAPTER_MUTANTS, mutantSubject } from "./mutants.js";
import { SESSION_PACKAGES } from "./session-packages.js";

describe("adapterConformance", () => {
  it.each(ADAPTER_MUTANTS)("catches an adapter where $name", async (mutant) => {
    const failed = await adapterFailures(mutantSubject(mutant), mutant.breaks);
    expect([...failed.keys()]).toHaveLength(mutant.breaks.length);
    for (const error of failed.values()) expect(error).toHaveProperty("code", "ERR_ASSERTION");
  });

  it("has an adapter here that fails each of its cases", () => {
    const titles = collectAdapter(mutantSubject(ADAPTER_MUTANTS[0]!)).map(({ title }) => title);
    expect(titles.length).toBeGreaterThan(15);
    const held = titles.filter(
      (title) => !ADAPTER_MUTANTS.some(({ breaks }) => breaks.some((each) => title.startsWith(each))),
    );
    expect(held).toEqual([]);
  });

  it("leaves out the cases that a framework cannot hold by its design, and no others", () => {
    const titlesOf = (name: "expressSession" | "expressStore") =>
      collectAdapter(SESSION_PACKAGES[name]!(() => new MemoryStore())).map(({ title }) => title);
    const tested = titlesOf("expressStore");
    expect(titlesOf("expressSession").filter((title) => !tested.includes(title))).toEqual([
      "If a new session cannot be saved, the response is 503 without a cookie.",
      "If a change cannot be saved, the response is 503, and the session still exists afterwards.",
      "A redirect is not sent before the session is saved.",
    ]);
  });
});
