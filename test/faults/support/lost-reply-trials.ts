import { randomUUID } from "node:crypto";
import type { Cluster, Redis } from "ioredis";
import type { SessionStore } from "sessionary";
import { waitUntil } from "../../support/wait-until.js";
import { entryOf } from "./traffic.js";

/** A call whose reply will be lost, on what is stored for it. */
export interface Prepared {
  call: () => Promise<unknown>;
  isRight: (value: unknown) => boolean;
  /** Whether Redis has it, for a call that writes. */
  isApplied?: () => Promise<boolean>;
}

export interface Trial {
  operation: string;
  prepare: () => Promise<Prepared>;
}

/** Every operation of a store. */
export function trialsOf(store: SessionStore, raw: Redis | Cluster, prefix: string): Trial[] {
  const textOf = (id: string) => raw.get(prefix + id);
  const isGone = async (id: string) => (await textOf(id)) === null;
  const isChanged = async (id: string) => (await textOf(id))?.includes('"n":1,') === true;
  const isVersion = (value: unknown) => typeof value === "string";
  // The connections of the trial before may still be on their way back.
  const stored = async () => {
    let made: { id: string; version: string } | undefined;
    await waitUntil("a session is stored", async () => {
      const id = randomUUID();
      made = { id, version: await store.create(id, entryOf(id, 0)) };
      return true;
    });
    return made as { id: string; version: string };
  };
  const three = async () => {
    const ids = [await stored(), await stored(), await stored()].map(({ id }) => id);
    const others = (await keysOf(raw, prefix)).filter((key) => !ids.includes(key.slice(prefix.length)));
    for (const key of others) await raw.del(key);
    return ids;
  };
  return [
    {
      operation: "create",
      prepare: async () => {
        const id = randomUUID();
        const call = () => store.create(id, entryOf(id, 0));
        return { call, isRight: isVersion, isApplied: async () => !(await isGone(id)) };
      },
    },
    {
      operation: "update",
      prepare: async () => {
        const { id } = await stored();
        return {
          call: () => store.update(id, entryOf(id, 1)),
          isRight: isVersion,
          isApplied: () => isChanged(id),
        };
      },
    },
    {
      operation: "update with ifVersion",
      prepare: async () => {
        const { id, version: ifVersion } = await stored();
        const call = () => store.update(id, entryOf(id, 1), { ifVersion });
        return { call, isRight: isVersion, isApplied: () => isChanged(id) };
      },
    },
    {
      operation: "touch",
      prepare: async () => {
        const { id } = await stored();
        const before = await raw.pttl(prefix + id);
        const call = () => store.touch(id, { data: {}, expiresAt: Date.now() + before + 60_000 });
        const isApplied = async () => (await raw.pttl(prefix + id)) > before;
        return { call, isRight: (value) => value === true, isApplied };
      },
    },
    {
      operation: "destroy",
      prepare: async () => {
        const { id } = await stored();
        return {
          call: () => store.destroy(id),
          isRight: (value) => value === true,
          isApplied: () => isGone(id),
        };
      },
    },
    {
      operation: "get",
      prepare: async () => {
        const { id } = await stored();
        return { call: async () => (await store.get(id))?.data.id, isRight: (value) => value === id };
      },
    },
    {
      operation: "count",
      prepare: async () => (await three(), { call: () => store.count(), isRight: (value) => value === 3 }),
    },
    {
      operation: "ids",
      prepare: async () => {
        const ids = (await three()).sort().join();
        const call = async () => {
          const found = new Set<string>();
          for await (const id of store.ids()) found.add(id);
          return [...found].sort().join();
        };
        return { call, isRight: (value) => value === ids };
      },
    },
    {
      operation: "clear",
      prepare: async () => {
        const ids = await three();
        const isApplied = async () => (await Promise.all(ids.map(isGone))).includes(true);
        return { call: () => store.clear(), isRight: (value) => value === undefined, isApplied };
      },
    },
  ];
}

async function keysOf(raw: Redis | Cluster, prefix: string): Promise<string[]> {
  const nodes = "nodes" in raw ? raw.nodes("master") : [raw];
  return (await Promise.all(nodes.map((node) => node.keys(`${prefix}*`)))).flat();
}
