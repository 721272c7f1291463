import { setTimeout as sleep } from "node:timers/promises";
import { type Resources, resources } from "../../support/resources.js";
import type { TcpProxy } from "../../support/tcp-proxy.js";
import { Findings, type Profile, faultCase } from "../fault-case.js";
import { useAndClose } from "../support/exits.js";
import { growthMb, heapMb } from "../support/heap.js";
import { type Rigs, withRigs } from "../support/rigs.js";
import { ALLOWANCE_MS } from "../support/tally.js";
import { Traffics, timesToSuccess } from "../support/traffics.js";

const TIMEOUT_MS = 300;
/** For each of the stores. */
const RATE = 30;
/** A client handed in comes back when its own settings have it. */
const BACK_MS = 10_000;

const FAULTS: ((proxy: TcpProxy) => void)[] = [
  (proxy) => proxy.resetAll(),
  (proxy) => proxy.refuse(),
  (proxy) => proxy.halfClose(),
  (proxy) => proxy.blackhole(),
  (proxy) => proxy.truncateReply(),
];

faultCase(
  "keeps heap, sockets, timers and listeners level through reconnects, and lets the process exit",
  (profile) => withRigs((rigs) => run(rigs, profile)),
);

async function run(rigs: Rigs, profile: Profile) {
  const findings = new Findings();
  const all = Object.values(rigs);
  const proxies = [rigs.single.proxy, ...rigs.cluster.proxies];
  for (const rig of all) await rig.raw(); // opened before the first count
  const before = resources();
  const traffics = await Traffics.prepare(all, TIMEOUT_MS);
  traffics.start(RATE);
  const samples: Sample[] = [];
  const end = performance.now() + profile.pick(240_000, 25_000);
  for (let round = 0; performance.now() < end; round++) {
    const fault = FAULTS[round % FAULTS.length]!;
    for (const proxy of proxies) fault(proxy);
    await sleep(500);
    await Promise.all(proxies.map((proxy) => proxy.heal()));
    traffics.mark();
    await timesToSuccess(traffics.each, performance.now(), BACK_MS + ALLOWANCE_MS);
    await sleep(TIMEOUT_MS);
    samples.push({ heap: heapMb(), ...resources() });
  }
  await traffics.stop();
  traffics.check(findings);
  await sleep(ALLOWANCE_MS); // sockets that say goodbye
  const after = resources();

  const later = samples.slice(Math.floor(samples.length / 5)); // the first few fill caches and pools
  const growth = growthMb(later.map(({ heap }) => heap));
  findings.expect(growth < 4, `the heap grew by ${growth.toFixed(1)} MB`);
  for (const kind of ["sockets", "timers", "listeners"] as const) {
    const levels = later.map((sample) => sample[kind]);
    const third = Math.max(1, Math.floor(levels.length / 3));
    const [first, last] = [Math.max(...levels.slice(0, third)), Math.max(...levels.slice(-third))];
    findings.expect(last <= first * 1.5 + 20, `${kind} went from ${first} to ${last}`);
    const left = after[kind] - before[kind];
    findings.expect(left <= (kind === "sockets" ? 12 : 8), `${left} more ${kind} after close() than before`);
  }
  const exits = await exitsOf(rigs, findings);
  return {
    counts: {
      ...traffics.counts(),
      reconnects: samples.length,
      "heap MB": `${growth >= 0 ? "+" : ""}${growth.toFixed(1)}`,
      sockets: `${before.sockets} to ${after.sockets}`,
      timers: `${before.timers} to ${after.timers}`,
      listeners: `${before.listeners} to ${after.listeners}`,
      exits,
    },
    shortfalls: findings.shortfalls,
  };
}

interface Sample extends Resources {
  heap: number;
}

/** While Redis serves, refuses connections, and is frozen: the process exits, with either ioredis. */
async function exitsOf(rigs: Rigs, findings: Findings): Promise<string> {
  let exited = 0;
  let processes = 0;
  const places = Object.values(rigs).map(({ place }) => place);
  const expect = async (state: string, expected: RegExp) => {
    await Promise.all(
      places.map(async ({ url, mode }, i) => {
        const version = (i + processes) % 2 === 0 ? 6 : 5;
        const exit = await useAndClose(version, url);
        processes++;
        if (exit.exited) exited++;
        const what = `a process on ${mode}, ioredis ${version}, Redis ${state}`;
        findings.expect(exit.exited, `${what} does not exit after close()`);
        findings.expect(expected.test(exit.calls), `${what}: ${exit.calls}`);
      }),
    );
  };
  await expect("serving", /^\w+,\w+,\w+$/);
  await Promise.all(Object.values(rigs).map((rig) => rig.down()));
  await expect("down", /^rejected,rejected,rejected$/);
  await Promise.all(Object.values(rigs).map((rig) => rig.up()));
  for (const rig of Object.values(rigs)) rig.freeze();
  await expect("frozen", /^rejected,rejected,rejected$/);
  await Promise.all(Object.values(rigs).map((rig) => rig.thaw()));
  return `${exited} of ${processes}`;
}
