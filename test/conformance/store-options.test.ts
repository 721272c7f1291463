import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { createStore, encrypted, type UserOptions, type UserSessionStore } from "sessionary";
import { storeConformance, userConformance } from "sessionary/conformance";
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
    name: `a memory store with ${name}`,
    open: () => createStore("memory:", options),
    hashesIds,
  });

  const prefixes = new WeakMap<UserSessionStore, string>();
  storeConformance<UserSessionStore>(runner, {
    name: `a Redis store with ${name}`,
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
    name: `a memory store with ${name}`,
    open: (more) => createStore("memory:", { ...options, ...more }),
  });
  userConformance(runner, {
    name: `a Redis store with ${name}`,
    open: (more) => openRedis({ ...options, ...more }),
  });

  function openRedis(each: UserOptions): UserSessionStore {
    return createStore({ url: server.url, prefix: `${name} ${++opened}:`, timeoutMs: 5_000, ...each });
  }
}
