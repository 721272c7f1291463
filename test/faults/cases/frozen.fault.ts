import { setTimeout as sleep } from "node:timers/promises";
import type { SessionStore } from "sessionary";
import { RedisStore } from "sessionary/redis";
import { Findings, type Profile, faultCase } from "../fault-case.js";
import { LateWrites } from "../support/late-writes.js";
import type { Rig } from "../support/rig.js";
import { type Rigs, withRigs } from "../support/rigs.js";
import { baseCounts } from "../support/tally.js";
import { type Subject, open } from "../support/variants.js";

const TIMEOUT_MS = 300;
/** A resend comes with the next connection: ioredis 6 takes up to 5 s for that. */
const WATCH_MS = 6_000;

faultCase("writes nothing late when Redis is frozen or cut off", (profile) =>
  withRigs((rigs) => run(rigs, profile)),
);

async function run(rigs: Rigs, profile: Profile) {
  const findings = new Findings();
  const all = Object.values(rigs);
  const rounds = [
    // Every server is frozen; what the sockets hold is run when they go on.
    await round(all, async (writes, others) => {
      for (const rig of all) rig.freeze();
      await Promise.all(writes.map((each) => each.attempt()));
      await sleep(profile.pick(30_000, 3_000));
      await Promise.all(all.map((rig) => rig.thaw()));
      await overtake(writes, others);
    }),
    // Commands arrive and their replies do not: the others work on, and the client sends them again.
    await round([rigs.single, rigs.cluster], async (writes, others) => {
      const proxies = [rigs.single.proxy, ...rigs.cluster.proxies];
      for (const proxy of proxies) proxy.dropReplies(Infinity);
      await Promise.all(writes.map((each) => each.attempt()));
      await overtake(writes, others);
      await Promise.all(proxies.map((proxy) => proxy.heal()));
    }),
    // Nothing arrives at all, as behind a firewall that drops packets.
    await round([rigs.single, rigs.cluster], async (writes, others) => {
      const proxies = [rigs.single.proxy, ...rigs.cluster.proxies];
      for (const proxy of proxies) proxy.blackhole();
      await Promise.all(writes.map((each) => each.attempt()));
      await overtake(writes, others);
      await Promise.all(proxies.map((proxy) => proxy.heal()));
    }),
  ].flat();
  let altered = 0;
  let broughtBack = 0;
  for (const { writes, found } of rounds) {
    writes.tally.check(findings, writes.subject.variant);
    findings.expectNone(found.broughtBack, `sessions brought back (${writes.subject.variant})`);
    findings.expectNone(found.altered, `sessions altered by a late write (${writes.subject.variant})`);
    altered += found.altered;
    broughtBack += found.broughtBack;
  }
  const counts = {
    ...baseCounts(
      rounds.map(({ writes }) => writes.tally),
      0,
      broughtBack,
    ),
    altered,
  };
  return { counts, shortfalls: findings.shortfalls };
}

type Others = Map<Rig["place"]["mode"], SessionStore>;

/** One outage, for every kind of store on these servers, and what is stored a while after it. */
async function round(rigs: Rig[], outage: (writes: LateWrites[], others: Others) => Promise<void>) {
  const subjects: Subject[] = rigs.flatMap(({ place }) => open(place, { timeoutMs: TIMEOUT_MS }));
  const writes = subjects.map((subject) => new LateWrites(subject, TIMEOUT_MS));
  await Promise.all(writes.map((each) => each.prepare()));
  const others: Others = new Map();
  for (const rig of rigs) others.set(rig.place.mode, new RedisStore({ client: await rig.raw() }));
  await outage(writes, others);
  await sleep(WATCH_MS);
  const results = [];
  for (const rig of rigs) {
    const raw = await rig.raw();
    for (const each of writes.filter(({ subject }) => subject.mode === rig.place.mode)) {
      results.push({ writes: each, found: await each.compare(raw) });
    }
  }
  await Promise.all([
    ...subjects.map((subject) => subject.close()),
    ...[...others.values()].map((store) => store.close()),
  ]);
  return results;
}

async function overtake(writes: LateWrites[], others: Others): Promise<void> {
  await Promise.all(writes.map((each) => each.overtake(others.get(each.subject.mode) as SessionStore)));
}
