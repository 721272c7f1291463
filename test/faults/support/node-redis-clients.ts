import { createClient, createCluster, createSentinel } from "redis";
import * as redis5 from "redis5";
import type { RedisClient } from "sessionary/redis";
import type { Place } from "./variants.js";

/** Opens a client of node-redis, with its defaults: the offline queue is on. */
export function nodeRedis6({ mode, hosts, name = "", auth }: Place, keyPrefix = ""): RedisClient {
  const sockets = hosts.map((socket) => ({ socket }));
  const client =
    mode === "cluster"
      ? createCluster({ rootNodes: sockets, keyPrefix })
      : mode === "sentinel"
        ? createSentinel({ name, sentinelRootNodes: hosts })
        : createClient({ ...sockets[0], ...auth, keyPrefix });
  return connecting(client);
}

/** A client of node-redis 5 for a single Redis. */
export function nodeRedis5({ hosts, auth }: Place): RedisClient {
  return connecting(redis5.createClient({ socket: hosts[0]!, ...auth }));
}

/** As an app does: nothing waits for the first connection. */
function connecting<C extends { connect(): Promise<unknown> }>(client: C): C {
  (client as unknown as NodeJS.EventEmitter).on("error", () => {});
  client.connect().catch(() => {});
  return client;
}

/** Ends a client, however far it got. */
export async function end(client: RedisClient): Promise<void> {
  if ("disconnect" in client && "status" in client) client.disconnect();
  else if ("destroy" in client && client.isOpen) await client.destroy();
}
