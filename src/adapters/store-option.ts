import { checkStoreOrUrl } from "../check-store.js";
import { createStore } from "../create-store.js";
import type { SessionStore } from "../store.js";

/** Returns the store of a preset: the given store, or a new one for a URL. */
export function storeOption(preset: string, store: SessionStore<object> | string): SessionStore<object> {
  return typeof store === "string" ? createStore(store) : checkStoreOrUrl(preset, store);
}
