import { RedisStore as ConnectRedis8 } from "connect-redis8";
import { RedisStore as ConnectRedis10 } from "connect-redis10";
import session from "express-session";
import { Redis } from "ioredis";
import memorystore from "memorystore";
import { createClient } from "redis";
import { ours } from "../ours.js";
import { expressStorePeer } from "./express-store-peer.js";
import { ioredisJsonPeer } from "./ioredis-json-peer.js";
import { lruJsonPeer } from "./lru-json-peer.js";
import type { Peer } from "./peer.js";
import { sessionStorePeer } from "./session-store-peer.js";

export interface PeerOptions {
  /** A database of this run's redis-server, for this peer alone. */
  redisUrl: string;
  /** Another build of sessionary. */
  otherBuild?: string;
}

async function ourRedis(url: string, { build, readVersion = false }: OurOptions = {}): Promise<Peer> {
  const { RedisStore } = await ours("redis", build);
  return sessionStorePeer(new RedisStore({ url }), { readVersion });
}
interface OurOptions {
  build?: string | undefined;
  readVersion?: boolean;
}

async function ourMemory(build?: string): Promise<Peer> {
  const { MemoryStore } = await ours("index", build);
  return sessionStorePeer(new MemoryStore());
}

export const REDIS_PEERS = {
  sessionary: ({ redisUrl }: PeerOptions) => ourRedis(redisUrl),
  "sessionary-version": ({ redisUrl }: PeerOptions) => ourRedis(redisUrl, { readVersion: true }),
  "sessionary-node-redis": async ({ redisUrl }: PeerOptions) => {
    const { RedisStore } = await ours("redis");
    const client = await createClient({ url: redisUrl }).connect();
    return { ...sessionStorePeer(new RedisStore({ client })), close: () => client.close() };
  },
  "sessionary-other": ({ redisUrl, otherBuild }: PeerOptions) => ourRedis(redisUrl, { build: otherBuild }),
  "connect-redis10": async ({ redisUrl }: PeerOptions) => {
    const client = await createClient({ url: redisUrl }).connect();
    return expressStorePeer(new ConnectRedis10({ client }), () => client.close());
  },
  "connect-redis8": async ({ redisUrl }: PeerOptions) => {
    const client = new Redis(redisUrl);
    return expressStorePeer(new ConnectRedis8({ client }), async () => client.disconnect());
  },
  ioredis: async ({ redisUrl }: PeerOptions) => ioredisJsonPeer(new Redis(redisUrl)),
};

export const MEMORY_PEERS = {
  "sessionary-memory": () => ourMemory(),
  "sessionary-memory-other": ({ otherBuild }: PeerOptions) => ourMemory(otherBuild),
  memorystore: async () => expressStorePeer(new (memorystore(session))({})),
  "express-memory": async () => expressStorePeer(new session.MemoryStore()),
  "lru-cache": async () => lruJsonPeer(),
};

/** Every peer by name. Each is made in a process of its own. */
export const PEERS: Record<PeerName, (options: PeerOptions) => Promise<Peer>> = {
  ...REDIS_PEERS,
  ...MEMORY_PEERS,
};
export type PeerName = keyof typeof REDIS_PEERS | keyof typeof MEMORY_PEERS;

/** As the tables name them. */
export const LABELS: Record<PeerName, string> = {
  sessionary: "sessionary",
  "sessionary-version": "sessionary, version read",
  "sessionary-node-redis": "sessionary + node-redis",
  "sessionary-other": "sessionary, other build",
  "connect-redis10": "connect-redis 10 + node-redis",
  "connect-redis8": "connect-redis 8 + ioredis",
  ioredis: "ioredis + JSON by hand",
  "sessionary-memory": "sessionary",
  "sessionary-memory-other": "sessionary, other build",
  memorystore: "memorystore",
  "express-memory": "express-session's MemoryStore",
  "lru-cache": "lru-cache + JSON by hand",
};
