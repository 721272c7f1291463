import type { SessionEntry } from "sessionary";
import { type Mutant, idsOf } from "./mutant.js";

export const readingMutants: Mutant[] = [
  {
    name: "get rejects when there is no session",
    breaks: "`undefined` and `false` mean",
    alter: (store) => ({
      get: async (id) => (await store.get(id)) ?? Promise.reject(new Error("not found")),
    }),
  },
  {
    name: "touch says true of a session that is gone",
    breaks: "`undefined` and `false` mean",
    alter: (store) => ({ touch: async (id, entry) => (await store.touch(id, entry)) || true }),
  },
  {
    name: "get hands out live objects, never put through the codec",
    breaks: "`get` returns",
    alter: (store) => {
      const live = new Map<string, SessionEntry["data"]>();
      return {
        create: async (id, entry) => (live.set(id, entry.data), store.create(id, entry)),
        get: async (id) => {
          const record = await store.get(id);
          return record && { ...record, data: live.get(id) ?? record.data };
        },
      };
    },
  },
  {
    name: "get hands every caller the same copy",
    breaks: "`get` returns",
    alter: (store) => {
      const copies = new Map<string, SessionEntry["data"]>();
      return {
        get: async (id) => {
          const record = await store.get(id);
          if (record !== undefined && !copies.has(record.version)) copies.set(record.version, record.data);
          return record && { ...record, data: copies.get(record.version)! };
        },
      };
    },
  },
  {
    name: "get rejects when it can't decode",
    breaks: "A payload that cannot be decoded",
    alter: (store) => ({
      get: async (id) => {
        const record = await store.get(id);
        if (record === undefined && (await idsOf(store)).includes(id)) throw new SyntaxError("not JSON");
        return record;
      },
    }),
  },
];
