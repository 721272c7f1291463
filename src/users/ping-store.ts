import type { SessionStore } from "../store.js";

/** Resolves if a store can answer. Reads a session if the store has no `ping`. */
export async function pingStore<T extends object>(store: SessionStore<T>): Promise<void> {
  if (store.ping !== undefined) await store.ping();
  else await store.get("ping");
}
