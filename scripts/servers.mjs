// Runs the tests on the redis-server of the PATH, and on newer Redis and Valkey servers of Debian:
//   npm run test:servers                    the whole suite
//   npm run test:servers -- --short         on the newer ones, the conformance suites and what depends on a server's
//                                           version; `npm test` ran them on the server of the PATH
//   npm run test:servers -- PATH …          on these servers only
// With TEST_RESULTS, a directory, it leaves the results there as JSON.
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { debianServer } from "./debian-servers.mjs";
import { ask, bin, filters, run } from "./run.mjs";

/** Conformance suites, and tests of what differs between servers: commands, error texts, and how one starts. */
const SHORT = [
  ...filters([
    "test/conformance/redis",
    "test/redis/acl",
    "test/redis/compare-without-scripts",
    "test/support.test.ts",
  ]),
  "--exclude=test/conformance/redis-clients.test.ts", // what it tests of 19 settings of clients is the same on each server
  "--exclude=test/conformance/redis-ioredis-mock.test.ts",
];

/** From these versions on, `SET … IFEQ` exists, which the tests of a server without scripts look for. */
const NEWER = [
  { package: "redis-server", since: 8.4 },
  { package: "valkey-server", since: 9 },
];

const { values, positionals } = parseArgs({
  options: { short: { type: "boolean", default: false } },
  allowPositionals: true,
});
for (const server of positionals.length > 0 ? positionals : defaults()) test(server);

function defaults() {
  return [...(values.short ? [] : ["redis-server"]), ...NEWER.map(newer)];
}

/** @throws when Debian has no version that is new enough. */
function newer({ package: name, since }) {
  const server = debianServer(name);
  const { title, version } = versionOf(server);
  if (Number.parseFloat(version) < since) throw new Error(`${title} is older than ${since}`);
  return server;
}

function test(server) {
  const { title } = versionOf(server);
  console.log(`the tests, on ${title}`);
  const results = process.env.TEST_RESULTS;
  const file = results && join(results, `${title.toLowerCase().replace(" ", "-")}.json`);
  const toFile = file ? ["--reporter=json", `--outputFile.json=${file}`] : [];
  run(bin("vitest"), ["run", "--reporter=default", ...toFile, ...(values.short ? SHORT : [])], {
    env: { ...process.env, REDIS_SERVER: server },
  });
}

/** What a server calls itself: `Valkey 9.1.2`. */
function versionOf(server) {
  const text = ask(server, ["--version"]);
  const [, name, version] = /^(\w+) server v=(\S+)/.exec(text) ?? [];
  if (version === undefined) throw new Error(`${server} is no Redis server: ${text}`);
  return { title: `${name} ${version}`, version };
}
