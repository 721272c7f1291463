import { Cluster, Redis, type RedisOptions } from "ioredis";
import type { RedisAddress } from "./url.js";

/** What a RedisStore talks through. */
export type RedisClient = Redis | Cluster;

/** The longest pause between two attempts to connect: short enough to be back within 2 s of Redis. */
const MAX_RECONNECT_DELAY_MS = 1_000;

/**
 * Opens a connection with settings that suit sessions. They differ from ioredis's own where those suit
 * a cache: a session write that lands late can undo a logout, and a request can't wait for minutes.
 */
export function connect(address: RedisAddress, timeoutMs: number): RedisClient {
  const node = {
    ...(address.username !== undefined && { username: address.username }),
    ...(address.password !== undefined && { password: address.password }),
    ...(address.tls && { tls: {} }),
    // A command is sent now or not at all; the store itself waits for the connection, within its deadline.
    enableOfflineQueue: false,
    // A command whose reply was lost is reported and never sent a second time.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: true, // with 0 retries it only rejects them; off, their promises never settle
    connectTimeout: Math.max(timeoutMs, 1_000),
    // A server that takes commands and answers none (frozen, or gone without a reset) loses the connection,
    // and with it what it has not read yet.
    socketTimeout: 2 * timeoutMs,
    retryStrategy: reconnectDelay,
    // After a failover an old master answers READONLY on a healthy connection: connect anew. 1, not 2: the
    // command itself is reported, not sent again.
    reconnectOnError: (error: Error) => (error.message.startsWith("READONLY") ? 1 : false),
  } satisfies RedisOptions;
  if (address.mode === "cluster") {
    return new Cluster(address.hosts, {
      redisOptions: node,
      enableOfflineQueue: false, // must stand here: redisOptions does not reach the Cluster's own queue
      clusterRetryStrategy: reconnectDelay,
      slotsRefreshTimeout: Math.max(timeoutMs, 1_000),
      retryDelayOnFailover: 50,
      retryDelayOnClusterDown: 50,
      retryDelayOnTryAgain: 50,
    });
  }
  if (address.mode === "sentinel") {
    return new Redis({
      ...node,
      sentinels: address.hosts,
      name: address.name ?? "",
      db: address.db,
      sentinelRetryStrategy: reconnectDelay,
      sentinelReconnectStrategy: reconnectDelay,
      failoverDetector: true,
    });
  }
  const [host] = address.hosts;
  return new Redis({ ...node, ...host, db: address.db });
}

/** Doubling from 50 ms, with jitter so that many servers do not come back in step. */
function reconnectDelay(attempt: number): number {
  const delay = Math.min(50 * 2 ** (attempt - 1), MAX_RECONNECT_DELAY_MS);
  return Math.round(delay * (0.5 + Math.random() / 2));
}
