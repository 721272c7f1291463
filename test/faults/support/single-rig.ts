import { startRedis, type RedisServer } from "../../support/redis-server.js";
import { startProxy, type TcpProxy } from "../../support/tcp-proxy.js";
import type { Rig } from "./rig.js";
import type { Place } from "./variants.js";

/** One Redis behind a proxy. */
export class SingleRig implements Rig {
  readonly place: Place;

  private constructor(
    readonly server: RedisServer,
    readonly proxy: TcpProxy,
  ) {
    this.place = { mode: "single", url: proxy.url, hosts: [{ host: proxy.host, port: proxy.port }] };
  }

  /** @param config lines of redis.conf */
  static async start(config: string[] = []): Promise<SingleRig> {
    const server = await startRedis({ config });
    return new SingleRig(server, await startProxy(server.port));
  }

  async raw() {
    return this.server.client();
  }

  async down(): Promise<void> {
    this.proxy.refuse();
  }

  async up(): Promise<void> {
    await this.proxy.heal();
  }

  freeze(): void {
    this.server.pause();
  }

  async thaw(): Promise<void> {
    this.server.resume();
    await this.server.command("PING");
  }

  async close(): Promise<void> {
    await this.proxy.close();
    await this.server.close();
  }
}
