import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { MarkdownPage } from "../support/markdown.js";

const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };

const ROOT_PAGES = readdirSync(".").filter((name) => name.endsWith(".md"));

const PAGES = [...ROOT_PAGES, ...pagesIn("bench"), ...pagesIn("docs"), ...pagesIn("examples")];

/** What runs make, and no checkout has. */
const MADE = /^(?:api|coverage|dist|bench\/results)(?:\/|$)/;

describe.each(PAGES)("%s", (path) => {
  const page = new MarkdownPage(path);

  it("links to what exists", () => {
    expect(page.brokenLinks()).toEqual([]);
  });

  it("names only files and folders that exist", () => {
    const named = pathsIn(page.text).map((each) => each.replace(/[.,:]$/, ""));
    expect(named.filter((each) => !isThere(each, dirname(path)))).toEqual([]);
  });

  it("names only scripts that package.json has", () => {
    const named = [...page.text.matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g)].map(([, name]) => name!);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});

it("finds what the pages name", () => {
  const texts = PAGES.map((path) => new MarkdownPage(path).text).join("\n");
  expect(pathsIn(texts).length).toBeGreaterThan(80);
  expect(PAGES.length).toBeGreaterThan(7);
  expect(isThere("test/no-such.test.ts", ".") || isThere("test/docs/*.tsx", ".")).toBe(false);
});

function pagesIn(folder: string): string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return paths
    .filter((path) => path.endsWith(".md") && !path.startsWith("results"))
    .map((path) => join(folder, path));
}

/** The paths in a text: those that begin with a folder of this project, and `folder/` in backticks. */
function pathsIn(text: string): string[] {
  const inProject = /(?<![\w./-])(?:bench|dist|docs|examples|scripts|src|test)\/[\w./*-]*/g;
  return [...text.matchAll(inProject), ...text.matchAll(/(?<=`)[\w-]+\/(?=`)/g)].map(([path]) => path);
}

/** Whether a path, from the root or from its page's folder, leads somewhere; `*` is any part of a name. */
function isThere(path: string, folder: string): boolean {
  return [path, join(folder, path)].some((each) => {
    if (MADE.test(each)) return true;
    if (!each.includes("*")) return existsSync(each);
    const pattern = new RegExp(`^${each.replaceAll(".", "\\.").replaceAll("*", "[^/]*")}$`);
    const siblings = existsSync(dirname(each)) ? readdirSync(dirname(each)) : [];
    return siblings.some((name) => pattern.test(join(dirname(each), name)));
  });
}
