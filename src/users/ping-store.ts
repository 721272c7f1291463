import type { SessionStore } from "../store.js";

/** Resolves when a store can answer. A store without `ping` is read from instead. */
export async function pingStore<T extends object>(store: SessionStore<T>): Promise<void> {
  if (store.ping !== undefined) await store.ping();
  else await store.get("ping");
}
