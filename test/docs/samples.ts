import { readdirSync } from "node:fs";
import { MarkdownPage } from "../support/markdown.js";

/** README.md and the guides. */
export const GUIDES = [
  "README.md",
  ...readdirSync("docs").flatMap((name) => (name.endsWith(".md") ? [`docs/${name}`] : [])),
];

/** A code block of a page in JavaScript or TypeScript; of a diff, the lines that it adds. */
export interface Sample {
  page: string;
  heading: string;
  code: string;
  /** Packages that the last `npm install` above it names. */
  packages: string[];
  /** File name in a comment on the first line, if there is one. */
  file: string | undefined;
}

/** A sample that is a whole file, and runs. */
export interface Program extends Sample {
  file: string;
}

const PART = /^(?:##+ ([^\n]+)|```(sh|js|ts|diff)\n(.*?)\n```)$/gms;
const FILE = /^\/\/ ([\w.-]+\.[cm]?[jt]s)\n/;

/** Returns the code blocks of a page. */
export function samplesOf(page: string): Sample[] {
  const samples: Sample[] = [];
  let heading = "";
  let packages = ["sessionary"];
  for (const [, title, language, text = ""] of new MarkdownPage(page).text.matchAll(PART)) {
    if (title !== undefined) heading = title;
    else if (language === "sh") packages = installed(text) ?? packages;
    else {
      const code = language === "diff" ? added(text) : text;
      samples.push({ page, heading, code, packages, file: FILE.exec(code)?.[1] });
    }
  }
  return samples;
}

/** Returns the programs of a page. */
export function programsOf(page: string): Program[] {
  return samplesOf(page).filter((sample): sample is Program => sample.file !== undefined);
}

/** True for a program that serves HTTP, on port 3000 as all of them do. */
export function isServer({ code }: Program): boolean {
  return code.includes("3000");
}

function added(diff: string): string {
  const lines = diff.split("\n").filter((line) => line.startsWith("+"));
  return lines.map((line) => line.slice(1)).join("\n");
}

/** Returns the packages that `npm install` names in a shell sample, if it is there. */
function installed(shell: string): string[] | undefined {
  const lines = [...shell.matchAll(/^npm install (.+)$/gm)].map(([, words]) => words!);
  const names = lines.flatMap((line) => line.split(" ")).filter((word) => !word.startsWith("-"));
  return names.length === 0 ? undefined : names.map((name) => name.replace(/(?<=.)@.*/, ""));
}
