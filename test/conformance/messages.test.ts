import { MemoryStore, type SessionStore } from "sessionary";
import { describe, expect, it } from "vitest";
import { wrapped } from "../adapters/wrapped-store.js";
import { failuresOf } from "./collect.js";
import { idsOf, tick } from "./mutants/mutant.js";

describe("a failure of storeConformance", () => {
  it("says after which calls `count` is wrong", async () => {
    const message = await messageOf("`count` counts", () => ({ count: async () => 0 }));
    expect(message).toBe("count after 50 parallel creates");
  });

  it("says how many parallel updates with `ifVersion` must conflict", async () => {
    const message = await messageOf("`update` with `ifVersion`", (store) => ({
      update: async (id, entry, options) => {
        const current = await store.get(id);
        if (current?.version === options?.ifVersion) await tick();
        return store.update(id, entry, current?.version === options?.ifVersion ? {} : options);
      },
    }));
    expect(message).toBe("49 of 50 parallel updates with the same ifVersion conflict");
  });

  it("shows the number of sessions that `ids` leaves out, and five of them", async () => {
    const message = await messageOf("`ids` yields", (store) => ({
      ids: async function* () {
        yield* (await idsOf(store)).slice(0, 500);
      },
    }));
    expect(message).toMatch(/^ids leaves out 200 of 700 sessions: (?:\S+, ){4}\S+, …$/);
  });

  it("says that `ids` yields an id twice", async () => {
    const message = await messageOf("`ids` yields", (store) => ({
      ids: async function* () {
        for (const id of await idsOf(store)) yield* [id, id];
      },
    }));
    expect(message).toBe("ids yields 1400 ids for 700 sessions");
  });

  it("says with what the results of calls that nobody awaited are compared", async () => {
    const message = await messageOf("Calls on one id", (store) => ({
      update: async (id, entry, options) => (await tick(), store.update(id, entry, options)),
    }));
    expect(message).toMatch(
      /^\w.*, then \w.*, then \w.*, then get: the results differ from those of the same calls when each is awaited; the last result is that of get$/,
    );
  });

  it("says before `clear` that two stores count each other's sessions", async () => {
    const all: SessionStore[] = [];
    const message = await messageOf("`clear` destroys", (store) => {
      all.push(store);
      const count = async () => (await Promise.all(all.map((each) => each.count()))).reduce((a, b) => a + b);
      return { count };
    });
    expect(message).toBe("the count of each of two stores, before clear");
  });
});

/** Returns the first line of the message of one sentence, on a store that is altered. */
async function messageOf(
  sentence: string,
  alter: (store: SessionStore) => Partial<SessionStore>,
): Promise<string> {
  const open = () => {
    const store = new MemoryStore();
    return wrapped(store, alter(store));
  };
  const failed = await failuresOf({ name: "altered", open }, sentence);
  expect(failed.size).toBe(1);
  return [...failed.values()][0]!.message.split("\n")[0]!;
}

it("storeConformance does not blame a store for a process that stalls", async () => {
  const open = () => {
    const store = new MemoryStore();
    let stalls = true;
    return wrapped(store, {
      count: async () => {
        const count = await store.count();
        if (stalls) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_500);
        stalls = false;
        return count;
      },
    });
  };
  expect(await failuresOf({ name: "MemoryStore", open }, "A session is gone when")).toEqual(new Map());
});
