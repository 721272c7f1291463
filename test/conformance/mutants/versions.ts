import { SessionConflictError } from "sessionary";
import { type Mutant, tick } from "./mutant.js";

export const versionMutants: Mutant[] = [
  {
    name: "every state has the same version",
    breaks: "A version is an opaque",
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
    breaks: "A version is an opaque",
    alter: (store) => ({
      update: async (id, entry, options) => {
        const before = await store.get(id);
        return (await store.update(id, entry, options)) && before?.version;
      },
    }),
  },
  {
    name: "touch changes the version",
    breaks: "`touch` changes",
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
    breaks: "`touch` changes",
    alter: (store) => ({
      touch: async (id, entry) => (await store.update(id, entry)) !== undefined,
    }),
  },
  {
    name: "touch shortens the lifetime",
    breaks: "`touch` only extends",
    alter: (store) => ({
      touch: async (id, entry) => {
        const record = await store.get(id);
        if (record === undefined) return false;
        return (await store.update(id, { ...record, expiresAt: entry.expiresAt })) !== undefined;
      },
    }),
  },
  {
    name: "touch with ifVersion shortens the lifetime",
    breaks: "`touch` only extends",
    alter: (store) => ({
      touch: async (id, entry, { ifVersion } = {}) => {
        if (ifVersion === undefined) return store.touch(id, entry);
        const record = await store.get(id);
        if (record === undefined) return false;
        const shortened = { ...record, expiresAt: entry.expiresAt };
        return (await store.update(id, shortened, { ifVersion })) !== undefined;
      },
    }),
  },
  {
    name: "touch resolves to false when it extends nothing",
    breaks: "`touch` only extends",
    alter: (store) => ({
      touch: async (id, entry, options) => {
        const before = await store.get(id);
        return (await store.touch(id, entry, options)) && before!.expiresAt < entry.expiresAt;
      },
    }),
  },
  {
    name: "touch ends a session whose new expiry is over",
    breaks: "`touch` only extends",
    alter: (store, now) => ({
      touch: async (id, entry, options) =>
        entry.expiresAt <= now() ? store.destroy(id) : store.touch(id, entry, options),
    }),
  },
  {
    name: "touch ignores ifVersion",
    breaks: "`touch` with `ifVersion`",
    alter: (store) => ({ touch: async (id, entry) => store.touch(id, entry) }),
  },
  {
    name: "touch checks ifVersion only when it extends",
    breaks: "`touch` with `ifVersion`",
    alter: (store) => ({
      touch: async (id, entry, options) => {
        const record = await store.get(id);
        if (record !== undefined && entry.expiresAt <= record.expiresAt) return true;
        return store.touch(id, entry, options);
      },
    }),
  },
  {
    name: "touch compares first and writes later",
    breaks: "`touch` with `ifVersion`",
    alter: (store) => ({
      touch: async (id, entry, { ifVersion } = {}) => {
        const current = await store.get(id);
        if (current !== undefined && ifVersion !== undefined && ifVersion !== current.version)
          throw new SessionConflictError(current);
        await tick();
        return store.touch(id, entry);
      },
    }),
  },
  {
    name: "a conflict of touch carries nothing",
    breaks: "`touch` with `ifVersion`",
    alter: (store) => ({
      touch: async (id, entry, options) => {
        try {
          return await store.touch(id, entry, options);
        } catch (error) {
          if (!(error instanceof SessionConflictError)) throw error;
          throw Object.assign(new Error("conflict"), { code: error.code });
        }
      },
    }),
  },
  {
    name: "touch does nothing",
    breaks: "`touch` changes",
    alter: (store) => ({ touch: async (id) => (await store.get(id)) !== undefined }),
  },
];
