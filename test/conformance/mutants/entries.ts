import type { SessionEntry, SessionStore } from "sessionary";
import { type Mutant, tick } from "./mutant.js";

/** What a store does whose writes store another entry than they are given. */
function writing(
  store: SessionStore,
  change: (entry: SessionEntry) => SessionEntry | Promise<SessionEntry>,
): Partial<SessionStore> {
  return {
    create: async (id, entry) => store.create(id, await change(entry)),
    update: async (id, entry, options) => store.update(id, await change(entry), options),
    touch: async (id, entry, options) => store.touch(id, await change(entry), options),
  };
}

const DAY_MS = 86_400_000;

export const entryMutants: Mutant[] = [
  {
    name: "a lifetime that is over means the default one",
    breaks: "`create` and `update` accept",
    alter: (store, now) =>
      writing(store, ({ data, expiresAt }) => ({
        data,
        expiresAt: expiresAt <= now() ? now() + DAY_MS : expiresAt,
      })),
  },
  {
    name: "a past expiresAt is refused",
    breaks: "`create` and `update` accept",
    alter: (store, now) =>
      writing(store, (entry) => {
        if (entry.expiresAt < now()) throw new RangeError("expiresAt is over");
        return entry;
      }),
  },
  {
    name: "an update to a past expiresAt is dropped",
    breaks: "`create` and `update` accept",
    alter: (store, now) => ({
      update: async (id, entry, options) =>
        entry.expiresAt < now() ? (await store.get(id))?.version : store.update(id, entry, options),
    }),
  },
  {
    name: "sessions live a second longer",
    breaks: "A session is gone",
    alter: (store) => ({
      ...writing(store, ({ data, expiresAt }) => ({ data, expiresAt: expiresAt + 1_000 })),
      get: async (id) => {
        const record = await store.get(id);
        return record && { ...record, expiresAt: record.expiresAt - 1_000 };
      },
    }),
  },
  {
    name: "sessions end a tenth of a second early",
    breaks: "A session is gone",
    alter: (store) => writing(store, ({ data, expiresAt }) => ({ data, expiresAt: expiresAt - 100 })),
  },
  {
    name: "writes read their entry later",
    breaks: "A write copies its entry",
    alter: (store) => writing(store, async (entry) => (await tick(), entry)),
  },
  {
    name: "touch reads its entry later",
    breaks: "A write copies its entry",
    alter: (store) => ({ touch: async (id, entry) => (await tick(), store.touch(id, entry)) }),
  },
  {
    name: "a BigInt becomes a string",
    breaks: "Data that JSON cannot represent",
    alter: (store) =>
      writing(store, ({ data, expiresAt }) => {
        const text = JSON.stringify(data, (_key, value: unknown) =>
          typeof value === "bigint" ? String(value) : value,
        );
        return { data: JSON.parse(text) as SessionEntry["data"], expiresAt };
      }),
  },
  {
    name: "a Map becomes an empty object",
    breaks: "Data that JSON cannot represent",
    alter: (store) =>
      writing(store, ({ data, expiresAt }) => {
        const plain = Object.entries(data).map(([key, value]) => [key, value instanceof Map ? {} : value]);
        return { data: Object.fromEntries(plain) as SessionEntry["data"], expiresAt };
      }),
  },
  {
    name: "bad data is refused without its key",
    breaks: "Data that JSON cannot represent",
    alter: (store) =>
      writing(store, (entry) => {
        try {
          JSON.stringify(entry.data);
        } catch {
          throw new TypeError("the session cannot be stored");
        }
        return entry;
      }),
  },
  {
    name: "bad data is refused with what a getter threw",
    breaks: "Data that JSON cannot represent",
    alter: (store) => writing(store, (entry) => (JSON.stringify(entry.data), entry)),
  },
  {
    name: "bad data ends the session",
    breaks: "Data that JSON cannot represent",
    alter: (store) => ({
      update: async (id, entry, options) => {
        try {
          return await store.update(id, entry, options);
        } catch (error) {
          if (error instanceof TypeError) await store.destroy(id);
          throw error;
        }
      },
    }),
  },
  {
    name: "an expiresAt of NaN means forever",
    breaks: "An `expiresAt` that a",
    alter: (store, now) =>
      writing(store, ({ data, expiresAt }) => ({
        data,
        expiresAt: Number.isNaN(expiresAt) ? now() + DAY_MS : expiresAt,
      })),
  },
  {
    name: "a time beyond what a Date holds is stored as the latest one",
    breaks: "An `expiresAt` that a",
    alter: (store) =>
      writing(store, ({ data, expiresAt }) => ({
        data,
        expiresAt: typeof expiresAt === "number" ? Math.min(expiresAt, 8.64e15) : expiresAt,
      })),
  },
  {
    name: "the latest Date is refused",
    breaks: "An `expiresAt` that a",
    alter: (store) =>
      writing(store, (entry) => {
        if (entry.expiresAt === 8.64e15) throw new TypeError("expiresAt is not a date");
        return entry;
      }),
  },
  {
    name: "seconds are taken for milliseconds of 1970",
    breaks: "An `expiresAt` that a",
    alter: (store, now) =>
      writing(store, ({ data, expiresAt }) => ({
        data,
        expiresAt: expiresAt >= 0 && expiresAt < Date.UTC(2001, 0) ? now() - 1 : expiresAt,
      })),
  },
  {
    name: "touch takes a date as text",
    breaks: "An `expiresAt` that a",
    alter: (store) => ({
      touch: async (id, entry) => store.touch(id, { ...entry, expiresAt: Number(entry.expiresAt) }),
    }),
  },
];
