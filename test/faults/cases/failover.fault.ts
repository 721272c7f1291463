import { setTimeout as sleep } from "node:timers/promises";
import { type RedisCluster, startCluster } from "../../support/redis-cluster.js";
import { Findings, type Profile, faultCase } from "../fault-case.js";
import { withRig } from "../support/rigs.js";
import { SentinelRig } from "../support/sentinel-rig.js";
import { ALLOWANCE_MS } from "../support/tally.js";
import { type Servers, Traffics, serversOf } from "../support/traffics.js";

const TIMEOUT_MS = 300;
/** For each of the stores. */
const RATE = 60;
const BACK_MS = 2_000;
/** A client handed in comes back when its own settings have it. */
const BACK_HANDED_MS = 10_000;

/** Something that is done to the servers; they are well again when it resolves. */
type Event = readonly [name: string, happen: (traffics: Traffics) => Promise<void>];

faultCase("recovers within 2 s when Sentinel fails over", (profile) =>
  withRig(SentinelRig.start(), (rig) => run(rig, sentinelEvents(rig), profile)),
);

faultCase("recovers within 2 s when a Cluster fails over or moves slots", (profile) =>
  withRig(startCluster(), (cluster) => run(serversOf(cluster), clusterEvents(cluster), profile)),
);

async function run(servers: Servers, each: Event[], profile: Profile) {
  const findings = new Findings();
  const events = Array.from({ length: profile.pick(3, 1) }, () => each).flat();
  const traffics = await Traffics.prepare([servers], TIMEOUT_MS);
  traffics.start(RATE);
  let lastMs = 0;
  for (const [name, happen] of events) {
    traffics.calm(true);
    await sleep(1_000);
    traffics.calm(false);
    await happen(traffics);
    const since = performance.now();
    await traffics.quiet(BACK_HANDED_MS + ALLOWANCE_MS);
    for (const { tally, subject } of traffics.each) {
      const last = tally.lastFailureAt - since;
      if (subject.owned) lastMs = Math.max(lastMs, last);
      const most = (subject.owned ? BACK_MS : BACK_HANDED_MS) + ALLOWANCE_MS;
      findings.expect(last <= most, `an error ${Math.round(last)} ms after the ${name} (${subject.variant})`);
    }
  }
  await traffics.stop();
  for (const { tally, subject } of traffics.each) tally.check(findings, subject.variant);
  const { calls, wrong, lost, ...counts } = traffics.counts();
  return {
    counts: {
      calls,
      "in time": counts["in time"],
      wrong,
      // Redis replicates after it has answered: what it had not passed on when a master went is undone.
      "lost by Redis": lost,
      "brought back by Redis": counts["brought back"],
      events: events.length,
      "last error of an own store, ms after": Math.round(lastMs),
    },
    shortfalls: findings.shortfalls,
  };
}

function sentinelEvents({ group }: SentinelRig): Event[] {
  return [
    ["Sentinel hand-over", () => group.failover()],
    [
      "crash of Sentinel's master",
      async () => {
        const master = await group.currentMaster();
        await master.kill();
        await group.whole();
        await master.restart();
        await group.whole();
      },
    ],
  ];
}

function clusterEvents(cluster: RedisCluster): Event[] {
  let share = 0;
  return [
    ["Cluster hand-over", () => cluster.failover(share++ % 3)],
    [
      "crash of a Cluster's master",
      async () => {
        const master = await cluster.killMaster(share++ % 3);
        await cluster.whole();
        await master.restart();
        await cluster.whole();
      },
    ],
    [
      "move of slots",
      async (traffics) => {
        const members = traffics.each.flatMap((traffic) => traffic.members.slice(0, 3));
        for (const id of members) {
          const slot = await cluster.nodes[0]?.command("CLUSTER", "KEYSLOT", `sess:${id}`);
          await cluster.moveSlot(Number(slot), share++ % 3);
        }
      },
    ],
  ];
}
