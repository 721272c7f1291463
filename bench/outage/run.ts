// What a Redis outage makes of requests, for each store: see README.md.
import { parseArgs } from "node:util";
import { startRedis } from "../../test/support/redis-server.js";
import { startProxy } from "../../test/support/tcp-proxy.js";
import { Stage } from "../correctness/stage.js";
import { describe, machine } from "../machine.js";
import { FRAMEWORKS } from "./app.js";
import { LOGOUTS, undoneLogouts } from "./late-saves.js";
import { type Outage, type Timing, live } from "./outage.js";
import { Probe } from "./probe.js";
import { type Result, markdown, resultOf, shortfalls } from "./report.js";
import { contenders } from "./stores.js";

const { quick } = parseArgs({ options: { quick: { type: "boolean", default: false } } }).values;
const timing: Timing = quick
  ? { lengthMs: 3_000, askForMs: 900, everyMs: 200, giveUpMs: 10_000 }
  : { lengthMs: 30_000, askForMs: 24_000, everyMs: 500, giveUpMs: 20_000 };
const CUT_OFF_MS = 2_000;

const redis = await startRedis();
const proxy = await startProxy(redis.port);
const cutProxy = await startProxy(redis.port);
const outages: Outage[] = [
  { kind: "refuses connections", begin: () => proxy.refuse(), end: () => proxy.heal() },
  { kind: "is frozen", begin: () => redis.pause(), end: async () => redis.resume() },
];
const probes: Probe[] = [];
const results: Result[] = [];
let undone: number[];
try {
  for (const [database, contender] of contenders.entries()) {
    for (const framework of FRAMEWORKS) {
      const app = await contender.serve(framework, `${proxy.url}/${database}`, new Stage());
      probes.push(await Probe.start(contender, framework, app));
    }
  }
  for (const outage of outages) {
    const lived = await live(outage, probes, timing);
    const now = performance.now();
    for (const contender of contenders) {
      const its = lived.filter(({ probe }) => probe.contender === contender);
      results.push(resultOf(outage.kind, its, now));
    }
  }
  undone = await undoneLogouts(probes, {
    proxy: cutProxy,
    urlFor: ({ contender }) => `${cutProxy.url}/${contenders.indexOf(contender)}`,
    lengthMs: CUT_OFF_MS,
  });
} finally {
  for (const probe of probes) await probe.close();
  await cutProxy.close();
  await proxy.close();
  await redis.close();
}

// A store's rows stand together; its logouts stand in the first, whose kind of outage they met.
const rows = contenders.flatMap((contender) => {
  const [first, ...others] = results.filter(({ store }) => store === contender.store);
  const its = undone.filter((_, i) => probes[i]!.contender === contender);
  const logouts = its.reduce((sum, count) => sum + count, 0);
  return [{ ...first!, undone: { logouts, of: its.length * LOGOUTS } }, ...others];
});
const host = machine();
console.log(`${describe(host)}\n\n${markdown(rows)}\n`);
console.log(JSON.stringify({ machine: host, timing, results: rows }));
const missed = shortfalls(rows);
for (const shortfall of missed) console.error(shortfall);
if (missed.length > 0) process.exitCode = 1;
