import type { Plugin } from "vitest/config";

const MARK = "?ioredis5";

/** Does in Vitest what ioredis5-hooks.mjs does in Node.js: modules imported under the mark get ioredis 5. */
export const overIoredis5: Plugin = {
  name: "over-ioredis5",
  enforce: "pre",
  async resolveId(specifier, importer) {
    if (!specifier.endsWith(MARK) && !importer?.endsWith(MARK)) return null;
    if (specifier === "ioredis") return this.resolve("ioredis5", importer);
    const resolved = await this.resolve(specifier.replace(MARK, ""), importer?.replace(MARK, ""));
    // Only what imports ioredis, and createStore: errors and events stay the ones that everybody has.
    if (resolved === null || !/\/src\/(?:redis\/|create-store\.)/.test(resolved.id)) return resolved;
    return { ...resolved, id: resolved.id + MARK };
  },
};
