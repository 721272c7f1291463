import { setTimeout as sleep } from "node:timers/promises";
import { Findings, type Profile, faultCase } from "../fault-case.js";
import { withRig } from "../support/rigs.js";
import { SingleRig } from "../support/single-rig.js";
import { ALLOWANCE_MS } from "../support/tally.js";
import { Traffics, timesToSuccess } from "../support/traffics.js";

const TIMEOUT_MS = 300;
/** For each of the stores. */
const RATE = 100;
const BACK_HANDED_MS = 10_000;
/** Redis may answer before it has written to its file, while that is being synced: for two seconds at most. */
const UNSAVED_MS = 2_000;

faultCase(
  "loses at most 2 s of writes when Redis is killed under load, with appendfsync everysec",
  (profile) =>
    withRig(SingleRig.start(["appendonly yes", "appendfsync everysec"]), (rig) => run(rig, profile)),
);

async function run(rig: SingleRig, profile: Profile) {
  const findings = new Findings();
  const traffics = await Traffics.prepare([rig], TIMEOUT_MS);
  traffics.start(RATE);
  const crashes = profile.pick(8, 2);
  let slowest = 0;
  for (let crash = 0; crash < crashes; crash++) {
    await sleep(profile.pick(4_000, 1_500));
    await rig.server.kill();
    await sleep(1_000);
    await rig.server.restart();
    traffics.mark();
    for (const { subject, backMs } of await timesToSuccess(
      traffics.each,
      performance.now(),
      BACK_HANDED_MS,
    )) {
      if (subject.owned) slowest = Math.max(slowest, backMs);
      const most = (subject.owned ? 2_000 : BACK_HANDED_MS) + ALLOWANCE_MS;
      findings.expect(backMs <= most, `back after ${Math.round(backMs)} ms (${subject.variant})`);
    }
  }
  await traffics.stop();
  for (const { tally, subject } of traffics.each) tally.check(findings, subject.variant);
  const counts = traffics.counts();
  const undone = counts.lost + counts["brought back"];
  const most = crashes * traffics.each.length * RATE * (UNSAVED_MS / 1_000);
  findings.expect(
    undone <= most,
    `${undone} acknowledged writes undone: more than those of ${UNSAVED_MS} ms`,
  );
  return {
    counts: { ...counts, crashes, "back own ms": Math.round(slowest) },
    shortfalls: findings.shortfalls,
  };
}
