import { MemoryStore, type SessionStore } from "sessionary";
import { RedisStore } from "sessionary/redis";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { startRedis, type RedisServer } from "../support/redis-server.js";
import { FRAMEWORKS, type Framework } from "./support.js";

export type StoreKind = "memory" | "redis";

/** For `describe.each`: each framework over each store. */
export const FRAMEWORKS_AND_STORES = FRAMEWORKS.flatMap((framework) =>
  (["memory", "redis"] as const).map((kind): [Framework, StoreKind] => [framework, kind]),
);

/** For the describe block that it is called in: gives each test an empty store of this kind. */
export function emptyStores(kind: StoreKind): () => SessionStore {
  if (kind === "memory") return () => new MemoryStore();
  let server: RedisServer;
  let stores = 0;
  beforeAll(async () => void (server = await startRedis()));
  afterAll(() => server.close());
  return () => {
    const store = new RedisStore({ url: server.url, prefix: `store-${++stores}:` });
    onTestFinished(() => store.close());
    return store;
  };
}
