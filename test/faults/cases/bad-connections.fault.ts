import { setTimeout as sleep } from "node:timers/promises";
import type { TcpProxy } from "../../support/tcp-proxy.js";
import { Findings, type Profile, faultCase } from "../fault-case.js";
import { ClusterRig } from "../support/cluster-rig.js";
import { withRig } from "../support/rigs.js";
import { SingleRig } from "../support/single-rig.js";
import { ALLOWANCE_MS } from "../support/tally.js";
import { Traffics, timesToSuccess } from "../support/traffics.js";

const TIMEOUT_MS = 500;
const RATE = 30;
/** A client handed in comes back when its own settings have it. */
const BACK_MS = 10_000;

interface Fault {
  name: string;
  /** Done to each proxy, again and again when it is over in a moment. */
  apply: (proxy: TcpProxy) => void;
  everyMs?: number;
}

const faults: Fault[] = [
  { name: "reset", apply: (proxy) => proxy.resetAll(), everyMs: 250 },
  { name: "half-closed", apply: (proxy) => proxy.halfClose(), everyMs: 400 },
  { name: "slices of a byte", apply: (proxy) => proxy.slice(1) },
  { name: "latency of 2 s", apply: (proxy) => proxy.latency(2_000) },
  { name: "truncated replies", apply: (proxy) => proxy.truncateReply(), everyMs: 100 },
];

faultCase(
  "settles every call when connections are reset, half-closed, sliced, slow or truncated",
  (profile) =>
    withRig(SingleRig.start(), (single) =>
      withRig(ClusterRig.start(), (cluster) => run(single, cluster, profile)),
    ),
);

async function run(single: SingleRig, cluster: ClusterRig, profile: Profile) {
  const findings = new Findings();
  const rigs = [single, cluster];
  const proxies = [single.proxy, ...cluster.proxies];
  const traffics = await Traffics.prepare(rigs, TIMEOUT_MS);
  traffics.start(RATE);
  for (const { name, apply, everyMs = 0 } of faults) {
    const end = performance.now() + profile.pick(10_000, 2_000);
    do {
      for (const proxy of proxies) apply(proxy);
      await sleep(everyMs || end - performance.now());
    } while (performance.now() < end);
    await Promise.all(proxies.map((proxy) => proxy.heal()));
    traffics.mark();
    for (const { subject, backMs } of await timesToSuccess(traffics.each, performance.now(), BACK_MS)) {
      const most = (subject.owned ? 2_000 : BACK_MS) + ALLOWANCE_MS;
      findings.expect(backMs <= most, `back ${Math.round(backMs)} ms after ${name} (${subject.variant})`);
    }
  }
  await traffics.stop();
  traffics.check(findings);
  const failures = traffics.each.reduce((total, { tally }) => total + tally.calls - tally.succeeded, 0);
  findings.expect(failures > 0, "no call met a fault");
  return { counts: { ...traffics.counts(), "failed, typed": failures }, shortfalls: findings.shortfalls };
}
