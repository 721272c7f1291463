import type { Cluster, ClusterOptions, Redis, RedisOptions } from "ioredis";
import type { RedisAddress } from "../url.js";
import { openSentinel } from "./open-sentinel.js";
import { watchSilence } from "./silence-watch.js";

export type IoredisClient = Redis | Cluster;
/** The module, passed along: it is loaded only where a connection is opened. */
export type Ioredis = Pick<typeof import("ioredis"), "Redis" | "Cluster">;

/** Options of `redisOptions`. A store reads replies itself, whatever `replyMapping` says. */
type FurtherOptions = Omit<RedisOptions & ClusterOptions, "replyMapping" | "redisOptions">;

/** The longest pause between two attempts to connect: short enough to be back within 2 s of Redis. */
const MAX_RECONNECT_DELAY_MS = 1_000;

/** Shortest time between two reconnects because of READONLY. */
const READONLY_INTERVAL_MS = 2_000;

/**
 * Opens a connection with settings that suit sessions. ioredis's own settings suit a cache; but a session write
 * that arrives late can undo a logout, and a request can't wait for minutes. docs/faults.md compares the settings.
 * @param redisOptions further options for ioredis, which override the timeouts but no retries or queues.
 */
export function openIoredis(
  ioredis: Ioredis,
  address: RedisAddress,
  timeoutMs: number,
  redisOptions: FurtherOptions = {},
): IoredisClient {
  // The address is the URL's, and the connection is opened for a call.
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
    disconnectTimeout: attemptMs, // limits the wait for the server to close its side
    maxLoadingRetryTime: 500, // limits the pause between two checks for a loaded dataset; ioredis's is up to 10 s
    disableClientInfo: true, // CLIENT SETINFO, which an ACL that allows only what sessions require refuses and logs
    ...further,
    ...(address.username !== undefined && { username: address.username }),
    ...(address.password !== undefined && { password: address.password }),
    ...(address.db !== 0 && { db: address.db }),
    ...tlsOptions(address, further),
    // Commands go straight to the client, and their replies are read as they are.
    stringNumbers: false,
    enableAutoPipelining: false,
    // A command is sent now or not at all. The store itself waits for the connection, within its deadline.
    enableOfflineQueue: false,
    // A command whose reply was lost is reported and never sent a second time.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: true, // with 0 retries it only rejects them; off, their promises never settle
    retryStrategy: reconnectDelay,
    reconnectOnError: reconnectOnReadonly(),
  } satisfies RedisOptions;
  if (address.mode === "cluster") {
    return new ioredis.Cluster(address.hosts, {
      slotsRefreshTimeout: attemptMs,
      ...further,
      redisOptions: node,
      enableOfflineQueue: false, // belongs here: redisOptions does not reach the Cluster's own queue
      clusterRetryStrategy: reconnectDelay,
      // The only reason for which ioredis retries a node's commands, also for a node that is still connecting.
      // The retries end with the call's deadline (cancelable.ts).
      retryDelayOnFailover: 50,
      retryDelayOnClusterDown: 0, // rejects at once; each retry would open a connection to ask for the slots
    });
  }
  if (address.mode === "sentinel") {
    return openSentinel(ioredis, address, {
      sentinelCommandTimeout: attemptMs, // skips a frozen Sentinel; ioredis waits for ever
      ...node,
      sentinelRetryStrategy: reconnectDelay,
    });
  }
  const server = address.path === undefined ? address.hosts[0] : { path: address.path };
  return new ioredis.Redis({ ...node, ...server });
}

/** Behind a Sentinel, ioredis uses TLS only where each kind of connection is told to. */
function tlsOptions({ tls: isTls }: RedisAddress, { tls, sentinelTLS }: FurtherOptions) {
  if (!isTls && tls === undefined) return {};
  return { tls: { ...tls }, sentinelTLS: { ...tls, ...sentinelTLS }, enableTLSForSentinelMode: true };
}

/**
 * Returns a `reconnectOnError`. After a failover an old master answers READONLY on a healthy connection: reconnect, but
 * not for each refused write, since every reconnect delays the reads. 1, not 2: the command itself is rejected and not
 * sent again.
 */
function reconnectOnReadonly(): (error: Error) => 1 | false {
  let lastAt = -Infinity;
  return ({ message }) => {
    const now = performance.now();
    // A script's error has the word further in.
    if (!/\bREADONLY\b/.test(message) || now - lastAt < READONLY_INTERVAL_MS) return false;
    lastAt = now;
    return 1;
  };
}

/** Doubling from 50 ms, with jitter so that many servers do not come back in step. */
function reconnectDelay(attempt: number): number {
  const delay = Math.min(50 * 2 ** (attempt - 1), MAX_RECONNECT_DELAY_MS);
  return Math.round(delay * (0.5 + Math.random() / 2));
}
