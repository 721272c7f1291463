import { readFileSync } from "node:fs";

/**
 * The package's entry points, derived from `exports` in package.json, the only place that lists them:
 * `dist/NAME.js` is built from `src/NAME.ts`.
 * @returns one `{ specifier, name, source, built }` for each, such as
 *   `{ specifier: "sessionary/redis", name: "redis/index", source: "src/redis/index.ts", built: "dist/redis/index.js" }`.
 */
export function entryPoints() {
  const { name: packageName, exports } = JSON.parse(
    readFileSync(new URL("../package.json", import.meta.url), "utf8"),
  );
  return Object.entries(exports).flatMap(([subpath, target]) => {
    const built = target.import?.default?.replace(/^\.\//, "");
    if (built === undefined) return []; // ./package.json
    const name = built.replace(/^dist\//, "").replace(/\.js$/, "");
    return [{ specifier: subpath.replace(/^\./, packageName), name, source: `src/${name}.ts`, built }];
  });
}
