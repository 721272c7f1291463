// Undone logouts and lost writes: see README.md.
import { startRedis } from "../../test/support/redis-server.js";
import { describe, machine } from "../machine.js";
import { table } from "../report/table.js";
import { Stage } from "./stage.js";
import { raceTable, runRaces } from "./races.js";
import { contenders } from "./stores.js";
import { lostFields, resurrected } from "./trials.js";

const TRIALS = 200;
const REQUESTS = 100;

const redis = await startRedis();
const results = [];
let races;
try {
  // Database 0 and 1 are for the races.
  let databases = 2;
  for (const { store, framework, serve } of contenders(() => `${redis.url}/${databases++}`)) {
    const stage = new Stage();
    const server = await serve(stage);
    try {
      results.push({
        store,
        framework,
        resurrected: await resurrected(server, stage, TRIALS),
        trials: TRIALS,
        lost: await lostFields(server, stage, REQUESTS),
        requests: REQUESTS,
      });
    } finally {
      await server.close();
    }
  }
  races = await runRaces(redis.url);
} finally {
  await redis.close();
}

const host = machine();
const head = ["store", "framework", `logged in again, of ${TRIALS}`, `fields lost, of ${REQUESTS}`];
const rows = results.map((each) => [each.store, each.framework, `${each.resurrected}`, `${each.lost}`]);
console.log(`${describe(host)}\n\n${table(head, rows)}\n`);
console.log(`${raceTable(races.titles, races.results)}\n`);
console.log(JSON.stringify({ machine: host, results, races: races.results }));
const ours = results.filter(({ store }) => store.startsWith("sessionary"));
const hasLost = ours.some(({ resurrected, lost }) => resurrected + lost > 0);
if (hasLost || races.results.some(({ isOurs, failed }) => isOurs && failed.length > 0)) process.exitCode = 1;
