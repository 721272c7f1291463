import type { SessionStore } from "sessionary";

/** Gives a stored session another expiry, earlier or later, with the data that it has. */
export async function setExpiry(store: SessionStore, id: string, expiresAt: number): Promise<void> {
  const record = await store.get(id);
  if (record === undefined) throw new Error("there is no such session");
  await store.update(id, { data: record.data, expiresAt });
}
