import { Redis, type RedisOptions } from "ioredis";
import type { RedisAddress } from "./url.js";

const CHANNEL = "+switch-master";

/**
 * A client that moves to the new master as soon as a Sentinel says that there is one. The old master may
 * take writes for ten seconds more, all of which are lost: logouts too.
 *
 * ioredis's own `failoverDetector` prints its connection errors, and ends the client for good when a
 * failover meets an attempt to connect.
 */
export class FollowingRedis extends Redis {
  readonly #watchers: Redis[];

  constructor({ hosts, name = "", db }: RedisAddress, options: Omit<RedisOptions, "replyMapping">) {
    super({ ...options, sentinels: hosts, name, db });
    this.#watchers = hosts.map((host) => {
      const { sentinelTLS, retryStrategy, connectTimeout, disconnectTimeout } = options;
      const watcher = new Redis({
        ...host,
        ...(sentinelTLS && { tls: sentinelTLS }),
        retryStrategy,
        connectTimeout,
        disconnectTimeout,
        enableReadyCheck: false,
        maxRetriesPerRequest: null, // the subscription waits for its Sentinel
      });
      watcher.on("error", () => {}); // a Sentinel that is down: the others are listened to
      watcher.on("message", (_channel, message: string) => this.#follow(message, name));
      watcher.subscribe(CHANNEL).catch(() => {});
      return watcher;
    });
  }

  override disconnect(reconnect = false): void {
    super.disconnect(reconnect);
    // Not on the event "end": a client that is between two attempts to connect has none.
    if (!reconnect) for (const watcher of this.#watchers) watcher.disconnect();
  }

  #follow(message: string, name: string): void {
    const [group, , , host, port] = message.split(" ");
    if (group !== name || this.status !== "ready") return;
    // All Sentinels say it: the first one's word moves the client.
    const { remoteAddress, remotePort } = this.stream;
    if (remoteAddress !== host || remotePort !== Number(port)) this.disconnect(true);
  }
}
