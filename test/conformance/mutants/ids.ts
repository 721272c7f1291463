import { type SessionStore, isSessionId } from "sessionary";
import type { Mutant } from "./mutant.js";

/** What a store does that changes ids before it looks. */
function naming(store: SessionStore, change: (id: string) => string): Partial<SessionStore> {
  return {
    get: async (id) => store.get(change(id)),
    create: async (id, entry) => store.create(change(id), entry),
    update: async (id, entry, options) => store.update(change(id), entry, options),
    touch: async (id, entry) => store.touch(change(id), entry),
    destroy: async (id) => store.destroy(change(id)),
  };
}

const SENTENCE = "An id is 1 to 256";

export const idMutants: Mutant[] = [
  {
    name: "ids are trimmed",
    breaks: SENTENCE,
    alter: (store) => naming(store, (id) => (typeof id === "string" ? id.trim() : id)),
  },
  {
    name: "ids are made strings",
    breaks: SENTENCE,
    alter: (store) => ({ get: async (id) => (typeof id === "symbol" ? undefined : store.get(`${id}`)) }),
  },
  {
    name: "ids are cut to 256 characters",
    breaks: SENTENCE,
    alter: (store) => naming(store, (id) => (typeof id === "string" ? id.slice(0, 256) : id)),
  },
  {
    name: "a bad id is an error on get",
    breaks: SENTENCE,
    alter: (store) => ({
      get: async (id) => (isSessionId(id) ? store.get(id) : Promise.reject(new TypeError("bad id"))),
    }),
  },
  {
    name: "create takes a bad id, and stores nothing",
    breaks: SENTENCE,
    alter: (store) => ({
      create: async (id, entry) => (isSessionId(id) ? store.create(id, entry) : "1"),
    }),
  },
  {
    name: "create repeats a bad id in its error",
    breaks: SENTENCE,
    alter: (store) => ({
      create: async (id, entry) => {
        if (!isSessionId(id)) throw new TypeError(`bad id: ${String(id)}`);
        return store.create(id, entry);
      },
    }),
  },
  {
    name: "ids are looked for among an object's own keys and its prototype's",
    breaks: SENTENCE,
    alter: (store) => {
      const versions: Record<string, string> = {};
      return {
        create: async (id, entry) => {
          if (versions[id] !== undefined) throw new TypeError("taken");
          return store.create(id, entry);
        },
      };
    },
  },
];
