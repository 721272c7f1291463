import { startAll, startRedis, type RedisServer } from "./redis-server.js";
import { waitUntil } from "./wait-until.js";

const NAME = "mymaster";

/**
 * Starts a master, its replica and three sentinels that watch them, on free loopback ports. When this
 * resolves, the sentinels know the replica and each other, and two of them can fail over.
 */
export async function startSentinel(): Promise<SentinelGroup> {
  const started: RedisServer[] = [];
  try {
    const config = ["repl-diskless-sync-delay 0"];
    const master = await startRedis({ config });
    started.push(master);
    const replica = await startRedis({ config: [...config, `replicaof ${master.host} ${master.port}`] });
    started.push(replica);
    await waitUntil("the replica is in step", () => isReplica(replica));
    const watch = [
      `sentinel monitor ${NAME} ${master.host} ${master.port} 2`,
      `sentinel down-after-milliseconds ${NAME} 500`,
      `sentinel failover-timeout ${NAME} 2000`,
      `sentinel parallel-syncs ${NAME} 1`,
    ];
    const sentinels = await startAll(3, { config: watch, args: ["--sentinel"] });
    started.push(...sentinels);
    // By default they look every ten seconds, and leave an old master a master for as long after a failover.
    for (const each of sentinels) {
      await each.command("SENTINEL", "DEBUG", "INFO-PERIOD", 250, "PUBLISH-PERIOD", 250);
    }
    const group = new SentinelGroup(master, replica, sentinels);
    await group.whole();
    return group;
  } catch (error) {
    await Promise.all(started.map((server) => server.close()));
    throw error;
  }
}

export class SentinelGroup {
  /** The name that the sentinels know the master by. */
  readonly name = NAME;
  /** As `createStore` takes it: `redis+sentinel://h:p,h:p,h:p/mymaster/0`. */
  readonly url: string;

  /**
   * @param master who begins as the master
   * @param replica who begins as its replica
   * @internal
   */
  constructor(
    readonly master: RedisServer,
    readonly replica: RedisServer,
    readonly sentinels: readonly RedisServer[],
  ) {
    const hosts = sentinels.map(({ host, port }) => `${host}:${port}`);
    this.url = `redis+sentinel://${hosts.join(",")}/${NAME}/0`;
  }

  /** Who is the master now, as the sentinels that are up all say. */
  async currentMaster(): Promise<RedisServer> {
    const up = this.sentinels.filter((sentinel) => sentinel.isUp);
    const answers = await Promise.all(
      up.map((each) => each.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME)),
    );
    const ports = new Set(answers.map((answer) => Number((answer as string[])[1])));
    const found = [this.master, this.replica].find(({ port }) => ports.has(port));
    if (found === undefined || ports.size > 1) throw new Error("the sentinels do not agree on a master");
    return found;
  }

  /** Has the sentinels hand over to the replica, and waits until they agree and the old master follows. */
  async failover(): Promise<void> {
    const before = await this.currentMaster();
    await this.sentinels.find((sentinel) => sentinel.isUp)?.command("SENTINEL", "FAILOVER", NAME);
    await waitUntil("there is a new master", async () => (await this.currentMaster()) !== before);
    await this.whole();
  }

  /** Waits until the sentinels that are up agree on a master, and whatever is up follows it. */
  async whole(): Promise<void> {
    await waitUntil("the sentinels agree", async () => {
      const master = await this.currentMaster();
      const [role] = (await master.command("ROLE")) as unknown[];
      const other = master === this.master ? this.replica : this.master;
      if (role !== "master" || (other.isUp && !(await isReplica(other)))) return false;
      const up = this.sentinels.filter((sentinel) => sentinel.isUp);
      const views = await Promise.all(up.map((sentinel) => knowsAll(sentinel, other)));
      return !views.includes(false);
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.master, this.replica, ...this.sentinels].map((server) => server.close()));
  }
}

async function isReplica(server: RedisServer): Promise<boolean> {
  const [role, , , link] = (await server.command("ROLE")) as unknown[];
  return role === "slave" && link === "connected";
}

/** Whether a sentinel knows the other two, and would promote the replica if that is up. */
async function knowsAll(sentinel: RedisServer, replica: RedisServer): Promise<boolean> {
  const others = (await sentinel.command("SENTINEL", "SENTINELS", NAME)) as unknown[];
  const [fields = []] = (await sentinel.command("SENTINEL", "REPLICAS", NAME)) as string[][];
  const field = (name: string) => fields[fields.indexOf(name) + 1];
  const isWell = field("flags") === "slave" && field("master-link-status") === "ok";
  return others.length === 2 && (isWell || !replica.isUp);
}
