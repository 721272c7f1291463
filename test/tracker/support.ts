import { MemoryStore, type SessionStore } from "sessionary";
import { SessionTracker, type TrackerOptions } from "sessionary/tracker";
import { spied } from "../adapters/wrapped-store.js";

export type Fields = Record<string, unknown>;

export const HOUR_MS = 3_600_000;

/** Returns a tracker over a new MemoryStore, and `calls()`: the store's calls since the last time, in order. */
export function track(options: TrackerOptions = {}, wrap: (store: SessionStore) => SessionStore = (s) => s) {
  const memory = new MemoryStore();
  const { store, calls } = spied(wrap(memory));
  const tracker = new SessionTracker(store, options);
  return {
    store: memory,
    tracker,
    calls,
    /** Stores a session, and makes the calls for it disappear. */
    stored: async (data: Fields, lifetimeMs = HOUR_MS): Promise<string> => {
      await memory.create("id", { data, expiresAt: Date.now() + lifetimeMs });
      return "id";
    },
    open: async (id = "id") => (await tracker.open(id))!,
    read: async (id = "id") => (await memory.get(id))?.data,
  };
}

/** Stores other data under an id, as another process does. */
export async function changeElsewhere(store: SessionStore, id: string, fields: Fields): Promise<void> {
  const { data, expiresAt } = (await store.get(id))!;
  await store.update(id, { data: { ...data, ...fields }, expiresAt });
}
