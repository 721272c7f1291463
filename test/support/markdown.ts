import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface Table {
  header: string[];
  /** The cells of each row, as Markdown. */
  rows: string[][];
}

/** A Markdown page of this repository, as the tests read it that hold it to the truth. */
export class MarkdownPage {
  readonly text: string;
  readonly #path: string;

  /** @param path from the repository's root */
  constructor(path: string) {
    this.#path = path;
    this.text = readFileSync(path, "utf8");
  }

  /** The tables under a heading, by how it begins, those under its subheadings included. */
  tables(heading: string): Table[] {
    const tables: Table[] = [];
    let before = "";
    for (const line of this.#linesUnder(heading)) {
      if (/^\| :?--/.test(line)) tables.push({ header: cellsOf(before), rows: [] });
      else if (line.startsWith("|") && before.startsWith("|")) tables.at(-1)?.rows.push(cellsOf(line));
      before = line;
    }
    return tables;
  }

  /** The rows of these tables. */
  rows(heading: string): string[][] {
    return this.tables(heading).flatMap(({ rows }) => rows);
  }

  /** What stands in the code blocks. */
  samples(): string[] {
    return [...this.text.matchAll(/^```\w+\n(.*?)\n```$/gms)].map(([, code]) => code!);
  }

  /** Links to files and headings that are not there. */
  brokenLinks(): string[] {
    const links = [...this.text.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link!);
    return links.filter((link) => !link.startsWith("https:") && !this.#leadsSomewhere(link));
  }

  #linesUnder(heading: string): string[] {
    const lines = this.text.split("\n");
    const start = lines.findIndex((line) => line.replace(/^##+ /, "").startsWith(heading) && line[0] === "#");
    if (start === -1) throw new Error(`${this.#path} has no heading "${heading}"`);
    const level = lines[start]!.indexOf(" ");
    const isNext = (line: string) => new RegExp(`^#{2,${level}} `).test(line);
    const length = lines.slice(start + 1).findIndex(isNext);
    return length === -1 ? lines.slice(start + 1) : lines.slice(start + 1, start + 1 + length);
  }

  #leadsSomewhere(link: string): boolean {
    const [path, fragment] = link.split("#") as [string, string?];
    const target = path === "" ? this.#path : join(dirname(this.#path), path);
    if (!existsSync(target)) return false;
    return fragment === undefined || anchorsOf(readFileSync(target, "utf8")).includes(fragment);
  }
}

/** The test files that a piece of text names. */
export function testFiles(text: string): string[] {
  return [...text.matchAll(/`(test\/[^`]+)`/g)].map(([, path]) => path!);
}

function cellsOf(line: string): string[] {
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** As GitHub makes them of headings. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^##+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replace(/ /g, "-"),
  );
}
