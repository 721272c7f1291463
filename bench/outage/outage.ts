import { setTimeout as sleep } from "node:timers/promises";
import type { Asked, Probe } from "./probe.js";

export interface Outage {
  kind: string;
  begin: () => void;
  end: () => Promise<void>;
}

export interface Timing {
  lengthMs: number;
  /** For how long of it requests are made; what is left is the time that the last one has to be answered in. */
  askForMs: number;
  everyMs: number;
  /** What is not there so long after the outage never comes. */
  giveUpMs: number;
}

/** What one server made of one outage. */
export interface Lived {
  probe: Probe;
  /** The requests that were made during the outage. */
  during: Asked[];
  endedAt: number;
  /** From the end of the outage to the first answer as logged in; `undefined` when there was none. */
  servedAfterMs: number | undefined;
  /** Requests that were made after that answer, and were not answered as logged in. */
  failedLater: number;
}

/** Once Redis is back, a server is asked this often. */
const AGAIN_EVERY_MS = 100;
/** How much longer, once all are served again. */
const STEADY_MS = 1_000;

/** Lets all servers live through one outage at the same time. */
export async function live(
  { begin, end }: Outage,
  probes: readonly Probe[],
  timing: Timing,
): Promise<Lived[]> {
  begin();
  const begun = performance.now();
  for (const probe of probes) probe.ask(timing.everyMs);
  await sleep(timing.askForMs);
  for (const probe of probes) probe.stop();
  await sleep(Math.max(0, begun + timing.lengthMs - performance.now()));

  const endedAt = performance.now();
  const during = probes.map((probe) => probe.take());
  for (const probe of probes) probe.ask(AGAIN_EVERY_MS);
  await end();
  const isOver = (probe: Probe, i: number) =>
    probe.asked.some(isServed) && [...during[i]!, ...probe.asked].every(({ answeredAt }) => answeredAt);
  await untilAll(() => probes.every(isOver), timing.giveUpMs);
  await sleep(STEADY_MS);
  for (const probe of probes) probe.stop();
  await untilAll(() => probes.every(({ asked }) => asked.every(({ answeredAt }) => answeredAt)), STEADY_MS);

  return probes.map((probe, i) => {
    const after = probe.take();
    const served = [...during[i]!, ...after].filter((each) => isServed(each) && each.answeredAt! >= endedAt);
    const servedAt = Math.min(...served.map(({ answeredAt }) => answeredAt!));
    return {
      probe,
      during: during[i]!,
      endedAt,
      servedAfterMs: served.length === 0 ? undefined : servedAt - endedAt,
      failedLater: after.filter((each) => each.askedAt > servedAt && !isServed(each)).length,
    };
  });
}

function isServed({ answer }: Asked): boolean {
  return answer === "200 (logged in)";
}

async function untilAll(isSo: () => boolean, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!isSo() && performance.now() < deadline) await sleep(20);
}
