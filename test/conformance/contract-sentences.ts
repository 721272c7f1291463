import { readFile } from "node:fs/promises";

/** Returns heading and text of each bullet of a source file's first comment, with continued lines joined. */
export async function sentencesIn(sourceFile: string): Promise<[heading: string, sentence: string][]> {
  const source = await readFile(new URL(`../../src/${sourceFile}`, import.meta.url), "utf8");
  const lines = source.slice(0, source.indexOf("*/")).split("\n");
  const sentences: [string, string][] = [];
  let heading = "";
  for (const line of lines.map((each) => each.replace(/^\s*\/?\*+ ?/, ""))) {
    if (line.startsWith("- ")) sentences.push([heading, line.slice(2)]);
    else if (line.startsWith("  ")) sentences.at(-1)![1] += ` ${line.trim()}`;
    else if (line !== "") heading = line;
  }
  return sentences;
}
