import { setTimeout as sleep } from "node:timers/promises";
import type { RedisCluster } from "../../support/redis-cluster.js";
import type { Findings } from "../fault-case.js";
import type { Rig } from "./rig.js";
import { baseCounts } from "./tally.js";
import { Traffic } from "./traffic.js";
import { type Subject, open } from "./variants.js";

/** Servers, as far as traffic needs them. */
export type Servers = Pick<Rig, "place" | "raw">;

export function serversOf(cluster: RedisCluster): Servers {
  const hosts = cluster.nodes.map(({ host, port }) => ({ host, port }));
  const client = cluster.client();
  return { place: { mode: "cluster", url: cluster.url, hosts }, raw: async () => client };
}

/** Traffic on every kind of store, on servers of these modes. */
export class Traffics {
  readonly each: Traffic[];
  readonly #rigs: Servers[];
  /** Variants of the sessions that were lost or brought back. */
  readonly #undone: string[] = [];
  #lost = 0;
  #broughtBack = 0;

  private constructor(rigs: Servers[], subjects: Subject[], timeoutMs: number) {
    this.#rigs = rigs;
    this.each = subjects.map((subject) => new Traffic(subject, timeoutMs));
  }

  /** Opens the stores and creates their members. */
  static async prepare(rigs: Servers[], timeoutMs: number): Promise<Traffics> {
    // node-redis 5 may stop reconnecting if a connection is lost during its handshake (redis/node-redis#3346).
    const subjects = rigs
      .flatMap(({ place }) => open(place, { timeoutMs }))
      .filter(({ variant }) => !variant.endsWith("node-redis 5"));
    const traffics = new Traffics(rigs, subjects, timeoutMs);
    for (const traffic of traffics.each) await traffic.prepare();
    return traffics;
  }

  start(callsPerSecond: number): void {
    for (const traffic of this.each) traffic.start(callsPerSecond);
  }

  of(rig: Servers): Traffic[] {
    return this.each.filter(({ subject }) => subject.mode === rig.place.mode);
  }

  /** Looks out for the next success of every one. */
  mark(): void {
    for (const { tally } of this.each) tally.mark();
  }

  /** Whether a failure is one too many from now on. */
  calm(isCalm: boolean): void {
    for (const { tally } of this.each) tally.isCalm = isCalm;
  }

  /** Waits until no call has failed for a second, or for as long as the bound says. */
  async quiet(boundMs: number): Promise<void> {
    const end = performance.now() + boundMs;
    const lastFailure = () => Math.max(...this.each.map(({ tally }) => tally.lastFailureAt));
    while (performance.now() < Math.min(end, lastFailure() + 1_000)) await sleep(20);
  }

  /** Ends the calls, and compares what they left with what must be there. Closes the stores. */
  async stop(): Promise<void> {
    await Promise.all(this.each.map((traffic) => traffic.stop()));
    for (const rig of this.#rigs) {
      const raw = await rig.raw();
      for (const traffic of this.of(rig)) {
        const found = await traffic.compare(raw);
        if (found.lost + found.broughtBack > 0) this.#undone.push(traffic.subject.variant);
        this.#lost += found.lost;
        this.#broughtBack += found.broughtBack;
      }
    }
    for (const { subject } of this.each) await subject.close();
  }

  counts() {
    return baseCounts(
      this.each.map(({ tally }) => tally),
      this.#lost,
      this.#broughtBack,
    );
  }

  check(findings: Findings): void {
    for (const { tally, subject } of this.each) tally.check(findings, subject.variant);
    const by = this.#undone.join("; ");
    findings.expectNone(this.#lost, `sessions lost (${by})`);
    findings.expectNone(this.#broughtBack, `sessions brought back (${by})`);
  }
}

/** How long after `since` each of them succeeded; infinite when it did not within the bound. */
export async function timesToSuccess(traffics: Traffic[], since: number, boundMs: number) {
  return Promise.all(
    traffics.map(async ({ tally, subject }) => {
      while (tally.firstSuccessAt === undefined && performance.now() < since + boundMs) await sleep(10);
      return { subject, backMs: Math.max(0, (tally.firstSuccessAt ?? Infinity) - since) };
    }),
  );
}
