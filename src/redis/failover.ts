import { Redis, type RedisOptions } from "ioredis";
import type { RedisAddress } from "./url.js";

const CHANNEL = "+switch-master";

/**
 * Moves a client to the new master as soon as a Sentinel says that there is one. The old master may
 * take writes for ten seconds more, all of which are lost: logouts too.
 *
 * ioredis's own `failoverDetector` prints its connection errors, and ends the client for good when a
 * failover meets an attempt to connect.
 */
export function followFailovers(
  client: Redis,
  { hosts, name }: RedisAddress,
  options: Pick<RedisOptions, "retryStrategy" | "connectTimeout">,
): void {
  const watchers = hosts.map((host) => {
    const watcher = new Redis({
      ...options,
      ...host,
      enableReadyCheck: false,
      maxRetriesPerRequest: null, // the subscription waits for its Sentinel
    });
    watcher.on("error", () => {}); // a Sentinel that is down: the others are listened to
    watcher.on("message", (_channel, message: string) => {
      const [group, , , host, port] = message.split(" ");
      if (group !== name || client.status !== "ready") return;
      // All Sentinels say it: the first one's word moves the client.
      const { remoteAddress, remotePort } = client.stream;
      if (remoteAddress !== host || remotePort !== Number(port)) client.disconnect(true);
    });
    watcher.subscribe(CHANNEL).catch(() => {});
    return watcher;
  });
  client.once("end", () => {
    for (const watcher of watchers) watcher.disconnect();
  });
}
