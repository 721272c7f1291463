import { Redis } from "ioredis";
import { createStore, type SessionStore } from "sessionary";
import { RedisStore } from "sessionary/redis";
import type { Settings } from "./settings.js";

export interface OpenStore {
  store: SessionStore;
  close: () => Promise<void>;
}

/** Opens the store that a URL names: `memory:`, `redis://…` or any other that `createStore` knows. */
export async function openStore({ storeUrl, autopipelining }: Settings): Promise<OpenStore> {
  if (autopipelining) return openStoreOnOwnClient(storeUrl);
  const store = await createStore(storeUrl);
  return { store, close: () => store.close() };
}

/**
 * Opens a RedisStore on a client of our own, as the article does, with autopipelining. What sessionary
 * would set by itself has to be set here: a command is sent now or fails, and never a second time.
 */
function openStoreOnOwnClient(url: string): OpenStore {
  if (!/^rediss?:\/\/[^?]+$/.test(url)) {
    throw new TypeError("SESSION_AUTOPIPELINE=1 needs a store like redis://user:password@host:6379/0");
  }
  const client = new Redis(url, {
    enableAutoPipelining: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
  });
  const store = new RedisStore({ client });
  const close = async () => {
    await store.close();
    client.disconnect(); // a store closes only what it opened
  };
  return { store, close };
}
