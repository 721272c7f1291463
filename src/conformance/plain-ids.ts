import type { CreateOptions, SessionEntry, SessionStore } from "../store.js";
import { storageIdsOf } from "../users/storage-ids.js";

/** Returns a view of a store that hashes ids: its `ids()` yields the ids that `create` was called with. */
export function withPlainIds(store: SessionStore): SessionStore {
  const plainIds = new Map<string, string>();
  const replaced: Partial<SessionStore> = {
    create(id: string, entry: SessionEntry, options?: CreateOptions) {
      plainIds.set(storageIdsOf(id)[0], id);
      return store.create(id, entry, options);
    },
    async *ids() {
      for await (const id of store.ids()) yield plainIds.get(id) ?? id;
    },
  };
  return new Proxy(store, {
    get: (_, name) => {
      if (Object.hasOwn(replaced, name)) return replaced[name as keyof SessionStore];
      const value: unknown = Reflect.get(store, name, store);
      return typeof value === "function" ? (value.bind(store) as unknown) : value;
    },
  });
}
