import { type RedisServer, startRedis } from "../../support/redis-server.js";
import { Findings, type Outcome, faultCase, profile } from "../fault-case.js";
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

faultCase("lists sessions again when the index of their user is deleted", () =>
  withRig(startRedis(), whileDeleted),
);

for (const policy of profile.pick<readonly Policy[]>(POLICIES, ["allkeys-lru", "noeviction"])) {
  faultCase(`lists sessions again when Redis is full, with ${policy}`, () =>
    withRig(FullRedis.start(policy, profile.pick(3_000, 1_000)), (full) => whenEvicted(policy, full)),
  );
}

/** Deletes the index before each command of each operation, and after the last one. */
async function whileDeleted(server: RedisServer): Promise<Outcome> {
  const findings = new Findings();
  const loss = new IndexLoss(server);
  const all = Object.keys(USER_OPTIONS) as OptionsName[];
  for (const options of profile.pick(all, all.slice(0, 3))) {
    for (const operation of Object.keys(USER_OPERATIONS) as OperationName[]) {
      await loss.meet(operation, options, findings);
    }
  }
  await loss.close();
  findings.expect(loss.unlisted > 0, "no session had lost its index");
  return {
    counts: {
      "indexes deleted": loss.losses,
      "unlisted then": loss.unlisted,
      "put back": loss.putBack,
      "ended by a scan": loss.scanned,
      wrong: findings.shortfalls.length,
    },
    shortfalls: findings.shortfalls,
  };
}

async function whenEvicted(policy: Policy, full: FullRedis): Promise<Outcome> {
  const findings = new Findings();
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
  return {
    counts: {
      "sign-ins": tally.calls,
      "refused, typed": refused,
      "keys evicted": evicted,
      "unlisted then": unlisted,
      "put back": unlisted - still,
      "ended by a scan": scanned,
      wrong: findings.shortfalls.length,
    },
    shortfalls: findings.shortfalls,
  };
}
