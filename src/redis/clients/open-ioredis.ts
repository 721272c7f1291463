import type { Cluster, ClusterOptions, Redis, RedisOptions } from "ioredis";
import type { RedisAddress } from "../url.js";
import { openSentinel } from "./open-sentinel.js";
import { watchSilence } from "./silence-watch.js";

export type IoredisClient = Redis | Cluster;
/** The module ioredis. It is passed as an argument, since it is loaded only to open a connection. */
export type Ioredis = Pick<typeof import("ioredis"), "Redis" | "Cluster">;

/**
 * Options that `redisOptions` accepts. `replyMapping` is not one of them, since the store expects the default
 * replies.
 */
type FurtherOptions = Omit<RedisOptions & ClusterOptions, "replyMapping" | "redisOptions">;

/** Maximum pause between two attempts to connect, so that the store reconnects within 2 s after Redis is back. */
const MAX_RECONNECT_DELAY_MS = 1_000;

/** Minimum time between two reconnects because of READONLY. */
const READONLY_INTERVAL_MS = 2_000;

/**
 * Opens a connection with settings for sessions. The default settings of ioredis are made for a cache. But a late
 * write of a session can undo a logout, and a request cannot wait for minutes. docs/faults.md compares the settings.
 * @param redisOptions Further options for ioredis. They override the timeouts, but not the retries and queues.
 */
export function openIoredis(
  ioredis: Ioredis,
  address: RedisAddress,
  timeoutMs: number,
  redisOptions: FurtherOptions = {},
): IoredisClient {
  // Drop the address, which the URL has, and `lazyConnect`, since a call waits for the connection.
  const {
    host,
    port,
    path,
    sentinels,
    name,
    lazyConnect,
    socketTimeout = 2 * timeoutMs,
    ...further
  } = redisOptions;
  const client = openClient(ioredis, address, timeoutMs, further);
  watchSilence(client, socketTimeout);
  return client;
}

function openClient(
  ioredis: Ioredis,
  address: RedisAddress,
  timeoutMs: number,
  further: FurtherOptions,
): IoredisClient {
  const attemptMs = Math.max(timeoutMs, 1_000);
  const node = {
    connectTimeout: attemptMs,
    disconnectTimeout: attemptMs, // maximum wait for the server to close its side
    maxLoadingRetryTime: 500, // maximum pause between two checks whether the dataset is loaded; ioredis waits up to 10 s
    disableClientInfo: true, // CLIENT SETINFO: a minimal ACL refuses and logs it
    ...further,
    ...(address.username !== undefined && { username: address.username }),
    ...(address.password !== undefined && { password: address.password }),
    ...(address.db !== 0 && { db: address.db }),
    ...tlsOptions(address, further),
    // Commands may go to this client without a view, which would convert replies and turn off auto-pipelining
    // (cancelable.ts).
    stringNumbers: false,
    enableAutoPipelining: false,
    // A command is sent immediately or rejected. The store waits for the connection itself, within its deadline.
    enableOfflineQueue: false,
    // A command whose reply was lost is rejected and never sent again.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: true, // with 0 retries it only rejects them; if false, their promises never settle
    retryStrategy: reconnectDelay,
    reconnectOnError: reconnectOnReadonly(),
  } satisfies RedisOptions;
  if (address.mode === "cluster") {
    return new ioredis.Cluster(address.hosts, {
      slotsRefreshTimeout: attemptMs,
      ...further,
      redisOptions: node,
      enableOfflineQueue: false, // set here too, since redisOptions does not concern the queue of the Cluster itself
      clusterRetryStrategy: reconnectDelay,
      // ioredis retries commands of a node only for this reason, also while the node is still connecting. The retries
      // end at the deadline of the call (cancelable.ts).
      retryDelayOnFailover: 50,
      retryDelayOnClusterDown: 0, // rejects immediately; each retry would open a connection to read the slots
    });
  }
  if (address.mode === "sentinel") {
    return openSentinel(ioredis, address, {
      sentinelCommandTimeout: attemptMs, // skips a frozen Sentinel; by default ioredis waits forever
      ...node,
      sentinelRetryStrategy: reconnectDelay,
    });
  }
  const server = address.path === undefined ? address.hosts[0] : { path: address.path };
  return new ioredis.Redis({ ...node, ...server });
}

/** Returns the TLS options. With Sentinels, ioredis needs them for each kind of connection. */
function tlsOptions({ tls: isTls }: RedisAddress, { tls, sentinelTLS }: FurtherOptions) {
  if (!isTls && tls === undefined) return {};
  return { tls: { ...tls }, sentinelTLS: { ...tls, ...sentinelTLS }, enableTLSForSentinelMode: true };
}

/**
 * Returns a function for `reconnectOnError`. After a failover the old master replies READONLY on a healthy
 * connection. The client then reconnects, but not for each refused write, since every reconnect delays the reads. The
 * function returns 1 and not 2, so that the command is rejected and not sent again.
 */
function reconnectOnReadonly(): (error: Error) => 1 | false {
  let lastAt = -Infinity;
  return ({ message }) => {
    const now = performance.now();
    // In the error of a script, the word is not at the beginning.
    if (!/\bREADONLY\b/.test(message) || now - lastAt < READONLY_INTERVAL_MS) return false;
    lastAt = now;
    return 1;
  };
}

/**
 * Returns the pause before an attempt to connect. It doubles from 50 ms, with jitter, so that many servers do not
 * reconnect at the same time.
 */
function reconnectDelay(attempt: number): number {
  const delay = Math.min(50 * 2 ** (attempt - 1), MAX_RECONNECT_DELAY_MS);
  return Math.round(delay * (0.5 + Math.random() / 2));
}
