import { setFlagsFromString, getHeapStatistics } from "node:v8";
import { runInNewContext } from "node:vm";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { MemoryStore, createStore, type SessionData, type UserSessionStore } from "sessionary";

const SESSIONS = 76_000;
const entry = (data: SessionData = {}) => ({ data, expiresAt: Date.now() + 3_600_000 });
const userIdOf = ({ user }: SessionData) => user as string | undefined;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Counts the turns of the event loop until it is told to stop. */
function countTurns(): { turns: () => number; stop: () => void } {
  let turns = 0;
  let isCounting = true;
  const next = () => {
    turns++;
    if (isCounting) setImmediate(next);
  };
  setImmediate(next);
  return { turns: () => turns, stop: () => (isCounting = false) };
}

it("lets the event loop turn during a walk over many sessions", async () => {
  const store = createStore("memory:", { userIdOf });
  for (let n = 0; n < SESSIONS; n++) await store.create(`id-${n}`, entry({ user: `user-${n % 1_000}` }));
  const { turns, stop } = countTurns();
  const idsPerTurn = new Map<number, number>();
  const seen = new Set<string>();
  for await (const id of store.ids()) {
    seen.add(id);
    idsPerTurn.set(turns(), (idsPerTurn.get(turns()) ?? 0) + 1);
  }
  expect(seen.size).toBe(SESSIONS);
  expect(Math.max(...idsPerTurn.values())).toBeLessThanOrEqual(1_000);

  for (const walk of [() => store.count(), () => store.destroyByUser("user-1", { scan: true })]) {
    const before = turns();
    await walk();
    expect(turns() - before).toBeGreaterThan(SESSIONS / 2_000);
  }
  stop();
  expect(await store.count()).toBe(SESSIONS - SESSIONS / 1_000);
  await store.close();
}, 120_000);

it("ends a walk that adds a session for each one that it meets", async () => {
  const store = new MemoryStore();
  for (let n = 0; n < 3_000; n++) await store.create(`id-${n}`, entry());
  const seen = new Set<string>();
  for await (const id of store.ids()) {
    seen.add(id);
    await store.create(`copy-${seen.size}`, entry());
    if (seen.size % 3 === 0) await store.destroy(id);
  }
  expect([...seen].filter((id) => id.startsWith("id-"))).toHaveLength(3_000);
  expect(await store.count()).toBe(3_000 - 1_000 + 3_000);
  await store.close();
});

it("frees stores that are dropped without close", async () => {
  const before = heapAfterCollection();
  const dropped: WeakRef<UserSessionStore>[] = [];
  for (let n = 0; n < 300; n++) dropped.push(await droppedStore());
  await sleep(0); // a WeakRef keeps its target alive until the end of the turn
  const after = heapAfterCollection();
  expect(dropped.filter((reference) => reference.deref() !== undefined)).toHaveLength(0);
  expect(after - before).toBeLessThan(5_000_000);
}, 60_000);

async function droppedStore(): Promise<WeakRef<UserSessionStore>> {
  const store = createStore("memory:", { maxEntries: 1_000, userIdOf });
  for (let n = 0; n < 50; n++) await store.create(`id-${n}`, entry({ user: "ann", text: "x".repeat(1_000) }));
  await store.get("id-1");
  return new WeakRef(store);
}

function heapAfterCollection(): number {
  collectGarbage();
  collectGarbage();
  return getHeapStatistics().used_heap_size;
}
