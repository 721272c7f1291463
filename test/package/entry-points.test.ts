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

it("resolves the types of each entry point with moduleResolution node10", () => {
  const folder = "/app/node_modules/sessionary/";
  const host: ts.ModuleResolutionHost = {
    fileExists: (path) => path === `${folder}package.json` || path.startsWith(`${folder}dist/`),
    readFile: () => readFileSync("package.json", "utf8"),
  };
  const options = { moduleResolution: ts.ModuleResolutionKind.Node10 };
  const resolved = entryPoints().map(({ specifier }) => {
    const { resolvedModule } = ts.resolveModuleName(specifier, "/app/main.ts", options, host);
    return [specifier, resolvedModule?.resolvedFileName.replace(folder, "./")];
  });
  const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as {
    exports: Record<string, { import?: { types: string } }>;
  };
  const expected = Object.entries(exports)
    .filter(([, { import: entry }]) => entry !== undefined)
    .map(([path, { import: entry }]) => [`sessionary${path.slice(1)}`, entry!.types]);
  expect(resolved).toEqual(expected);
});
