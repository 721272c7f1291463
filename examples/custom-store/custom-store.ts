import { randomUUID } from "node:crypto";
import { channel } from "node:diagnostics_channel";
import { assertExpiresAt, assertSessionId, jsonCodec } from "sessionary";
import { SessionConflictError, SessionExistsError, StoreClosedError } from "sessionary";
import type { SessionEntry, SessionRecord, SessionStore } from "sessionary";

export type Row = { text: string; expiresAt: number; version: string };

/** Sessions as rows of JSON text, here in a Map. What runs without `await` is one statement on a database. */
export function customStore(rows = new Map<string, Row>()): SessionStore {
  let closed = false;
  const open = () => {
    if (closed) throw new StoreClosedError();
    return rows;
  };
  const read = (id: string): SessionRecord | undefined => {
    const row = open().get(id);
    if (row === undefined) return undefined;
    if (row.expiresAt <= Date.now()) return void rows.delete(id);
    try {
      return { data: jsonCodec.decode(row.text, id), expiresAt: row.expiresAt, version: row.version };
    } catch {
      channel("sessionary:payload-undecodable").publish({ store: "custom", reason: "not JSON" });
    }
  };
  const matching = (id: string, ifVersion: string | undefined) => {
    const current = read(id);
    if (current === undefined || ifVersion === undefined || ifVersion === current.version) return current;
    throw new SessionConflictError(current);
  };
  const write = (id: string, entry: SessionEntry) => {
    assertExpiresAt(entry);
    const version = randomUUID();
    rows.set(id, { text: jsonCodec.encode(entry.data, id), expiresAt: entry.expiresAt, version });
    return version;
  };
  return {
    get: async (id) => read(id),
    create: async (id, entry) => {
      assertSessionId(id);
      if (read(id)) throw new SessionExistsError();
      return write(id, entry);
    },
    update: async (id, entry, { ifVersion } = {}) => matching(id, ifVersion) && write(id, entry),
    touch: async (id, entry, { ifVersion } = {}) => {
      assertExpiresAt(entry);
      const row = matching(id, ifVersion) && rows.get(id);
      if (row) row.expiresAt = Math.max(row.expiresAt, entry.expiresAt);
      return row !== undefined;
    },
    destroy: async (id) => read(id) !== undefined && rows.delete(id),
    ids: async function* () {
      for (const id of open().keys()) if (read(id)) yield id;
    },
    count: async () => [...open().keys()].filter(read).length,
    clear: async () => open().clear(),
    close: async () => void (closed = true),
  };
}
