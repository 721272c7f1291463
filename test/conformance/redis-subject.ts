import type { UserOptions } from "sessionary";
import type { StoreUnderTest, UserStoreUnderTest } from "sessionary/conformance";
import { RedisStore, type RedisStoreOptions } from "sessionary/redis";

/** What a test needs of the servers behind a RedisStore. */
export interface Backend {
  /** How a store reaches it: `{ url }` or `{ client }`. */
  reach: () => Pick<RedisStoreOptions, "url" | "client">;
  /** Writes a key, past any store. */
  write: (key: string, text: string) => Promise<unknown>;
}

let stores = 0;

/** RedisStore as the suite on users takes it. */
export function redisUserSubject(
  name: string,
  { reach }: Backend,
  more: UserOptions = {},
): UserStoreUnderTest {
  const fixed = { timeoutMs: 5_000, ...more };
  return {
    name,
    open: (options) => new RedisStore({ ...reach(), ...options, ...fixed, prefix: `s${++stores}:` }),
  };
}

/** RedisStore as the suite takes it: each on a prefix of its own, on one server. */
export function redisSubject(
  name: string,
  backend: Backend,
  options: UserOptions = {},
): StoreUnderTest<RedisStore> {
  const prefixes = new WeakMap<RedisStore, string>();
  return {
    name,
    open: () => {
      const prefix = `s${++stores}:`;
      const store = new RedisStore({ ...backend.reach(), ...options, prefix, timeoutMs: 5_000 });
      prefixes.set(store, prefix);
      return store;
    },
    supports: {
      corrupt: async (store, id) => void (await backend.write(prefixes.get(store)! + id, "{oops")),
    },
  };
}
