import { type RedisClient, RedisStore } from "sessionary/redis";
import { startCluster } from "../../support/redis-cluster.js";
import type { RedisServer } from "../../support/redis-server.js";
import { Findings, type Outcome, type Profile, faultCase } from "../fault-case.js";
import { end, nodeRedis6 } from "../support/node-redis-clients.js";
import { withRig } from "../support/rigs.js";
import { SingleRig } from "../support/single-rig.js";
import { Tally } from "../support/tally.js";
import { entryOf } from "../support/traffic.js";
import { type Servers, serversOf } from "../support/traffics.js";
import { type Place, client6 } from "../support/variants.js";

/** As patterns, several of these match keys of others. None begins as another does: its ids would be the other's too. */
const PREFIXES = ["a*:", "ab:", "a?:", "[ab]:", "[^b]:", "a\\:", "a\\*:", "sess:"];
const KEY_PREFIXES = ["", "shop:", "s*p:"];
const TIMEOUT_MS = 2_000;

const LIBRARIES = { ioredis: client6, "node-redis": nodeRedis6 };
type Connect = (place: Place, keyPrefix: string) => RedisClient;

for (const [library, connect] of Object.entries(LIBRARIES)) {
  faultCase(
    `keeps stores with glob characters in their prefixes apart on one Redis, with ${library}`,
    (profile) => withRig(SingleRig.start(), (rig) => run(rig, [rig.server], connect, profile)),
  );

  faultCase(
    `keeps stores with glob characters in their prefixes apart on a Cluster, with ${library}`,
    (profile) =>
      withRig(startCluster({ replicasPerMaster: 0 }), (cluster) =>
        run(serversOf(cluster), cluster.nodes, connect, profile),
      ),
  );
}

async function run(
  servers: Servers,
  nodes: readonly RedisServer[],
  connect: Connect,
  profile: Profile,
): Promise<Outcome> {
  const findings = new Findings();
  const tally = new Tally(TIMEOUT_MS);
  const raw = await servers.raw();
  await raw.set("unrelated", 1);
  const walks = await sideBySide(servers.place, connect, profile.pick(2_000, 100), tally, findings);
  const left = (await Promise.all(nodes.map((node) => node.command("KEYS", "*")))).flat();
  findings.expect(left.join() === "unrelated", `left when all were cleared: ${left.join()}`);
  tally.check(findings);
  return {
    counts: {
      calls: tally.calls,
      "in time": tally.inTime,
      wrong: findings.shortfalls.length,
      stores: PREFIXES.length * KEY_PREFIXES.length,
      walks,
    },
    shortfalls: findings.shortfalls,
  };
}

/** Fills one database by stores of every prefix on every client, and clears one after the other. */
async function sideBySide(
  place: Place,
  connect: Connect,
  each: number,
  tally: Tally,
  findings: Findings,
): Promise<number> {
  const clients = KEY_PREFIXES.map((keyPrefix) => ({ keyPrefix, client: connect(place, keyPrefix) }));
  const stores = clients.flatMap(({ keyPrefix, client }) =>
    PREFIXES.map((prefix) => ({
      name: `${keyPrefix} ${prefix}`,
      store: new RedisStore({ client, prefix, timeoutMs: TIMEOUT_MS }),
    })),
  );
  const ids = Array.from({ length: each }, (_, i) => `id${i}`);
  for (const { store } of stores) {
    await Promise.all(ids.map((id) => tally.call("create", () => store.create(id, entryOf(id, 0)))));
  }
  let walks = 0;
  const expectCount = async (index: number, expected: number) => {
    const { name, store } = stores[index]!;
    const found = new Set<string>();
    await tally.call("ids", async () => {
      for await (const id of store.ids()) found.add(id);
    });
    const count = await tally.call("count", () => store.count());
    walks += 2;
    findings.expect(
      "value" in count && count.value === expected,
      `count of "${name}" gives ${JSON.stringify(count)}`,
    );
    findings.expect(found.size === expected, `ids of "${name}" gives ${found.size}`);
    findings.expect(
      [...found].every((id) => /^id\d+$/.test(id)),
      `ids of "${name}" gives another's`,
    );
  };
  for (const index of stores.keys()) await expectCount(index, each);
  for (const [index, { store }] of stores.entries()) {
    await tally.call("clear", () => store.clear());
    await expectCount(index, 0);
    if (index + 1 < stores.length) await expectCount(index + 1, each);
  }
  for (const { client } of clients) await end(client);
  for (const { store } of stores) await store.close();
  return walks;
}
