import { setFlagsFromString, getHeapStatistics } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  MemoryStore,
  createStore,
  jsonCodec,
  type MemoryStoreOptions,
  type SessionData,
  type SessionStore,
  type StoreOptions,
} from "sessionary";
import { watchEvictions } from "./evictions.js";

const entry = (data: SessionData = {}) => ({ data, expiresAt: Date.now() + 3_600_000 });
const CAPACITY = { store: "memory", reason: "capacity" };

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
function heapUsed(): number {
  collectGarbage();
  return getHeapStatistics().used_heap_size;
}

async function idsOf(store: SessionStore): Promise<string[]> {
  const ids = [];
  for await (const id of store.ids()) ids.push(id);
  return ids.sort();
}

describe("MemoryStore's maxEntries", () => {
  it("holds for a million sessions, and the heap stays level", async () => {
    const store = new MemoryStore({ maxEntries: 10_000 });
    const heap: number[] = [];
    for (let n = 1; n <= 1_000_000; n++) {
      await store.create(`session-${n}`, entry({ user: `user-${n}`, cart: [n, n + 1] }));
      if (n % 50_000 === 0) expect(await store.count()).toBe(10_000);
      if (n % 200_000 === 0) heap.push(heapUsed());
    }
    expect(await store.get("session-1000000")).toMatchObject({ data: { user: "user-1000000" } });
    expect(await store.get("session-990000")).toBeUndefined();
    // A store without bounds would hold five times as much at the end as at the first look.
    expect(heap.at(-1)! / heap[0]!).toBeLessThan(1.5);
    await store.close();
  }, 120_000);

  it("lets the least recently used go first, and says so", async () => {
    const evicted = watchEvictions();
    const store = new MemoryStore({ maxEntries: 4 });
    for (const id of ["a", "b", "c", "d"]) await store.create(id, entry());
    await store.get("a");
    await store.touch("b", entry());
    await store.update("c", entry({ n: 1 }));
    expect(evicted).toEqual([]);
    await store.create("e", entry());
    expect(await idsOf(store)).toEqual(["a", "b", "c", "e"]);
    await store.create("f", entry());
    expect(await idsOf(store)).toEqual(["b", "c", "e", "f"]);
    expect(evicted).toEqual([CAPACITY, CAPACITY]);
  });

  it("does not count what was destroyed, cleared or refused", async () => {
    const evicted = watchEvictions();
    const store = new MemoryStore({ maxEntries: 2 });
    for (let n = 0; n < 10; n++) {
      await store.create("a", entry());
      await store.destroy("a");
    }
    for (let n = 0; n < 10; n++) {
      await store.create("a", entry());
      await store.create("b", entry());
      await expect(store.create("b", entry())).rejects.toThrow("exists already");
      await store.update("b", entry({ n }));
      await store.update("c", entry());
      await store.create("d", { data: {}, expiresAt: Date.now() - 1 });
      await store.clear();
    }
    expect(evicted).toEqual([]);
  });
});

