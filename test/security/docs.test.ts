import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const text = readFileSync("docs/security.md", "utf8");
const tests = (part: string) => [...part.matchAll(/`(test\/[^`]+)`/g)].map(([, path]) => path!);
const rows = (heading: string) => {
  const section = text.split(/^## /m).find((each) => each.startsWith(heading));
  const lines = section?.split("\n").filter((line) => line.startsWith("| ")) ?? [];
  return lines.filter((line) => !line.startsWith("| --")).slice(1);
};

/** How many requirements each section of ASVS 5.0.0's chapter V7 has, 7.1 first. */
const V7 = [3, 4, 2, 5, 3, 2];

describe("docs/security.md", () => {
  it("has a row for each requirement of ASVS V7, in order", () => {
    const ids = rows("ASVS 5.0.0").map((row) => row.split("|")[1]!.trim());
    expect(ids).toEqual(
      V7.flatMap((count, i) => Array.from({ length: count }, (_, n) => `7.${i + 1}.${n + 1}`)),
    );
  });

  it.each(["ASVS 5.0.0", "The Session Management Cheat Sheet", "What Redis can lose"])(
    "names a test in each row: %s",
    (heading) => {
      expect(rows(heading).length).toBeGreaterThan(5);
      for (const row of rows(heading)) expect({ row, tests: tests(row) }).not.toEqual({ row, tests: [] });
    },
  );

  it("names only tests that exist", () => {
    expect(tests(text).length).toBeGreaterThan(40);
    expect(tests(text).filter((path) => !existsSync(path))).toEqual([]);
  });

  it("links to what exists", () => {
    const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link!);
    const headings = [...text.matchAll(/^## (.+)$/gm)].map(
      ([, heading]) => `#${heading!.toLowerCase().replace(/ /g, "-")}`,
    );
    for (const link of links.filter((each) => !each.startsWith("https:"))) {
      if (link.startsWith("#")) expect(headings).toContain(link);
      else expect({ link, exists: existsSync(`docs/${link}`) }).toEqual({ link, exists: true });
    }
  });
});
