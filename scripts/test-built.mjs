// Runs the tests on what `npm run build` made, on each Node that is supported, or on those that are named:
// `npm run test:built -- 22 24`. With TEST_RESULTS, a directory, it leaves the results there as JSON.
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { NODE_MAJORS, nodeOf, root, run } from "./run.mjs";

/** These test how the package is made, what the documents say, what the tests stand on, and a demo that runs from the sources. */
const WITHOUT = [
  "test/package/**",
  "test/docs/**",
  "test/support/**",
  "test/support.test.ts",
  // Units that no entry point exports.
  "test/internal/**",
  "test/tracker/**",
  // These take minutes, and what they test is the same in each build and on each Node.js version.
  "test/conformance/redis-clients.test.ts",
  "test/interleave/**",
  "test/model/**",
  "test/libraries/**",
  "test/examples/**",
  "test/bench/**",
];

if (!existsSync(join(root, "dist/index.js"))) {
  console.error("there is no build to test; `npm run build` makes it");
  process.exit(1);
}
const named = process.argv.slice(2);
for (const major of named.length > 0 ? named : NODE_MAJORS) {
  console.log(`the build, on Node ${major}`);
  const results = process.env.TEST_RESULTS;
  const toFile = results
    ? ["--reporter=json", `--outputFile.json=${join(results, `node-${major}.json`)}`]
    : [];
  const args = [
    "run",
    ...WITHOUT.map((glob) => `--exclude=${glob}`),
    "--maxWorkers=100%",
    "--reporter=default",
    ...toFile,
  ];
  run(nodeOf(major), [join(root, "node_modules/vitest/vitest.mjs"), ...args], {
    env: { ...process.env, SESSIONARY_BUILT: "1" },
  });
}
