import { describe } from "./internal/validation.js";
import { isRedisClient } from "./redis/clients/driver-of.js";
import type { SessionStore } from "./store.js";

/** Example URLs for error messages. */
export const EXAMPLE_URLS = '"redis://localhost:6379" or "memory:"';

/**
 * Returns the store.
 * @param accepted Begins the list of accepted values in the message.
 * @throws TypeError if a value is not a SessionStore.
 */
export function checkStore(where: string, store: unknown, accepted = ""): SessionStore<object> {
  if (isStore(store)) return store;
  throw new TypeError(
    `${where} requires ${accepted}a SessionStore: a MemoryStore, a RedisStore or what createStore() returns; ` +
      `received ${received(store)}`,
  );
}

/** Returns the store of an option that also accepts a URL, which the caller has to handle before. */
export function checkStoreOrUrl(where: string, store: unknown): SessionStore<object> {
  return checkStore(where, store, `store, a URL such as ${EXAMPLE_URLS}, or `);
}

/** Throws a TypeError if a function received a store in place of its options. */
export function assertNoStore(where: string, options: unknown): void {
  if (isStore(options))
    throw new TypeError(`${where} requires all options in one object, { store, … }; received a store`);
}

function isStore(value: unknown): value is SessionStore<object> {
  return hasMethod(value, "get") && hasMethod(value, "update");
}

function hasMethod(value: unknown, name: string): boolean {
  return typeof (value as Record<string, unknown> | null | undefined)?.[name] === "function";
}

function received(value: unknown): string {
  if (value === undefined) return "undefined. Is the environment variable set?";
  if (isRedisClient(value)) return "a Redis client: use createStore({ client })";
  if (hasMethod(value, "get")) return "an adapter, or a store of another package";
  const isConfig = typeof value === "object" && value !== null && ("url" in value || "client" in value);
  return isConfig ? "an object: use createStore({ url, … })" : describe(value);
}
