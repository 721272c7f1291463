import type { Cluster } from "ioredis";
import { type RedisCluster, startCluster } from "../../support/redis-cluster.js";
import { type TcpProxy, startProxy } from "../../support/tcp-proxy.js";
import { waitUntil } from "../../support/wait-until.js";
import type { Rig } from "./rig.js";
import type { Place } from "./variants.js";

/** A cluster of three masters and three replicas, each behind a proxy, whose address it announces. */
export class ClusterRig implements Rig {
  readonly place: Place;
  #raw: Cluster | undefined;

  private constructor(
    readonly cluster: RedisCluster,
    readonly proxies: TcpProxy[],
  ) {
    const hosts = proxies.map(({ host, port }) => ({ host, port }));
    const url = `redis+cluster://${hosts.map(({ host, port }) => `${host}:${port}`).join(",")}`;
    this.place = { mode: "cluster", url, hosts };
  }

  static async start(): Promise<ClusterRig> {
    const cluster = await startCluster();
    const proxies = await Promise.all(cluster.nodes.map((node) => startProxy(node.port)));
    for (const [i, node] of cluster.nodes.entries()) {
      await node.command("CONFIG", "SET", "cluster-announce-port", proxies[i]?.port ?? 0);
    }
    const ports = new Set(proxies.map(({ port }) => port));
    await waitUntil("every node knows the others by their proxies", async () => {
      const views = await Promise.all(cluster.nodes.map((node) => node.command("CLUSTER", "SLOTS")));
      const named = (views as [number, number, ...[string, number][]][][])
        .flat()
        .flatMap(([, , ...nodes]) => nodes);
      return named.every(([, port]) => ports.has(port));
    });
    await cluster.whole();
    return new ClusterRig(cluster, proxies);
  }

  async raw() {
    const natMap = Object.fromEntries(
      this.cluster.nodes.map(({ host, port }, i) => [`${host}:${this.proxies[i]?.port}`, { host, port }]),
    );
    return (this.#raw ??= this.cluster.client({ natMap }));
  }

  async down(): Promise<void> {
    for (const proxy of this.proxies) proxy.refuse();
  }

  async up(): Promise<void> {
    for (const proxy of this.proxies) await proxy.heal();
  }

  freeze(): void {
    for (const node of this.cluster.nodes) node.pause();
  }

  async thaw(): Promise<void> {
    for (const node of this.cluster.nodes) node.resume();
    await this.cluster.whole();
  }

  async close(): Promise<void> {
    await Promise.all(this.proxies.map((proxy) => proxy.close()));
    await this.cluster.close();
  }
}
