import { createStore, type SessionStore, type UserOptions } from "sessionary";
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

/** Returns a subject for the suite on users. */
export function redisUserSubject(
  name: string,
  { reach }: Backend,
  more: UserOptions = {},
): UserStoreUnderTest {
  const fixed = { timeoutMs: 5_000, ...more };
  return {
    name,
    open: (options) => createStore({ ...reach(), ...options, ...fixed, prefix: `s${++stores}:` }),
  };
}

/**
 * Returns a subject for the suite: RedisStores, or what `createStore` returns with user options, each on a prefix of its
 * own, on one server.
 */
export function redisSubject(
  name: string,
  backend: Backend,
  users?: UserOptions,
): StoreUnderTest<SessionStore> {
  const prefixes = new WeakMap<SessionStore, string>();
  return {
    name,
    open: () => {
      const prefix = `s${++stores}:`;
      const options = { ...backend.reach(), prefix, timeoutMs: 5_000 };
      const store = users === undefined ? new RedisStore(options) : createStore({ ...options, ...users });
      prefixes.set(store, prefix);
      return store;
    },
    supports: {
      corrupt: async (store, id) => void (await backend.write(prefixes.get(store)! + id, "{oops")),
    },
  };
}
