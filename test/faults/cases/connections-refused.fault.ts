import { setTimeout as sleep } from "node:timers/promises";
import { Findings, type Profile, faultCase } from "../fault-case.js";
import { attemptsOf } from "../support/attempts.js";
import { growthMb, heapMb } from "../support/heap.js";
import { type Rigs, withRigs } from "../support/rigs.js";
import { ALLOWANCE_MS } from "../support/tally.js";
import type { Traffic } from "../support/traffic.js";
import { Traffics, timesToSuccess } from "../support/traffics.js";
import type { Mode, Subject } from "../support/variants.js";
import { WebProbe } from "../support/web-probe.js";

const TIMEOUT_MS = 300;
/** Ours, on a single Redis, is what the rate is asked of; the others run beside it. */
const RATE = 500;
const RATE_BESIDE = 40;
/** How many connections one attempt takes: on a cluster, one to each node to ask for the slots. */
const PER_ATTEMPT: Record<Mode, number> = { single: 1, sentinel: 4, cluster: 7 };
const BACK_MS = 2_000;
/** A client handed in comes back when its own settings have it. */
const BACK_HANDED_MS = 10_000;
const MAX_GROWTH_MB = 8;

faultCase("settles every call, and reconnects without a storm, when Redis refuses connections", (profile) =>
  withRigs((rigs) => run(rigs, profile)),
);

async function run(rigs: Rigs, profile: Profile) {
  const findings = new Findings();
  const all = Object.values(rigs);
  const traffics = await Traffics.prepare(all, TIMEOUT_MS);
  const [main] = traffics.each as [Traffic];
  const web = await WebProbe.start(main.subject.store);
  for (const traffic of traffics.each) traffic.start(traffic === main ? RATE : RATE_BESIDE);
  await sleep(1_000);

  const subjects = traffics.each.map(({ subject }) => subject);
  const before = new Map(subjects.map(({ variant }) => [variant, attemptsOf(variant)]));
  await Promise.all(all.map((rig) => rig.down()));
  web.expectOutage();
  const seconds = profile.pick(60, 8);
  const heap: number[] = [];
  for (let second = 0; second < seconds; second++) {
    await sleep(1_000);
    if (second >= 2) heap.push(heapMb());
  }
  const attempts = subjects
    .filter(({ owned }) => owned)
    .map(({ variant, mode }) => ({ variant, mode, count: attemptsOf(variant) - (before.get(variant) ?? 0) }));

  traffics.mark();
  web.expectAny();
  const back = await Promise.all(
    all.map(async (rig) => {
      await rig.up();
      return timesToSuccess(traffics.of(rig), performance.now(), BACK_HANDED_MS + ALLOWANCE_MS);
    }),
  );
  web.expectService();
  await sleep(500);
  await web.close();
  await traffics.stop();

  traffics.check(findings);
  web.check(findings);
  const growth = growthMb(heap);
  findings.expect(growth < MAX_GROWTH_MB, `the heap grew by ${growth.toFixed(1)} MB during the outage`);
  const tries = Math.max(...attempts.map((each) => checkAttempts(each, seconds, findings)));
  return {
    counts: {
      ...traffics.counts(),
      stores: subjects.length,
      "own tries/s": tries.toFixed(1),
      "heap MB": `${growth >= 0 ? "+" : ""}${growth.toFixed(1)}`,
      "back own ms": slowest(back.flat(), true, BACK_MS, findings),
      "back handed in ms": slowest(back.flat(), false, BACK_HANDED_MS, findings),
      ...web.counts(),
    },
    shortfalls: findings.shortfalls,
  };
}

/** No storm, and no giving up either. @returns how often it was tried in a second */
function checkAttempts(
  { variant, mode, count }: { variant: string; mode: Mode; count: number },
  seconds: number,
  findings: Findings,
): number {
  const most = PER_ATTEMPT[mode] * (10 + 2.5 * seconds); // the first few come fast
  findings.expect(count > 0 && count <= most, `${count} connections tried in ${seconds} s (${variant})`);
  return count / PER_ATTEMPT[mode] / seconds;
}

function slowest(
  back: { subject: Subject; backMs: number }[],
  owned: boolean,
  boundMs: number,
  findings: Findings,
): number {
  const those = back.filter(({ subject }) => subject.owned === owned);
  for (const { subject, backMs } of those) {
    findings.expect(
      backMs <= boundMs + ALLOWANCE_MS,
      `back after ${Math.round(backMs)} ms (${subject.variant})`,
    );
  }
  return Math.round(Math.max(...those.map(({ backMs }) => backMs)));
}