describe("MemoryStore's maxBytes", () => {
  it.each<[string, StoreOptions]>([
    ["alone", {}],
    ["with maxEntries", { maxEntries: 5 }],
    ["with userIdOf", { userIdOf: ({ user }) => user }],
  ])("holds after any writes, %s", async (_name, options) => {
    let bytes = 0;
    const codec = {
      encode: (data: SessionData, id: string) => jsonCodec.encode(data, id),
      decode: (text: string, id: string) => {
        bytes += Buffer.byteLength(text) + Buffer.byteLength(id);
        return jsonCodec.decode(text, id);
      },
    };
    const isTaken = (error: Error) => expect(error.name).toBe("SessionExistsError");
    const write = fc.record({
      method: fc.constantFrom("create" as const, "update" as const),
      id: fc.constantFrom(..."abcdefgh"),
      user: fc.constantFrom(undefined, "ann", "bob"),
      size: fc.nat(400),
      letter: fc.constantFrom("x", "ü", "語"),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(write, { maxLength: 60, size: "max" }), async (writes) => {
        const store = createStore("memory:", { maxEntries: 100, ...options, codec, maxBytes: 2_000 });
        for (const { method, id, user, size, letter } of writes) {
          await store[method](id, entry({ user, text: letter.repeat(size) })).catch(isTaken);
        }
        const ids = await idsOf(store);
        bytes = 0;
        for (const id of ids) await store.get(id);
        expect(bytes).toBeLessThanOrEqual(2_000);
        expect(ids.length).toBeLessThanOrEqual(options.maxEntries ?? 100);
        await store.close();
      }),
      { numRuns: 200 },
    );
  });

  it("keeps what is as large as it takes, with the longest id, and nothing else beside it", async () => {
    const evicted = watchEvictions();
    const store = new MemoryStore({ maxBytes: 1_000 });
    const id = "i".repeat(256);
    const largest = entry({ text: "x".repeat(1_000 - 256 - '{"text":""}'.length) });
    for (const small of ["a", "b"]) await store.create(small, entry());
    await store.create(id, largest);
    expect(await idsOf(store)).toEqual([id]);
    expect(evicted).toEqual([CAPACITY, CAPACITY]);
    expect((await store.get(id))?.data).toEqual(largest.data);
  });

  it("holds, and lets another go, when one grows that is alone among a user's", async () => {
    const userIdOf = ({ user }: SessionData) => user as string | undefined;
    const store = createStore("memory:", { maxBytes: 1_000, userIdOf });
    const text = (size: number) => "x".repeat(size);
    await store.create("users", entry({ user: "ann", text: text(500) }));
    await store.create("anonymous", entry({ text: text(100) }));
    await store.update("anonymous", entry({ text: text(500) }));
    const kept = [];
    for (const id of await idsOf(store)) kept.push(...Object.values((await store.get(id))!.data));
    expect(kept.join("").length).toBeLessThanOrEqual(1_000);
    expect(await store.count()).toBe(1);
  });

  it("lets others go for one that grows", async () => {
    const store = new MemoryStore({ maxBytes: 1_000 });
    for (const id of ["a", "b", "c"]) await store.create(id, entry({ text: "x".repeat(200) }));
    await store.update("a", entry({ text: "x".repeat(600) }));
    expect(await idsOf(store)).toEqual(["a", "c"]);
  });
});

describe("MemoryStore's maxPayloadBytes", () => {
  const size = (bytes: number) => entry({ text: "x".repeat(bytes - '{"text":""}'.length) });

  it.each<[string, MemoryStoreOptions, number]>([
    ["1 MiB by default", {}, 1_048_576],
    ["as given", { maxPayloadBytes: 100 }, 100],
    ["what maxBytes leaves beside the longest id", { maxBytes: 1_000 }, 744],
  ])("is %s", async (_name, options, limit) => {
    const evicted = watchEvictions();
    const store = new MemoryStore(options);
    const tooLarge = { code: "ERR_PAYLOAD_TOO_LARGE" };
    await store.create("old", entry({ n: 1 }));
    await expect(store.create("a", size(limit + 1))).rejects.toMatchObject(tooLarge);
    await expect(store.update("old", size(limit + 1))).rejects.toMatchObject(tooLarge);
    expect(await idsOf(store)).toEqual(["old"]);
    expect((await store.get("old"))?.data).toEqual({ n: 1 });
    expect(evicted).toEqual([]);
    await store.create("a", size(limit));
    expect((await store.get("a"))?.data).toEqual(size(limit).data);
  });

  it("counts bytes of UTF-8", async () => {
    const store = new MemoryStore({ maxPayloadBytes: 100 });
    await store.create("a", entry({ text: "語".repeat(29) }));
    await expect(store.create("b", entry({ text: "語".repeat(30) }))).rejects.toThrow(
      "the session takes 101 bytes; maxPayloadBytes is 100",
    );
  });
});
