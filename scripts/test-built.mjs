// Runs the tests on what `npm run build` made:
//   npm run test:built                 on each Node.js that is supported
//   npm run test:built -- 22 24        on these only
//   npm run test:built -- --short …    only what can differ between the sources and the build, or between Node.js versions
// With TEST_RESULTS, a directory, it leaves the results there as JSON.
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { NODE_MAJORS, filters, nodeOf, root, run } from "./run.mjs";

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

/** What a build or another Node.js can break: exports and shared classes, HTTP, streams, errors of the network, TLS, crypto. */
const SHORT = filters([
  // The contracts, through all entry points.
  "test/conformance/memory",
  "test/conformance/redis.test",
  "test/conformance/adapters/session-packages",
  "test/conformance/adapters/create-sessions",
  "test/conformance/adapters/react-router",
  "test/create-store",
  "test/errors",
  "test/clients/without-ioredis",
  "test/clients/own-connection",
  // When Node.js and the frameworks send a response, and how they report an exception.
  "test/adapters/express-session",
  "test/adapters/fastify-throws",
  "test/adapters/callbacks",
  "test/sessions/saved-before-sent",
  "test/sessions/node-response",
  "test/sessions/fetch",
  // Connections and TLS, and the errors that name their faults.
  "test/redis/lost-connection",
  "test/redis/tls",
  "test/redis/url",
  "test/mistakes/broken-connection.test",
  // JSON, encryption and random ids, timers.
  "test/codec/",
  "test/security/session-ids",
  "test/memory/expiry",
]);

const { values, positionals } = parseArgs({
  options: { short: { type: "boolean", default: false } },
  allowPositionals: true,
});
if (!existsSync(join(root, "dist/index.js"))) {
  console.error("there is no build to test; `npm run build` makes it");
  process.exit(1);
}
for (const major of positionals.length > 0 ? positionals : NODE_MAJORS) {
  console.log(`the build, on Node ${major}`);
  const results = process.env.TEST_RESULTS;
  const toFile = results
    ? ["--reporter=json", `--outputFile.json=${join(results, `node-${major}.json`)}`]
    : [];
  const args = [
    "run",
    ...(values.short ? SHORT : []),
    ...WITHOUT.map((glob) => `--exclude=${glob}`),
    "--reporter=default",
    ...toFile,
  ];
  run(nodeOf(major), [join(root, "node_modules/vitest/vitest.mjs"), ...args], {
    env: { ...process.env, SESSIONARY_BUILT: "1" },
  });
}
