import { Findings, type Profile, faultCase } from "../fault-case.js";
import { ClusterRig } from "../support/cluster-rig.js";
import { type Lose, LostReplies } from "../support/lost-reply.js";
import { trialsOf } from "../support/lost-reply-trials.js";
import { withRig } from "../support/rigs.js";
import { SingleRig } from "../support/single-rig.js";
import { baseCounts } from "../support/tally.js";
import { open } from "../support/variants.js";

const TIMEOUT_MS = 500;

faultCase("gives no false result when the reply is lost after the command ran", run);

/** Sentinel connects as a single Redis does. */
async function run(profile: Profile) {
  const findings = new Findings();
  const repeats = profile.pick(20, 3);
  const tallies = [
    ...(await withRig(SingleRig.start(), (rig) => loseOn(rig, repeats, findings))),
    ...(await withRig(ClusterRig.start(), (rig) => loseOn(rig, repeats, findings))),
  ];
  const sum = (pick: (each: LostReplies) => number) => tallies.reduce((total, each) => total + pick(each), 0);
  const unknown = sum((each) => each.unknown);
  // Of all: a Cluster may answer each time, by the way of another node.
  findings.expect(unknown > 0, "no reply was lost");
  return {
    counts: {
      ...baseCounts(
        tallies.map(({ tally }) => tally),
        0,
        0,
      ),
      succeeded: sum(({ succeeded }) => succeeded),
      unknown,
    },
    shortfalls: findings.shortfalls,
  };
}

async function loseOn(
  rig: SingleRig | ClusterRig,
  repeats: number,
  findings: Findings,
): Promise<LostReplies[]> {
  const proxies = "proxies" in rig ? rig.proxies : [rig.proxy];
  const lose: Lose = async (call) => {
    for (const proxy of proxies) proxy.dropReplies(1);
    try {
      return await call();
    } finally {
      await Promise.all(proxies.map((proxy) => proxy.heal()));
    }
  };
  const raw = await rig.raw();
  const results = [];
  for (const subject of open(rig.place, { timeoutMs: TIMEOUT_MS, prefix: "lost:" })) {
    const replies = new LostReplies(TIMEOUT_MS, lose);
    for (const trial of trialsOf(subject.store, raw, "lost:")) {
      for (let i = 0; i < repeats; i++) await replies.run(subject, trial);
    }
    await subject.close();
    replies.tally.check(findings, subject.variant);
    results.push(replies);
  }
  return results;
}
