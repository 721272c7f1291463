import { createStore } from "sessionary";
import { startCluster } from "../../support/redis-cluster.js";
import { userIdOf } from "../../users/stores.js";
import { Findings, type Profile, faultCase } from "../fault-case.js";
import {
  type Failover,
  clusterFailovers,
  clusterInStep,
  sentinelFailovers,
  sentinelInStep,
} from "../support/failovers.js";
import { Revocations } from "../support/revocations.js";
import { withRig } from "../support/rigs.js";
import { SentinelRig } from "../support/sentinel-rig.js";
import { type Tally, baseCounts } from "../support/tally.js";
import { type Servers, serversOf } from "../support/traffics.js";
import { standing } from "../support/user-audit.js";
import { open } from "../support/variants.js";

const TIMEOUT_MS = 300;

interface Result {
  isLossless: boolean;
  tallies: Tally[];
  rejected: number;
  lost: number;
  /** Sessions that had been ended and are there, where the new master has all. */
  broughtBack: number;
  /** And where it has not. A client that was handed in stays with the old one for longer. */
  byRedis: { own: number; handed: number };
  /** Sessions whose index is lost. */
  scanned: number;
}

faultCase("keeps destroyed sessions destroyed when a master fails over", run);

async function run(profile: Profile) {
  const findings = new Findings();
  const results = await Promise.all([
    withRig(SentinelRig.start(), (rig) =>
      meetAll(rig, sentinelFailovers(rig, profile), () => sentinelInStep(rig), findings),
    ),
    withRig(startCluster(), (cluster) =>
      meetAll(serversOf(cluster), clusterFailovers(cluster, profile), () => clusterInStep(cluster), findings),
    ),
  ]);
  const all = results.flat();
  const sum = (pick: (result: Result) => number) => all.reduce((total, each) => total + pick(each), 0);
  const lossless = sum(({ isLossless }) => Number(isLossless));
  findings.expect(lossless > 0, "there was no failover without a loss");
  return {
    counts: {
      ...baseCounts(
        all.flatMap(({ tallies }) => tallies),
        sum(({ lost }) => lost),
        sum(({ broughtBack }) => broughtBack),
      ),
      failovers: all.length,
      "nothing lost by Redis in": lossless,
      "rejected, typed": sum(({ rejected }) => rejected),
      // Redis replicates after it has answered: what it had not passed on when a master went is undone.
      "brought back by Redis, own stores": sum(({ byRedis }) => byRedis.own),
      "and handed in": sum(({ byRedis }) => byRedis.handed),
      "left to a scan by Redis": sum(({ scanned }) => scanned),
    },
    shortfalls: findings.shortfalls,
  };
}

async function meetAll(
  servers: Servers,
  failovers: Failover[],
  settle: () => Promise<unknown>,
  findings: Findings,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const failover of failovers) results.push(await meet(servers, failover, settle, findings));
  return results;
}

/** Users' sessions are ended all the time while a master goes. */
async function meet(
  servers: Servers,
  { name, happen }: Failover,
  settle: () => Promise<unknown>,
  findings: Findings,
): Promise<Result> {
  const subjects = open(servers.place, { timeoutMs: TIMEOUT_MS, userIdOf });
  const each = subjects.map((subject) => new Revocations(subject, TIMEOUT_MS));
  const patient = createStore({ client: await servers.raw(), timeoutMs: 20_000, userIdOf });
  await Promise.all(each.map((revocations) => revocations.prepare(patient)));
  await patient.close();
  await settle();
  for (const revocations of each) revocations.start();
  const isLossless = await happen();
  await Promise.all(each.map((revocations) => revocations.stop()));

  const result: Result = {
    isLossless,
    tallies: each.map(({ tally }) => tally),
    rejected: each.reduce((total, { tally }) => total + tally.calls - tally.succeeded, 0),
    lost: 0,
    broughtBack: 0,
    byRedis: { own: 0, handed: 0 },
    scanned: 0,
  };
  findings.expect(result.rejected > 0 || !name.includes("crash"), `no revocation met the ${name}`);
  const raw = await servers.raw();
  for (const revocations of each) {
    const where = `${revocations.subject.variant}, ${name}`;
    const expectNone = (count: number, what: string) => findings.expectNone(count, `${what} (${where})`);
    const { lost, broughtBack, unlisted } = await revocations.compare(await standing(raw));
    revocations.tally.check(findings, where);
    expectNone(lost, "sessions gone that nobody ended");
    result.lost += lost;
    if (isLossless) {
      expectNone(broughtBack, "sessions ended and brought back");
      expectNone(unlisted, "live sessions that are not listed");
      result.broughtBack += broughtBack;
    } else result.byRedis[revocations.subject.owned ? "own" : "handed"] += broughtBack;
    await revocations.again();
    const left = await standing(raw);
    if (isLossless) expectNone(revocations.left(left), "sessions that a second call does not end");
    result.scanned += await revocations.scan(left);
    expectNone(revocations.left(await standing(raw)), "sessions that nothing ends");
  }
  await Promise.all(subjects.map((subject) => subject.close()));
  return result;
}
