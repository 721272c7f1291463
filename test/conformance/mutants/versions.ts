import { SessionConflictError } from "sessionary";
import type { Mutant } from "./mutant.js";

export const versionMutants: Mutant[] = [
  {
    name: "every state has the same version",
    breaks: "A version is opaque",
    alter: (store) => ({
      get: async (id) => {
        const record = await store.get(id);
        return record && { ...record, version: "1" };
      },
      create: async (id, entry) => (await store.create(id, entry), "1"),
      update: async (id, entry, { ifVersion = "1" } = {}) => {
        const current = await store.get(id);
        if (current !== undefined && ifVersion !== "1") throw new SessionConflictError(current);
        return (await store.update(id, entry)) && "1";
      },
    }),
  },
  {
    name: "update gives the version that it replaced",
    breaks: "A version is opaque",
    alter: (store) => ({
      update: async (id, entry, options) => {
        const before = await store.get(id);
        return (await store.update(id, entry, options)) && before?.version;
      },
    }),
  },
  {
    name: "touch changes the version",
    breaks: "`touch` moves",
    alter: (store) => ({
      touch: async (id, entry) => {
        const record = await store.get(id);
        if (record === undefined) return false;
        await store.destroy(id);
        await store.create(id, { data: record.data, expiresAt: entry.expiresAt });
        return true;
      },
    }),
  },
  {
    name: "touch writes the data that it is given",
    breaks: "`touch` moves",
    alter: (store) => ({
      touch: async (id, entry) => (await store.update(id, entry)) !== undefined,
    }),
  },
  {
    name: "touch only ever extends",
    breaks: "`touch` moves",
    alter: (store) => ({
      touch: async (id, entry) => {
        const record = await store.get(id);
        const expiresAt = Math.max(entry.expiresAt, record?.expiresAt ?? 0);
        return store.touch(id, { ...entry, expiresAt });
      },
    }),
  },
  {
    name: "touch does nothing",
    breaks: "`touch` moves",
    alter: (store) => ({ touch: async (id) => (await store.get(id)) !== undefined }),
  },
];
