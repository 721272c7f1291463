// Compiled and never run: each client is accepted as its library types it, without a cast.
import { Cluster, Redis } from "ioredis";
import { Cluster as Cluster5, Redis as Redis5 } from "ioredis5";
import RedisMock from "ioredis-mock";
import { Cluster as ValkeyCluster, Redis as Valkey } from "iovalkey";
import { RESP_TYPES, createClient, createCluster, createSentinel } from "redis";
import * as redis5 from "redis5";
import type { RedisClient } from "sessionary/redis";

const sentinel = { name: "main", sentinelRootNodes: [] };

export const accepted: RedisClient[] = [
  new Redis(),
  new Redis({ protocol: 3, replyMapping: "resp3" }),
  new Cluster([]),
  new Redis5(),
  new Cluster5([]),
  new Valkey(),
  new ValkeyCluster([]),
  new RedisMock(),
  createClient(),
  createClient({ RESP: 2, commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } } }),
  createClient().withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer }),
  createCluster({ rootNodes: [] }),
  createSentinel(sentinel),
  redis5.createClient(),
  redis5.createCluster({ rootNodes: [] }),
  redis5.createSentinel(sentinel),
];

export const refused: RedisClient[] = [
  // @ts-expect-error no client
  {},
  // @ts-expect-error no client
  "redis://localhost",
  // @ts-expect-error the callback interface of node-redis 3
  createClient().legacy(),
];
