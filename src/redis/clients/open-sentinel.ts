import type { Redis, RedisOptions } from "ioredis";
import type { RedisAddress } from "../url.js";
import type { Ioredis } from "./open-ioredis.js";

const CHANNEL = "+switch-master";

/**
 * Opens a client that connects to the new master as soon as a Sentinel announces it. The old master may accept writes
 * for ten more seconds. All of these are lost, logouts included.
 *
 * The `failoverDetector` of ioredis is not used: it prints its connection errors, and ends the client permanently if
 * a failover happens during an attempt to connect.
 */
export function openSentinel(
  { Redis }: Ioredis,
  { hosts, name = "" }: RedisAddress,
  options: Omit<RedisOptions, "replyMapping">,
): Redis {
  class FailoverRedis extends Redis {
    override disconnect(reconnect = false): void {
      super.disconnect(reconnect);
      // Do not rely on the event "end", which a client between two attempts to connect does not emit.
      if (!reconnect) for (const watcher of watchers) watcher.disconnect();
    }

    follow(message: string): void {
      const [group, , , host, port] = message.split(" ");
      if (group !== name || this.status !== "ready") return;
      // Every Sentinel announces the new master. The client reconnects at the first announcement.
      const { remoteAddress, remotePort } = this.stream;
      if (remoteAddress !== host || remotePort !== Number(port)) this.disconnect(true);
    }
  }

  const client = new FailoverRedis({ ...options, sentinels: hosts, name });
  const watchers = hosts.map((host) => {
    const { sentinelTLS, retryStrategy, connectTimeout, disconnectTimeout } = options;
    const watcher = new Redis({
      ...host,
      ...(sentinelTLS && { tls: sentinelTLS }),
      retryStrategy,
      connectTimeout,
      disconnectTimeout,
      enableReadyCheck: false,
      maxRetriesPerRequest: null, // the subscription waits until its Sentinel is available
    });
    watcher.on("error", () => {}); // if this Sentinel is down, another one announces the master
    watcher.on("message", (_channel, message: string) => client.follow(message));
    watcher.subscribe(CHANNEL).catch(() => {});
    return watcher;
  });
  return client;
}
