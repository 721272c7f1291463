import { existsSync, readFileSync } from "node:fs";
import ts from "typescript";
import { expect, it } from "vitest";
import { entryPoints } from "../../scripts/entry-points.mjs";

it("lists the same entry points in tsconfig.json as in package.json", () => {
  const { config } = ts.parseConfigFileTextToJson("tsconfig.json", readFileSync("tsconfig.json", "utf8")) as {
    config: { compilerOptions: { paths: Record<string, string[]> } };
  };
  const expected = Object.fromEntries(
    entryPoints().map(({ specifier, source }) => [specifier, [`./${source}`]]),
  );
  expect(config.compilerOptions.paths).toEqual(expected);
});

it("has a source file for each entry point", () => {
  for (const { source } of entryPoints()) expect(existsSync(source), source).toBe(true);
});
