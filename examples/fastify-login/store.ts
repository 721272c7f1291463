import { Redis } from "ioredis";
import { createStore, type SessionStore } from "sessionary";
import { RedisStore, type RedisStoreOptions } from "sessionary/redis";
import type { Settings } from "./settings.js";

export interface OpenStore {
  store: SessionStore;
  close: () => Promise<void>;
}

/** Opens the store that a URL names: `memory:`, `redis://…` or any other that `createStore` knows. */
export function openStore({ storeUrl, autopipelining }: Settings): OpenStore {
  // A memory store has no client: as with createStore's options, the URL alone swaps them.
  if (autopipelining && /^rediss?[:+]/i.test(storeUrl)) return openStoreOnOwnClient(storeUrl);
  const store = createStore(storeUrl);
  return { store, close: () => store.close() };
}

/**
 * Opens a RedisStore on a client of our own, as the article does, with autopipelining. What sessionary
 * would set by itself has to be set here: a command is sent now or fails, and never a second time.
 */
function openStoreOnOwnClient(url: string): OpenStore {
  if (!/^rediss?:\/\//i.test(url)) {
    throw new TypeError("SESSION_AUTOPIPELINE needs a store like redis://user:password@host:6379/0");
  }
  const [address = "", query] = url.split("?");
  const client = new Redis(address, {
    lazyConnect: true, // until the store has taken its options
    enableAutoPipelining: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
  });
  const store = new RedisStore({ client, ...optionsOf(query) });
  const close = async () => {
    await store.close();
    client.disconnect(); // a store closes only what it opened
  };
  return { store, close };
}

/** What the query of a URL may set, as createStore has it. */
function optionsOf(query?: string): Pick<RedisStoreOptions, "prefix" | "timeoutMs" | "maxPayloadBytes"> {
  const { prefix, ...numbers } = Object.fromEntries(new URLSearchParams(query));
  const options = Object.entries(numbers).map(([name, value]) => [name, Number(value)] as const);
  return { ...(prefix !== undefined && { prefix }), ...Object.fromEntries(options) };
}
