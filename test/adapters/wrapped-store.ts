import type { SessionStore } from "sessionary";

/** The store, with some of its methods replaced. */
export function wrapped(store: SessionStore, methods: Partial<SessionStore>): SessionStore {
  return {
    get: (id) => store.get(id),
    create: (id, entry, options) => store.create(id, entry, options),
    update: (id, entry, options) => store.update(id, entry, options),
    touch: (id, entry, options) => store.touch(id, entry, options),
    destroy: (id) => store.destroy(id),
    ids: () => store.ids(),
    count: () => store.count(),
    clear: () => store.clear(),
    close: () => store.close(),
    ...methods,
  };
}

/** The store, and `calls()`: what was called since it was last asked, in order. */
export function spied(store: SessionStore): { store: SessionStore; calls: () => string[] } {
  let calls: string[] = [];
  const noted = <R>(call: string, answer: R): R => (calls.push(call), answer);
  return {
    calls: () => {
      const made = calls;
      calls = [];
      return made;
    },
    store: wrapped(store, {
      get: (id) => noted("get", store.get(id)),
      create: (id, entry, options) => noted("create", store.create(id, entry, options)),
      update: (id, entry, options) => noted("update", store.update(id, entry, options)),
      touch: (id, entry, options) => noted("touch", store.touch(id, entry, options)),
      destroy: (id) => noted("destroy", store.destroy(id)),
    }),
  };
}

/** What stands under an id, without the cookie. */
export async function stored(store: SessionStore, id: string): Promise<Record<string, unknown> | undefined> {
  const record = await store.get(id);
  if (record === undefined) return undefined;
  const { cookie: _, ...fields } = record.data;
  return fields;
}

/** The store, whose writes wait until `release` is called. */
export function gated(store: SessionStore): { store: SessionStore; release: () => void } {
  let release!: () => void;
  const released = new Promise<void>((resolve) => (release = resolve));
  return {
    release,
    store: wrapped(store, {
      create: (id, entry, options) => released.then(() => store.create(id, entry, options)),
      update: (id, entry, options) => released.then(() => store.update(id, entry, options)),
    }),
  };
}
