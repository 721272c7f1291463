import js from "@eslint/js";
import importX from "eslint-plugin-import-x";
import { createTypeScriptImportResolver } from "eslint-import-resolver-typescript";
import tseslint from "typescript-eslint";

/** Folders of src from the lowest layer up. A file imports its own folder and those below. */
const LAYERS = [
  "internal",
  "codec",
  "users",
  "memory",
  "redis",
  "tracker",
  "sessions",
  "adapters",
  "conformance",
];

/** One zone for each folder: it must not import the folders above it. */
const zones = LAYERS.map((layer, i) => ({
  target: `./src/${layer}`,
  from: LAYERS.slice(i + 1).map((above) => `./src/${above}`),
  message: "imports run downwards only: see ARCHITECTURE.md",
}));

export default tseslint.config(
  { ignores: ["dist", "api", "coverage", "test/package/fixtures", "bench/results"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // A store's methods are async so that bad input rejects instead of throwing.
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
    },
  },
  {
    files: ["src/**/*.ts"],
    plugins: { "import-x": importX },
    settings: {
      "import-x/resolver-next": [createTypeScriptImportResolver()],
      "import-x/extensions": [".ts"],
      "import-x/parsers": { "@typescript-eslint/parser": [".ts"] },
    },
    rules: {
      "import-x/no-cycle": "error",
      "import-x/no-restricted-paths": ["error", { zones: zones.filter(({ from }) => from.length > 0) }],
    },
  },
  {
    files: ["**/*.{js,mjs,cjs}"],
    languageOptions: { globals: { process: "readonly", console: "readonly", URL: "readonly" } },
  },
  {
    files: ["examples/*/public/*.js"],
    languageOptions: { globals: { document: "readonly", fetch: "readonly", TextDecoderStream: "readonly" } },
  },
);
