import { describe, expect, it } from "vitest";
import { atLeast, atMost } from "../../bench/bench.js";
import { linePlot } from "../../bench/report/plot.js";
import { checkTable } from "../../bench/report/results.js";
import { table, whole } from "../../bench/report/table.js";

describe("a report", () => {
  it("has Markdown tables", () => {
    expect(table(["store", "calls"], [["ours", "1"]])).toBe("| store | calls |\n| --- | --: |\n| ours | 1 |");
  });

  it("groups the digits of large numbers", () => {
    expect([12, 1_234, 1_234_567.8].map(whole)).toEqual(["12", "1\u202f234", "1\u202f234\u202f568"]);
  });

  it("says whether a target is met, from what was measured and not from how it is rounded", () => {
    const checks = [
      atLeast("a", 1.3, 1.3),
      atLeast("b", 1.3, 1.2999),
      atMost("c", 15, 15, "ms"),
      atMost("d", 15, 15.001, "ms"),
    ];
    expect(checks.map(({ isMet }) => isMet)).toEqual([true, false, true, false]);
    expect(checkTable(checks)).toContain("| b | ≥ 1.3 x | 1.30 x | missed |");
  });

  it("has plots that are SVG files, with a label for each line", () => {
    const points = ["ours", "theirs & others"].flatMap((series) => [
      { x: 1, y: 2, series },
      { x: 10, y: 4, series },
    ]);
    const svg = linePlot(points, { title: "a title", x: "calls in flight", y: "calls", isStepped: true });
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg".*<\/svg>$/s);
    for (const text of ["a title", "ours", "theirs &amp; others", "calls in flight"])
      expect(svg).toContain(text);
  });
});
