import { Redis } from "ioredis";
import { Redis as Redis5 } from "ioredis5";
import { Redis as Valkey } from "iovalkey";
import { RESP_TYPES, createClient } from "redis";
import { createClient as createClient5 } from "redis5";
import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { storeConformance, userConformance } from "sessionary/conformance";
import type { RedisClient } from "sessionary/redis";
import { startRedis, type RedisServer } from "../support/redis-server.js";
import { redisSubject, redisUserSubject, type Backend } from "./redis-subject.js";

interface Opened {
  client: RedisClient;
  close: () => unknown;
}

const keyPrefix = "app:";

/** Replies of other types than JavaScript's own. */
const typeMapping = {
  [RESP_TYPES.BLOB_STRING]: Buffer,
  [RESP_TYPES.SIMPLE_STRING]: Buffer,
  [RESP_TYPES.NUMBER]: String,
};

const CLIENTS: Record<string, (port: number) => Opened | Promise<Opened>> = {
  "ioredis 5": (port) => like(new Redis5(port)),
  "ioredis 6": (port) => like(new Redis(port)),
  "ioredis 6, RESP2": (port) => like(new Redis(port, { protocol: 2 })),
  'ioredis 6, replyMapping "resp3"': (port) => like(new Redis(port, { protocol: 3, replyMapping: "resp3" })),
  "ioredis 5, auto-pipelining": (port) => like(new Redis5(port, { enableAutoPipelining: true })),
  "ioredis 6, auto-pipelining": (port) => like(new Redis(port, { enableAutoPipelining: true })),
  "ioredis 5, stringNumbers": (port) => like(new Redis5(port, { stringNumbers: true })),
  "ioredis 6, stringNumbers": (port) => like(new Redis(port, { stringNumbers: true })),
  "ioredis 5, keyPrefix": (port) => like(new Redis5(port, { keyPrefix })),
  "ioredis 6, keyPrefix": (port) => like(new Redis(port, { keyPrefix })),
  iovalkey: (port) => like(new Valkey(port)),
  "node-redis 5": (port) => opened(createClient5({ url: `redis://127.0.0.1:${port}` })),
  "node-redis 5, RESP3": (port) => opened(createClient5({ url: `redis://127.0.0.1:${port}`, RESP: 3 })),
  "node-redis 5, type mappings": (port) =>
    opened(createClient5({ url: `redis://127.0.0.1:${port}`, commandOptions: { typeMapping } })),
  "node-redis 6": (port) => opened(createClient({ url: `redis://127.0.0.1:${port}` })),
  "node-redis 6, RESP2": (port) => opened(createClient({ url: `redis://127.0.0.1:${port}`, RESP: 2 })),
  "node-redis 6, type mappings": (port) =>
    opened(createClient({ url: `redis://127.0.0.1:${port}`, commandOptions: { typeMapping } })),
  "node-redis 6, keyPrefix": (port) => opened(createClient({ url: `redis://127.0.0.1:${port}`, keyPrefix })),
  "node-redis 6, withTypeMapping": async (port) => {
    const { client, close } = await opened(createClient({ url: `redis://127.0.0.1:${port}` }));
    return { client: (client as ReturnType<typeof createClient>).withTypeMapping(typeMapping), close };
  },
};

function like(client: RedisClient & { disconnect(): void }): Opened {
  return { client, close: () => client.disconnect() };
}

async function opened(client: RedisClient & { destroy(): void; on: unknown }): Promise<Opened> {
  await client.connect();
  return { client, close: () => client.destroy() };
}

let server: RedisServer;
const clients = new Map<string, Opened>();
beforeAll(async () => {
  server = await startRedis();
  for (const [name, open] of Object.entries(CLIENTS)) clients.set(name, await open(server.port));
});
afterAll(async () => {
  for (const { close } of clients.values()) await close();
  await server.close();
});

beforeEach(() => server.command("FLUSHALL"));

const runner = { describe, it };
for (const name of Object.keys(CLIENTS)) {
  const backend: Backend = {
    write: (key, text) =>
      server.command("SET", name.endsWith("keyPrefix") ? keyPrefix + key : key, text, "PX", 60_000),
    reach: () => ({ client: clients.get(name)!.client }),
  };
  storeConformance(runner, redisSubject(`RedisStore on ${name}`, backend));
  userConformance(runner, redisUserSubject(`RedisStore on ${name}`, backend));
}
