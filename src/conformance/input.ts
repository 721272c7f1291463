import assert from "node:assert/strict";
import { MAX_EXPIRES_AT, MIN_EXPIRES_AT } from "../codec/payload.js";
import type { SessionEntry } from "../store.js";
import { MARK, idOf, rejectsWithTypeError } from "./rejections.js";
import type { Sentence } from "./sentence.js";
import type { Trial } from "./trial.js";

/** Invalid and hostile entries. */
export const input: Sentence[] = [
  {
    says: "A write reads its entry before it returns: changing the object afterwards changes nothing stored.",
    test: async (trial) => {
      const { store } = trial;
      const changedAfter = async (write: (entry: SessionEntry) => Promise<unknown>) => {
        const entry = trial.entry({ n: 1, nested: { list: [1] } });
        const { expiresAt } = entry;
        const written = write(entry);
        (entry.data.nested as { list: unknown[] }).list.push("changed");
        entry.data.n = "changed";
        entry.expiresAt += 3_600_000;
        await written;
        const stored = await trial.stored(idOf(1));
        assert.deepEqual(stored.data, { n: 1, nested: { list: [1] } });
        trial.assertMoment(stored.expiresAt, expiresAt);
        return stored;
      };
      await changedAfter((entry) => store.create(idOf(1), entry));
      const { version } = await changedAfter((entry) => store.update(idOf(1), entry));
      await changedAfter((entry) => store.update(idOf(1), entry, { ifVersion: version }));
      await changedAfter((entry) => store.touch(idOf(1), entry));
      const current = await trial.stored(idOf(1));
      await changedAfter((entry) => store.touch(idOf(1), entry, { ifVersion: current.version }));
    },
  },
  {
    says: "Data that JSON cannot carry (a BigInt, a Map, a Set, a cycle, a getter that throws) is a `TypeError` that names the key, and writes nothing.",
    test: async (trial) => {
      for (const [key, hostile] of Object.entries(hostileData())) {
        await assertWritesNothing(trial, key, () => ({ ...trial.entry(), data: hostile() }));
      }
    },
  },
  {
    says: "An `expiresAt` that a `Date` cannot hold, or that is before 2001 (seconds in place of milliseconds), is a `TypeError`, and writes nothing.",
    test: async (trial) => {
      const { store } = trial;
      for (const expiresAt of [...noTimes(), ...timesBefore2001(trial)] as number[]) {
        const entry = () => ({ data: { user: MARK }, expiresAt });
        await assertWritesNothing(trial, "expiresAt", entry);
        await store.create(idOf("touched"), trial.entry());
        const before = await trial.stored(idOf("touched"));
        for (const options of [{}, { ifVersion: before.version }]) {
          const touch = () => store.touch(idOf("touched"), entry(), options);
          await rejectsWithTypeError(touch, "expiresAt");
        }
        await trial.assertUnchanged(idOf("touched"), before);
        await store.destroy(idOf("touched"));
      }
      for (const expiresAt of timesBefore2001(trial)) {
        const entry = { data: { user: MARK }, expiresAt };
        await rejectsWithTypeError(() => store.create(idOf("seconds"), entry), "milliseconds");
      }
      await store.create(idOf("last"), { data: { user: MARK }, expiresAt: MAX_EXPIRES_AT });
      await trial.stored(idOf("last"));
    },
  },
];

/** Values that no Date can hold. */
function noTimes(): unknown[] {
  const texts = ["soon", "4102444800000"];
  const numbers = [NaN, Infinity, -Infinity, MAX_EXPIRES_AT + 1, -MAX_EXPIRES_AT - 1, Number.MAX_VALUE];
  return [undefined, null, ...texts, new Date(4e12), {}, [], ...numbers];
}

function timesBefore2001(trial: Trial): number[] {
  return [Math.floor(trial.entry().expiresAt / 1_000), MIN_EXPIRES_AT - 1, 0, -1, -MAX_EXPIRES_AT];
}

/** Entries, by the key that the error has to name. */
function hostileData(): Record<string, () => Record<string, unknown>> {
  const throwing = () => {
    throw new Error(MARK);
  };
  return {
    topBigInt: () => ({ user: MARK, topBigInt: 1n }),
    deepBigInt: () => ({ user: MARK, nested: { list: [MARK, { deepBigInt: 1n }] } }),
    topMap: () => ({ user: MARK, topMap: new Map([[MARK, 1]]) }),
    deepMap: () => ({ nested: { list: [MARK, { deepMap: new Map() }] } }),
    deepSet: () => ({ user: MARK, nested: { deepSet: new Set([MARK]) } }),
    topCycle: () => {
      const data: Record<string, unknown> = { user: MARK };
      data.topCycle = data;
      return data;
    },
    deepCycle: () => {
      const nested: Record<string, unknown> = { user: MARK };
      nested.deepCycle = { nested };
      return { nested };
    },
    topGetter: () => Object.defineProperty({ user: MARK }, "topGetter", { get: throwing, enumerable: true }),
    deepGetter: () => ({
      nested: Object.defineProperty({ user: MARK }, "deepGetter", { get: throwing, enumerable: true }),
    }),
    converted: () => ({ user: MARK, converted: { toJSON: throwing } }),
  };
}

/** Asserts that every write rejects this entry with an error that names the key. */
async function assertWritesNothing(trial: Trial, key: string, entry: () => SessionEntry): Promise<void> {
  const { store } = trial;
  await rejectsWithTypeError(() => store.create(idOf("new"), entry()), key);
  await trial.assertEmpty();

  await store.create(idOf("old"), trial.entry());
  const before = await trial.stored(idOf("old"));
  await rejectsWithTypeError(() => store.update(idOf("old"), entry()), key);
  await rejectsWithTypeError(() => store.update(idOf("old"), entry(), { ifVersion: before.version }), key);
  await trial.assertUnchanged(idOf("old"), before);
  await store.destroy(idOf("old"));
}
