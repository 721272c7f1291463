import { startRedis } from "../test/support/redis-server.js";
import type { Bench } from "./bench.js";
import { CASES } from "./cases/index.js";
import { describe, machine } from "./machine.js";
import { ACTIONS } from "./http/actions.js";
import { USAGE, parseOptions } from "./options.js";
import { checkTable, record } from "./report/results.js";

const { cases, peers, actions, isQuick, isHelp, rounds, otherBuild } = parseOptions(process.argv.slice(2));
const names = CASES.map(({ name }) => name);
const unknown = [
  ...(cases ?? []).filter((name) => !names.includes(name)),
  ...(peers ?? []).filter((peer) => !CASES.some((each) => each.peers.includes(peer))),
  ...(actions ?? []).filter((action) => !(action in ACTIONS)),
];
if (isHelp || unknown.length > 0) {
  for (const name of unknown) console.error(`there is no case, peer or action "${name}"`);
  console.log(USAGE);
  for (const { name, title, peers } of CASES)
    console.log(`  ${name.padEnd(18)} ${title}: ${peers.join(", ")}`);
  process.exit(unknown.length > 0 ? 1 : 0);
}

const host = machine();
console.log(describe(host));
for (const each of CASES.filter(({ name }) => cases?.includes(name) ?? true)) {
  // A server of its own for each: what one case leaves in it is not in another's figures.
  const redis = await startRedis();
  const bench: Bench = {
    redisUrl: redis.url,
    admin: redis.client(),
    rounds,
    roundMs: 100,
    warmUpMs: 500,
    longRounds: Math.ceil(rounds / 5),
    isQuick,
    ...(peers && { peers }),
    ...(actions && { actions }),
    ...(otherBuild !== undefined && { otherBuild }),
    log: (line) => process.stderr.write(`${new Date().toISOString()} ${line}\n`),
  };
  try {
    const outcome = await each.run(bench);
    console.log(`\n### ${each.title}\n\n${outcome.markdown}`);
    if (outcome.checks.length > 0) console.log(`\n${checkTable(outcome.checks)}`);
    // A part of the peers or actions, or a short run, must not take the place of full results.
    const isWhole = !isQuick && (peers ?? actions ?? otherBuild) === undefined;
    if (isWhole) await record(each, outcome, host, names);
  } finally {
    await redis.close();
  }
}
