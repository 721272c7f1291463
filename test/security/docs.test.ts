import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MarkdownPage, testFiles } from "../support/markdown.js";

const page = new MarkdownPage("docs/security.md");

/** How many requirements each section of ASVS 5.0.0's chapter V7 has, 7.1 first. */
const V7 = [3, 4, 2, 5, 3, 2];

describe("docs/security.md", () => {
  it("has a row for each requirement of ASVS V7, in order", () => {
    expect(page.rows("ASVS 5.0.0").map(([id]) => id)).toEqual(
      V7.flatMap((count, i) => Array.from({ length: count }, (_, n) => `7.${i + 1}.${n + 1}`)),
    );
  });

  it.each(["ASVS 5.0.0", "The Session Management Cheat Sheet", "What Redis can lose"])(
    "names a test in each row: %s",
    (heading) => {
      const rows = page.rows(heading);
      expect(rows.length).toBeGreaterThan(5);
      expect(rows.filter((row) => testFiles(row.join()).length === 0)).toEqual([]);
    },
  );

  it("names only tests that exist", () => {
    const tests = testFiles(page.text);
    expect(tests.length).toBeGreaterThan(40);
    expect(tests.filter((path) => !existsSync(path))).toEqual([]);
  });

  it("links to what exists", () => {
    expect(page.brokenLinks()).toEqual([]);
  });
});
