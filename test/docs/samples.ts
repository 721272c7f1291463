import { MarkdownPage } from "../support/markdown.js";

export interface Sample {
  /** Where it stands: the page's path and the heading above it. */
  where: string;
  language: string;
  code: string;
}

/** The code blocks of a page in JavaScript or TypeScript; of a diff, what it puts in. */
export function samplesOf(path: string): Sample[] {
  const parts = new MarkdownPage(path).text.matchAll(/^(?:##+ ([^\n]+)|```(js|ts|diff)\n(.*?)\n```)$/gms);
  const samples: Sample[] = [];
  let heading = "";
  for (const [, title, language, code] of parts) {
    if (language === undefined) heading = title!;
    else
      samples.push({
        where: `${path}, ${heading}`,
        language,
        code: language === "diff" ? added(code!) : code!,
      });
  }
  return samples;
}

function added(diff: string): string {
  const lines = diff.split("\n").filter((line) => line.startsWith("+"));
  return lines.map((line) => line.slice(1)).join("\n");
}
