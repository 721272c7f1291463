import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { MemoryStore, type UserOptions, encrypted } from "sessionary";
import { storeConformance, userConformance } from "sessionary/conformance";
import { RedisStore } from "sessionary/redis";
import { storageIdsOf } from "../../src/users/storage-ids.js";
import { startRedis, type RedisServer } from "../support/redis-server.js";

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.close());
beforeEach(() => server.command("FLUSHALL"));

const runner = { describe, it };
const codec = encrypted({ keys: [{ id: "k", key: randomBytes(32) }] });
const userIdOf = ({ user }: { user?: unknown }) => user;
const YEAR_MS = 365 * 86_400_000;
let opened = 0;

const OPTIONS: Record<string, UserOptions & { codec?: typeof codec }> = {
  hashIds: { hashIds: true },
  encrypted: { codec },
  absoluteTimeoutMs: { absoluteTimeoutMs: YEAR_MS },
  "hashIds, encrypted, absoluteTimeoutMs and userIdOf": {
    hashIds: true,
    codec,
    absoluteTimeoutMs: YEAR_MS,
    userIdOf,
  },
};

for (const [name, options] of Object.entries(OPTIONS)) {
  const { hashIds: hashesIds = false } = options;
  storeConformance(runner, {
    name: `MemoryStore with ${name}`,
    open: () => new MemoryStore(options),
    hashesIds,
  });

  const prefixes = new WeakMap<RedisStore, string>();
  storeConformance<RedisStore>(runner, {
    name: `RedisStore with ${name}`,
    open: () => {
      const store = openRedis(options);
      prefixes.set(store, `${name} ${opened}:`);
      return store;
    },
    hashesIds,
    supports: {
      corrupt: async (store, id) => {
        const key = prefixes.get(store)! + (hashesIds ? storageIdsOf(id)[0] : id);
        await server.command("SET", key, "{oops", "PX", 60_000);
      },
    },
  });

  userConformance(runner, {
    name: `MemoryStore with ${name}`,
    open: (more) => new MemoryStore({ ...options, ...more }),
  });
  userConformance(runner, {
    name: `RedisStore with ${name}`,
    open: (more) => openRedis({ ...options, ...more }),
  });

  function openRedis(each: UserOptions): RedisStore {
    return new RedisStore({ url: server.url, prefix: `${name} ${++opened}:`, timeoutMs: 5_000, ...each });
  }
}
