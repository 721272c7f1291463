import { createStore } from "../create-store.js";
import { describe } from "../internal/validation.js";
import type { SessionStore } from "../store.js";

/** Returns the store of a preset: the given store, or a new one for a URL. */
export function storeOption(preset: string, store: SessionStore<object> | string): SessionStore<object> {
  return typeof store === "string"
    ? createStore(store)
    : checkStore(preset, store, ", or the URL of a store");
}

/**
 * Returns the store.
 * @param url Continues the list of accepted values in the message.
 * @throws TypeError if a value is not a SessionStore.
 */
export function checkStore(where: string, store: unknown, url = ""): SessionStore<object> {
  const { get, update } = (store ?? {}) as { get?: unknown; update?: unknown };
  if (typeof get === "function" && typeof update === "function") return store as SessionStore<object>;
  const unset = store === undefined ? ". Is the environment variable set?" : "";
  const other = typeof get === "function" ? "a store of another package" : `${describe(store)}${unset}`;
  throw new TypeError(
    `${where} requires a SessionStore: a MemoryStore, a RedisStore or what createStore() returns${url}; received ${other}`,
  );
}
