import type { Rig } from "../support/rig.js";
import { setTimeout as sleep } from "node:timers/promises";
import { type FaultCase, Findings, type Profile } from "../fault-case.js";
import { attemptsOf } from "../support/attempts.js";
import { growthMb, heapMb } from "../support/heap.js";
import { type Rigs, withRigs } from "../support/rigs.js";
import { ALLOWANCE_MS, baseCounts } from "../support/tally.js";
import { Traffic } from "../support/traffic.js";
import { type Mode, open } from "../support/variants.js";
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

export default {
  number: 7,
  title: "Redis refuses connections",
  run: (profile) => withRigs((rigs) => run(rigs, profile)),
} satisfies FaultCase;

async function run(rigs: Rigs, profile: Profile) {
  const findings = new Findings();
  const places = Object.values(rigs) as Rig[];
  const subjects = places.flatMap(({ place }) => open(place, { timeoutMs: TIMEOUT_MS }));
  const traffics = subjects.map((subject) => new Traffic(subject, TIMEOUT_MS));
  const [main] = traffics as [Traffic];
  const web = await WebProbe.start(main.subject.store);
  for (const traffic of traffics) await traffic.prepare();
  for (const traffic of traffics) traffic.start(traffic === main ? RATE : RATE_BESIDE);
  await sleep(1_000);

  const before = new Map(subjects.map(({ variant }) => [variant, attemptsOf(variant)]));
  await Promise.all(places.map((rig) => rig.down()));
  web.expectOutage();
  const seconds = profile.pick(60, 8);
  const heap: number[] = [];
  for (let second = 0; second < seconds; second++) {
    await sleep(1_000);
    if (second >= 2) heap.push(heapMb());
  }
  const attempts = (variant: string) => attemptsOf(variant) - (before.get(variant) ?? 0);
  const tries = subjects
    .filter(({ owned }) => owned)
    .map(({ variant, mode }) => ({ variant, mode, count: attempts(variant) }));

  for (const { tally } of traffics) tally.mark();
  web.expectAny();
  const back = await Promise.all(
    places.map(async (rig) => {
      await rig.up();
      const since = performance.now();
      return Promise.all(
        traffics
          .filter(({ subject }) => subject.mode === rig.place.mode)
          .map((each) => timeToSuccess(each, since)),
      );
    }),
  );
  web.expectService();
  await sleep(500);
  for (const traffic of traffics) await traffic.stop();
  await web.close();

  let lost = 0;
  let broughtBack = 0;
  for (const rig of places) {
    const raw = await rig.raw();
    for (const traffic of traffics.filter(({ subject }) => subject.mode === rig.place.mode)) {
      const found = await traffic.compare(raw);
      lost += found.lost;
      broughtBack += found.broughtBack;
    }
  }
  for (const { subject } of traffics) await subject.close();

  for (const { tally, subject } of traffics) tally.check(findings, subject.variant);
  findings.expectNone(lost, "sessions lost");
  findings.expectNone(broughtBack, "sessions brought back");
  const growth = growthMb(heap);
  findings.expect(growth < 8, `the heap grew by ${growth.toFixed(1)} MB during the outage`);
  for (const { variant, mode, count } of tries) {
    const most = PER_ATTEMPT[mode] * (10 + 2.5 * seconds);
    findings.expect(count > 0 && count <= most, `${count} attempts to connect in ${seconds} s (${variant})`);
  }
  const slowest = { own: 0, handed: 0 };
  for (const { subject, backMs } of back.flat()) {
    const kind = subject.owned ? "own" : "handed";
    slowest[kind] = Math.max(slowest[kind], backMs);
    const most = (subject.owned ? BACK_MS : BACK_HANDED_MS) + ALLOWANCE_MS;
    findings.expect(backMs <= most, `back after ${Math.round(backMs)} ms (${subject.variant})`);
  }
  web.check(findings);
  return {
    counts: {
      ...baseCounts(
        traffics.map(({ tally }) => tally),
        lost,
        broughtBack,
      ),
      stores: traffics.length,
      "own tries/s": Math.max(
        ...tries.map(({ count, mode }) => Math.ceil(count / seconds / PER_ATTEMPT[mode])),
      ),
      "heap MB": `${growth >= 0 ? "+" : ""}${growth.toFixed(1)}`,
      "back own ms": Math.round(slowest.own),
      "back handed in ms": Math.round(slowest.handed),
      ...web.counts(),
    },
    shortfalls: findings.shortfalls,
  };
}

async function timeToSuccess({ tally, subject }: Traffic, since: number) {
  const end = since + BACK_HANDED_MS + ALLOWANCE_MS;
  while (tally.firstSuccessAt === undefined && performance.now() < end) await sleep(10);
  return { subject, backMs: Math.max(0, (tally.firstSuccessAt ?? Infinity) - since) };
}
