import type { SessionData, SessionRecord } from "../store.js";

/**
 * The field of the stored JSON that holds the creation time, in epoch milliseconds. It stands in the
 * data, and not around it, so that other readers of the format find the session as they know it.
 */
const CREATED_AT = "sessionary:createdAt";

export function withCreation<T extends SessionData>(data: T, createdAt: number): T {
  return { ...data, [CREATED_AT]: createdAt };
}

/** When the session of this stored data was created, unless another writer left that out. */
export function creationOf(data: SessionData): number | undefined {
  const createdAt = data[CREATED_AT];
  return typeof createdAt === "number" ? createdAt : undefined;
}

/** A stored record without its creation time, and that time, unless another writer left none. */
export function splitCreation<T extends SessionData>(
  stored: SessionRecord<T>,
): { record: SessionRecord<T>; createdAt: number | undefined } {
  const { [CREATED_AT]: _, ...data } = stored.data;
  const record = {
    data: data as T,
    expiresAt: stored.expiresAt,
    get version() {
      return stored.version;
    },
  };
  return { record, createdAt: creationOf(stored.data) };
}
