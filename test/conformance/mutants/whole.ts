import type { SessionStore } from "sessionary";
import { type Mutant, idsOf, tick } from "./mutant.js";

/** Every store opened beside others, for one that takes them for its own. */
const opened = new Set<SessionStore>();

const SLOW: Record<string, (store: SessionStore) => Partial<SessionStore>> = {
  create: (store) => ({ create: async (id, entry) => (await tick(), store.create(id, entry)) }),
  update: (store) => ({
    update: async (id, entry, options) => (await tick(), store.update(id, entry, options)),
  }),
  "update with ifVersion": (store) => ({
    update: async (id, entry, options) => {
      if (options?.ifVersion !== undefined) await tick();
      return store.update(id, entry, options);
    },
  }),
  touch: (store) => ({
    touch: async (id, entry, options) => (await tick(), store.touch(id, entry, options)),
  }),
  get: (store) => ({ get: async (id) => (await tick(), store.get(id)) }),
  destroy: (store) => ({ destroy: async (id) => (await tick(), store.destroy(id)) }),
};

export const wholeMutants: Mutant[] = [
  ...Object.entries(SLOW).map(([method, alter]) => ({
    name: `${method} starts a turn later than the other calls`,
    breaks: "Calls on one id",
    alter,
  })),
  {
    name: "destroy is always true",
    breaks: "`destroy` resolves",
    alter: (store) => ({ destroy: async (id) => (await store.destroy(id)) || true }),
  },
  {
    name: "destroy checks first and removes later",
    breaks: "`destroy` resolves",
    alter: (store) => ({
      destroy: async (id) => {
        const found = (await store.get(id)) !== undefined;
        await tick();
        await store.destroy(id);
        return found;
      },
    }),
  },
  {
    name: "ids gives the first page only",
    breaks: "`ids` yields",
    alter: (store) => ({
      ids: async function* () {
        yield* (await idsOf(store)).slice(0, 500);
      },
    }),
  },
  {
    name: "ids walks by position",
    breaks: "`ids` yields",
    alter: (store) => ({
      ids: async function* () {
        let page: string[];
        for (let at = 0; (page = (await idsOf(store)).slice(at, at + 100)).length > 0; at += 100) yield* page;
      },
    }),
  },
  {
    name: "ids gives one that never was",
    breaks: "`ids` yields",
    alter: (store) => ({
      ids: async function* () {
        yield "index";
        yield* store.ids();
      },
    }),
  },
  {
    name: "count counts what was made and not destroyed",
    breaks: "`count` counts",
    alter: (store) => {
      const made = new Set<string>();
      return {
        create: async (id, entry) => {
          const version = await store.create(id, entry);
          made.add(id);
          return version;
        },
        destroy: async (id) => (made.delete(id), store.destroy(id)),
        count: async () => (await store.count(), made.size),
      };
    },
  },
  {
    name: "clear ends the first page only",
    breaks: "`clear` destroys",
    alter: (store) => ({
      clear: async () => {
        for (const id of (await idsOf(store)).slice(0, 10)) await store.destroy(id);
      },
    }),
  },
  {
    name: "clear ends the sessions of other stores too",
    breaks: "`clear` destroys",
    alter: (store) => {
      opened.add(store);
      return {
        clear: async () => {
          for (const each of opened) await each.clear();
        },
        close: async () => (opened.delete(store), store.close()),
      };
    },
  },
  {
    name: "a closed store gives misses",
    breaks: "After `close`",
    alter: (store) => {
      let closed = false;
      return {
        get: async (id) => (closed ? undefined : store.get(id)),
        close: async () => ((closed = true), store.close()),
      };
    },
  },
  {
    name: "closing again is an error",
    breaks: "After `close`",
    alter: (store) => {
      let closed = false;
      return {
        close: async () => {
          if (closed) throw new Error("closed already");
          closed = true;
          await store.close();
        },
      };
    },
  },
];
