import { SessionConflictError, SessionExistsError, type SessionStore } from "sessionary";
import { type Mutant, tick } from "./mutant.js";

export const writingMutants: Mutant[] = [
  {
    name: "update upserts",
    breaks: "There is no upsert",
    alter: (store) => ({
      update: async (id, entry, options) =>
        (await store.update(id, entry, options)) ?? store.create(id, entry),
    }),
  },
  {
    name: "touch makes a session",
    breaks: "There is no upsert",
    alter: (store) => ({
      touch: async (id, entry) => (await store.touch(id, entry)) || Boolean(await store.create(id, entry)),
    }),
  },
  {
    name: "update merges into what is stored",
    breaks: "There is no upsert",
    alter: (store) => ({
      update: async (id, entry, options) => {
        const data = { ...(await store.get(id))?.data, ...entry.data };
        return store.update(id, { ...entry, data }, options);
      },
    }),
  },
  {
    name: "create overwrites",
    breaks: "`create` rejects",
    alter: (store) => ({
      create: async (id, entry) => (await store.update(id, entry)) ?? store.create(id, entry),
    }),
  },
  {
    name: "create checks first and writes later",
    breaks: "`create` rejects",
    alter: (store) => ({
      create: async (id, entry) => {
        if ((await store.get(id)) !== undefined) throw new SessionExistsError();
        await tick();
        return (await store.update(id, entry)) ?? store.create(id, entry);
      },
    }),
  },
  {
    name: "update checks first and writes later",
    breaks: "`update` resolves to `undefined`",
    alter: (store) => ({
      update: async (id, entry, options) => {
        if ((await store.get(id)) === undefined) return undefined;
        await tick();
        return (await store.update(id, entry, options)) ?? store.create(id, entry);
      },
    }),
  },
  {
    name: "update compares first and writes later",
    breaks: "`update` with `ifVersion`",
    alter: (store) => ({
      update: async (id, entry, { ifVersion } = {}) => {
        const current = await store.get(id);
        if (current === undefined) return undefined;
        if (ifVersion !== undefined && ifVersion !== current.version) throw new SessionConflictError(current);
        await tick();
        return store.update(id, entry);
      },
    }),
  },
  {
    name: "update ignores ifVersion",
    breaks: "`update` with `ifVersion`",
    alter: (store) => ({ update: async (id, entry) => store.update(id, entry) }),
  },
  ...["prints the session", "carries nothing"].map((fault) => ({
    name: `a conflict ${fault}`,
    breaks: "`update` with `ifVersion`",
    alter: (store: SessionStore): Partial<SessionStore> => ({
      update: async (id, entry, options) => {
        try {
          return await store.update(id, entry, options);
        } catch (error) {
          if (!(error instanceof SessionConflictError)) throw error;
          const { code, current } = error;
          throw Object.assign(
            new Error("conflict"),
            fault === "carries nothing" ? { code } : { code, current },
          );
        }
      },
    }),
  })),
];
