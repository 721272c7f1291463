import { Cluster, Redis, type RedisOptions } from "ioredis";
import { FollowingRedis } from "./failover.js";
import type { RedisAddress } from "./url.js";

/** What a RedisStore talks through. */
export type RedisClient = Redis | Cluster;

/** @throws TypeError when it is not an ioredis client. By its shape: it may come from another copy of ioredis. */
export function assertClient(client: RedisClient): void {
  const { status, sendCommand } = (client ?? {}) as Partial<Redis>;
  if (typeof status === "string" && typeof sendCommand === "function") return;
  throw new TypeError(
    "client must be a Redis or a Cluster of ioredis; in place of another client, give its url",
  );
}

/** The longest pause between two attempts to connect: short enough to be back within 2 s of Redis. */
const MAX_RECONNECT_DELAY_MS = 1_000;
/** What a timer takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Opens a connection with settings that suit sessions. They differ from ioredis's own where those suit
 * a cache: a session write that lands late can undo a logout, and a request can't wait for minutes.
 * docs/faults.md sets them beside ioredis's own.
 */
export function connect(address: RedisAddress, timeoutMs: number): RedisClient {
  const attemptMs = Math.max(timeoutMs, 1_000);
  const node = {
    ...(address.username !== undefined && { username: address.username }),
    ...(address.password !== undefined && { password: address.password }),
    // Behind a Sentinel, ioredis uses TLS only where each kind of connection is told to.
    ...(address.tls && { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true }),
    // A command is sent now or not at all; the store itself waits for the connection, within its deadline.
    enableOfflineQueue: false,
    // A command whose reply was lost is reported and never sent a second time.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: true, // with 0 retries it only rejects them; off, their promises never settle
    connectTimeout: attemptMs,
    // A server that takes commands and answers none (frozen, or gone without a reset) loses the connection:
    // what it has not read yet is dropped with it, and the next attempt may find another server.
    socketTimeout: Math.min(2 * timeoutMs, MAX_TIMER_MS),
    disconnectTimeout: attemptMs, // how long a server that is told goodbye may take to say so too
    maxLoadingRetryTime: 500, // asked that often whether it has loaded its data; ioredis waits up to 10 s
    retryStrategy: reconnectDelay,
    // After a failover an old master answers READONLY on a healthy connection: connect anew. 1, not 2: the
    // command itself is reported, not sent again. A script's error has it further in.
    reconnectOnError: (error: Error) => (/\bREADONLY\b/.test(error.message) ? 1 : false),
  } satisfies RedisOptions;
  if (address.mode === "cluster") {
    return new Cluster(address.hosts, {
      redisOptions: node,
      enableOfflineQueue: false, // must stand here: redisOptions does not reach the Cluster's own queue
      clusterRetryStrategy: reconnectDelay,
      slotsRefreshTimeout: attemptMs,
      // ioredis tries a node's commands again for this reason only, a node that is still connecting included.
      // That ends with the call's deadline (revocable.ts).
      retryDelayOnFailover: 50,
      retryDelayOnClusterDown: 0, // says so at once; retries would each open a connection to ask for the slots
    });
  }
  if (address.mode === "sentinel") {
    const client = new FollowingRedis(address, {
      ...node,
      sentinelCommandTimeout: attemptMs, // a Sentinel that is frozen is passed over; ioredis waits for ever
      sentinelRetryStrategy: reconnectDelay,
    });
    return forgettingSocketTimeouts(client);
  }
  const [host] = address.hosts;
  return forgettingSocketTimeouts(new Redis({ ...node, ...host, db: address.db }));
}

/** Doubling from 50 ms, with jitter so that many servers do not come back in step. */
function reconnectDelay(attempt: number): number {
  const delay = Math.min(50 * 2 ** (attempt - 1), MAX_RECONNECT_DELAY_MS);
  return Math.round(delay * (0.5 + Math.random() / 2));
}

/** ioredis 5 leaves the socket timeout of a lost connection running, which then ends the next connection. */
function forgettingSocketTimeouts(client: Redis): Redis {
  const state = client as unknown as { socketTimeoutTimer?: NodeJS.Timeout | undefined };
  return client.on("close", () => {
    clearTimeout(state.socketTimeoutTimer);
    state.socketTimeoutTimer = undefined;
  });
}
