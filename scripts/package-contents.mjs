// Checks which files the package has.
import { MarkdownPage } from "../test/support/markdown.ts";
import { entryPoints } from "./entry-points.mjs";

/** The only files that the package may have. The decisions in docs/ are for contributors. */
const ALLOWED = [
  /^(package\.json|README\.md|CHANGELOG\.md|LICENSE)$/,
  /^docs\/[\w-]+\.(md|png)$/,
  /^dist\/.+\.(js|cjs|d\.ts|d\.cts)$/,
];

const MAX_PACKED_BYTES = 405_000;

/** @param packed what `npm pack --json` reports. */
export function checkContents({ files, size }) {
  const paths = files.map(({ path }) => path);
  const unexpected = paths.filter((path) => !ALLOWED.some((pattern) => pattern.test(path)));
  if (unexpected.length > 0) throw new Error(`the package contains ${unexpected.join(", ")}`);

  const links = [...new MarkdownPage("README.md").text.matchAll(/\]\(([^)#]+)/g)].map(([, link]) => link);
  const required = [
    "README.md",
    "CHANGELOG.md",
    "LICENSE",
    ...links.filter((link) => !link.startsWith("https:")),
    ...entryPoints().map(({ built }) => built),
  ];
  const missing = required.filter((path) => !paths.includes(path));
  if (missing.length > 0) throw new Error(`the package lacks ${missing.join(", ")}`);

  console.log(`${files.length} files, ${size} bytes packed of at most ${MAX_PACKED_BYTES}`);
  if (size > MAX_PACKED_BYTES) throw new Error("the package is larger than its budget");
}
