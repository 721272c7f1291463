import type { SessionStore } from "sessionary";

/** A good store with a single fault, as they are written in a hurry. */
export interface Mutant {
  name: string;
  /** How the sentence begins that this store does not keep. */
  breaks: string;
  alter: (store: SessionStore, now: () => number) => Partial<SessionStore>;
}

/** Lets whatever else is under way go on. */
export const tick = () => new Promise((resolve) => setImmediate(resolve));

export async function idsOf(store: SessionStore): Promise<string[]> {
  const ids = [];
  for await (const id of store.ids()) ids.push(id);
  return ids;
}
