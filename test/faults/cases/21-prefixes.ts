import { Cluster, Redis } from "ioredis";
import { RedisStore } from "sessionary/redis";
import { type RedisCluster, startCluster } from "../../support/redis-cluster.js";
import { type RedisServer, startRedis } from "../../support/redis-server.js";
import { type FaultCase, Findings, type Profile } from "../fault-case.js";
import { withRig } from "../support/rigs.js";
import { Tally } from "../support/tally.js";
import { entryOf } from "../support/traffic.js";

/** As patterns, several of these match keys of others. None begins as another does: its ids would be the other's too. */
const PREFIXES = ["a*:", "ab:", "a?:", "[ab]:", "[^b]:", "a\\:", "a\\*:", "sess:"];
const KEY_PREFIXES = ["", "shop:", "s*p:"];
const TIMEOUT_MS = 2_000;

export default {
  number: 21,
  title: "prefixes with glob characters, keyPrefix, stores side by side",
  run,
} satisfies FaultCase;

async function run(profile: Profile) {
  const findings = new Findings();
  const tally = new Tally(TIMEOUT_MS);
  const each = profile.pick(2_000, 100);
  let walks = await withRig(startRedis(), (server) => onSingle(server, each, tally, findings));
  walks += await withRig(startCluster({ replicasPerMaster: 0 }), (cluster) =>
    onCluster(cluster, each, tally, findings),
  );
  tally.check(findings);
  const counts = { calls: tally.calls, "in time": tally.inTime, wrong: findings.shortfalls.length };
  return {
    counts: { ...counts, stores: 2 * PREFIXES.length * KEY_PREFIXES.length, walks },
    shortfalls: findings.shortfalls,
  };
}

async function onSingle(
  server: RedisServer,
  each: number,
  tally: Tally,
  findings: Findings,
): Promise<number> {
  const clients = KEY_PREFIXES.map((keyPrefix) => new Redis({ port: server.port, keyPrefix }));
  await server.command("SET", "unrelated", 1);
  const walks = await sideBySide(clients, each, tally, findings);
  const left = (await server.command("KEYS", "*")) as string[];
  findings.expect(left.join() === "unrelated", `left when all were cleared: ${left.join()}`);
  for (const client of clients) client.disconnect();
  return walks;
}

async function onCluster(
  cluster: RedisCluster,
  each: number,
  tally: Tally,
  findings: Findings,
): Promise<number> {
  const clients = KEY_PREFIXES.map((keyPrefix) => cluster.client({ keyPrefix }));
  await cluster.client().set("unrelated", 1);
  const walks = await sideBySide(clients, each, tally, findings);
  const left = (await Promise.all(cluster.nodes.map((node) => node.command("KEYS", "*")))).flat();
  findings.expect(left.join() === "unrelated", `left when all were cleared: ${left.join()}`);
  return walks;
}

/** Stores of every prefix on every client fill one database, and are cleared one after the other. */
async function sideBySide(
  clients: (Redis | Cluster)[],
  each: number,
  tally: Tally,
  findings: Findings,
): Promise<number> {
  const stores = clients.flatMap((client) =>
    PREFIXES.map((prefix) => ({
      name: `${String(client.options.keyPrefix)} ${prefix}`,
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
  for (const { store } of stores) await store.close();
  return walks;
}
