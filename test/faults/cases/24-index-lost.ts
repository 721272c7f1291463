import { type RedisServer, startRedis } from "../../support/redis-server.js";
import { type FaultCase, Findings, type Profile } from "../fault-case.js";
import { FullRedis, POLICIES, type Policy } from "../support/evictions.js";
import { IndexLoss } from "../support/index-loss.js";
import { withRig } from "../support/rigs.js";
import { differences, indexKeys, minuteLater, standing } from "../support/user-audit.js";
import {
  type OperationName,
  type OptionsName,
  USER_OPERATIONS,
  USER_OPTIONS,
  sessionOf,
} from "../support/user-operations.js";

/** A scan reads every session of the store: for so many users. */
const SCANS = 10;

export default {
  number: 24,
  title: "the index of users deleted, or evicted",
  run,
} satisfies FaultCase;

async function run(profile: Profile) {
  const findings = new Findings();
  const deleted = await withRig(startRedis(), (server) => whileDeleted(server, profile, findings));
  const users = profile.pick(3_000, 1_000);
  const results: Evicted[] = [];
  for (const policy of profile.pick<readonly Policy[]>(POLICIES, ["allkeys-lru", "noeviction"])) {
    results.push(
      await withRig(FullRedis.start(policy, users), (full) => whenEvicted(policy, full, findings)),
    );
  }
  const sum = (pick: (result: Evicted) => number) => results.reduce((total, each) => total + pick(each), 0);
  return {
    counts: {
      "indexes deleted": deleted.losses,
      "sign-ins": sum(({ signIns }) => signIns),
      "refused, typed": sum(({ refused }) => refused),
      "keys evicted": sum(({ evicted }) => evicted),
      "unlisted then": deleted.unlisted + sum(({ unlisted }) => unlisted),
      "put back": deleted.putBack + sum(({ putBack }) => putBack),
      "ended by a scan": deleted.scanned + sum(({ scanned }) => scanned),
      wrong: findings.shortfalls.length,
    },
    shortfalls: findings.shortfalls,
  };
}

/** Deleted before each command of each operation, and after the last one. */
async function whileDeleted(server: RedisServer, profile: Profile, findings: Findings): Promise<IndexLoss> {
  const loss = new IndexLoss(server);
  const all = Object.keys(USER_OPTIONS) as OptionsName[];
  for (const options of profile.pick(all, all.slice(0, 3))) {
    for (const operation of Object.keys(USER_OPERATIONS) as OperationName[]) {
      await loss.meet(operation, options, findings);
    }
  }
  await loss.close();
  findings.expect(loss.unlisted > 0, "no session had lost its index");
  return loss;
}

interface Evicted {
  signIns: number;
  refused: number;
  evicted: number;
  unlisted: number;
  putBack: number;
  scanned: number;
}

async function whenEvicted(policy: Policy, full: FullRedis, findings: Findings): Promise<Evicted> {
  const { store, raw, users, tally } = full;
  const wrong = (count: number, what: string) => findings.expectNone(count, `${what} (${policy})`);
  tally.check(findings, policy);
  const refused = tally.calls - tally.succeeded;
  const evicted = await full.evicted();
  const before = await standing(raw);
  let unlisted = 0;
  let ghosts = 0;
  for (const user of users) {
    const found = await differences(store, user, before);
    ghosts += found.ghosts.length + found.twice.length;
    unlisted += found.unlisted.length;
  }
  wrong(ghosts, "sessions listed that are not there");
  if (policy === "noeviction") {
    findings.expect(refused > 0, "no sign-in met a full Redis");
    wrong(unlisted, "sessions that are not listed, with nothing evicted");
  } else findings.expect(evicted > 0, `nothing was evicted (${policy})`);

  // What nobody has used since is ended by a scan.
  let scanned = 0;
  for (const user of users.slice(0, SCANS)) {
    const ended = await store.destroyByUser(user, { scan: true });
    scanned += ended;
    wrong((before.get(user)?.length ?? 0) - ended, "sessions that a scan does not end");
  }
  // And the rest is found again once it is used.
  const others = users.slice(SCANS);
  for (const user of others) {
    for (const [i, { id }] of (before.get(user) ?? []).entries()) {
      const entry = sessionOf(id, user);
      const isThere = i % 2 === 0 ? await store.touch(id, entry) : await store.update(id, entry);
      findings.expect(Boolean(isThere), `a live session was taken for gone (${policy})`);
    }
  }
  const after = await standing(raw);
  let still = 0;
  let left = 0;
  for (const user of others) {
    still += (await differences(store, user, after)).unlisted.length;
    left += (after.get(user)?.length ?? 0) - (await store.destroyByUser(user));
  }
  wrong(still, "sessions that are not listed although they were used");
  wrong(left, "sessions that destroyByUser does not end");
  wrong((await standing(raw)).size, "users with a session that is left");
  // Members of sessions that were evicted may be those of logins under way, for a minute.
  await minuteLater(full.server, async () => {
    for (const user of users) await store.destroyByUser(user);
  });
  wrong(await indexKeys(raw), "index keys left without a session");
  return { signIns: tally.calls, refused, evicted, unlisted, putBack: unlisted - still, scanned };
}
