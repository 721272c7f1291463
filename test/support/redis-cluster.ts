import { Cluster } from "ioredis";
import { clusterIsWhole, isMaster, joinCluster, moveSlot } from "./cluster-nodes.js";
import { startAll, type RedisServer } from "./redis-server.js";
import { waitUntil } from "./wait-until.js";

export interface StartClusterOptions {
  /** @default 3 */
  masters?: number;
  /** @default 1 */
  replicasPerMaster?: number;
  /** Lines of redis.conf for every node. */
  config?: string[];
}

/**
 * Starts a real Redis Cluster on free loopback ports. When this resolves, every node says that the
 * cluster is up, and every replica is in step with its master.
 */
export async function startCluster(options: StartClusterOptions = {}): Promise<RedisCluster> {
  const { masters = 3, replicasPerMaster = 1, config = [] } = options;
  const each = [
    "cluster-enabled yes",
    "cluster-node-timeout 1000",
    "cluster-replica-validity-factor 0", // a replica may take over however old its data is
    "repl-diskless-sync-delay 0",
    "repl-ping-replica-period 1", // a replica is listed once a ping has reached it
    ...config,
  ];
  const nodes = await startAll(masters * (1 + replicasPerMaster), { config: each });
  const cluster = new RedisCluster(nodes, masters);
  try {
    await joinCluster(nodes, masters);
    await cluster.whole();
    return cluster;
  } catch (error) {
    await cluster.close();
    throw error;
  }
}

/** The slots are cut into one share per master; after a failover another node is that share's master. */
export class RedisCluster {
  /** The first ones begin as masters of the shares, in order; the rest as their replicas, in turn. */
  readonly nodes: readonly RedisServer[];
  readonly urls: readonly string[];
  /** As `createStore` takes it: `redis+cluster://h:p,h:p,…`. */
  readonly url: string;
  readonly #shares: number;
  readonly #clients = new Set<Cluster>();

  /** @internal */
  constructor(nodes: readonly RedisServer[], shares: number) {
    this.nodes = nodes;
    this.urls = nodes.map((node) => node.url);
    this.url = `redis+cluster://${nodes.map((node) => `${node.host}:${node.port}`).join(",")}`;
    this.#shares = shares;
  }

  /** A new ioredis Cluster, closed by `close()`. */
  client(options: ConstructorParameters<typeof Cluster>[1] = {}): Cluster {
    const client = new Cluster([...this.urls], options);
    client.on("error", () => {}); // its commands tell; without a listener ioredis prints it too
    client.once("end", () => this.#clients.delete(client));
    this.#clients.add(client);
    return client;
  }

  /** The node that is master of a share now. */
  async master(share: number): Promise<RedisServer> {
    for (const node of this.#nodesOf(share)) if (await isMaster(node)) return node;
    throw new Error(`no master of share ${share} is up`);
  }

  /** Hands a share over to a replica, as an operator does, and waits until all nodes agree. */
  async failover(share: number): Promise<void> {
    const before = await this.master(share);
    const heir = this.#nodesOf(share).find((node) => node !== before && node.isUp);
    if (heir === undefined) throw new Error(`share ${share} has no replica that is up`);
    await heir.command("CLUSTER", "FAILOVER");
    await waitUntil("the replica is master", () => isMaster(heir));
    await this.whole();
  }

  /** Kills a share's master and gives it back. The cluster fails over by itself; `whole()` waits for it. */
  async killMaster(share: number): Promise<RedisServer> {
    const killed = await this.master(share);
    await killed.kill();
    return killed;
  }

  /** Moves a slot and its keys to the master of a share, and waits until all nodes agree. */
  async moveSlot(slot: number, toShare: number): Promise<void> {
    const shares = Array.from({ length: this.#shares }, (_, share) => this.master(share));
    await moveSlot(slot, await Promise.all(shares), await this.master(toShare));
    await this.whole();
  }

  /** Waits until the nodes that are up all say that the cluster is, and say the same of each other. */
  whole(): Promise<void> {
    return clusterIsWhole(this.nodes);
  }

  /** Removes all keys. */
  async flush(): Promise<void> {
    const shares = Array.from({ length: this.#shares }, (_, share) => this.master(share));
    await Promise.all(shares.map(async (master) => (await master).command("FLUSHALL")));
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    await Promise.all(this.nodes.map((node) => node.close()));
  }

  #nodesOf(share: number): RedisServer[] {
    return this.nodes.filter((_, index) => index % this.#shares === share);
  }
}
