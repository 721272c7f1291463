import assert from "node:assert/strict";
import { MAX_EXPIRES_AT, MIN_EXPIRES_AT } from "../codec/payload.js";
import type { SessionEntry } from "../store.js";
import { SECRET, idOf, rejectsWithTypeError } from "./rejections.js";
import type { Sentence } from "./sentence.js";
import type { TestContext } from "./test-context.js";

/** Tests of the entries that a caller writes. */
export const input: Sentence[] = [
  {
    title:
      "A write copies its entry before it returns its promise: later changes to the object do not change the stored session.",
    test: async (context) => {
      const { store } = context;
      const changedAfter = async (write: (entry: SessionEntry) => Promise<unknown>) => {
        const entry = context.entry({ n: 1, nested: { list: [1] } });
        const { expiresAt } = entry;
        const written = write(entry);
        (entry.data.nested as { list: unknown[] }).list.push("changed");
        entry.data.n = "changed";
        entry.expiresAt += 3_600_000;
        await written;
        const stored = await context.stored(idOf(1));
        assert.deepEqual(stored.data, { n: 1, nested: { list: [1] } });
        context.assertMoment(stored.expiresAt, expiresAt);
        return stored;
      };
      await changedAfter((entry) => store.create(idOf(1), entry));
      const { version } = await changedAfter((entry) => store.update(idOf(1), entry));
      await changedAfter((entry) => store.update(idOf(1), entry, { ifVersion: version }));
      await changedAfter((entry) => store.touch(idOf(1), entry));
      const current = await context.stored(idOf(1));
      await changedAfter((entry) => store.touch(idOf(1), entry, { ifVersion: current.version }));
    },
  },
  {
    title:
      "Data that JSON cannot represent (a BigInt, a Map, a Set, a cycle, a getter that throws) is rejected with a `TypeError` that names the key; nothing is written.",
    test: async (context) => {
      for (const [key, hostile] of Object.entries(hostileData())) {
        await assertWritesNothing(context, key, () => ({ ...context.entry(), data: hostile() }));
      }
    },
  },
  {
    title:
      "An `expiresAt` that a `Date` cannot represent, or that is before 2001 (probably seconds instead of milliseconds), is rejected with a `TypeError`; nothing is written.",
    test: async (context) => {
      const { store } = context;
      for (const expiresAt of [...noTimes(), ...timesBefore2001(context)] as number[]) {
        const entry = () => ({ data: { user: SECRET }, expiresAt });
        await assertWritesNothing(context, "expiresAt", entry);
        await store.create(idOf("touched"), context.entry());
        const before = await context.stored(idOf("touched"));
        for (const options of [{}, { ifVersion: before.version }]) {
          const touch = () => store.touch(idOf("touched"), entry(), options);
          await rejectsWithTypeError(touch, "expiresAt");
        }
        await context.assertUnchanged(idOf("touched"), before);
        await store.destroy(idOf("touched"));
      }
      for (const expiresAt of timesBefore2001(context)) {
        const entry = { data: { user: SECRET }, expiresAt };
        await rejectsWithTypeError(() => store.create(idOf("seconds"), entry), "milliseconds");
      }
      await store.create(idOf("last"), { data: { user: SECRET }, expiresAt: MAX_EXPIRES_AT });
      await context.stored(idOf("last"));
    },
  },
];

/** Returns values that are no time that a Date can represent. */
function noTimes(): unknown[] {
  const texts = ["soon", "4102444800000"];
  const numbers = [NaN, Infinity, -Infinity, MAX_EXPIRES_AT + 1, -MAX_EXPIRES_AT - 1, Number.MAX_VALUE];
  return [undefined, null, ...texts, new Date(4e12), {}, [], ...numbers];
}

function timesBefore2001(context: TestContext): number[] {
  return [Math.floor(context.entry().expiresAt / 1_000), MIN_EXPIRES_AT - 1, 0, -1, -MAX_EXPIRES_AT];
}

/** Returns functions that create invalid data, by the key that the error must name. */
function hostileData(): Record<string, () => Record<string, unknown>> {
  const throwing = () => {
    throw new Error(SECRET);
  };
  return {
    topBigInt: () => ({ user: SECRET, topBigInt: 1n }),
    deepBigInt: () => ({ user: SECRET, nested: { list: [SECRET, { deepBigInt: 1n }] } }),
    topMap: () => ({ user: SECRET, topMap: new Map([[SECRET, 1]]) }),
    deepMap: () => ({ nested: { list: [SECRET, { deepMap: new Map() }] } }),
    deepSet: () => ({ user: SECRET, nested: { deepSet: new Set([SECRET]) } }),
    topCycle: () => {
      const data: Record<string, unknown> = { user: SECRET };
      data.topCycle = data;
      return data;
    },
    deepCycle: () => {
      const nested: Record<string, unknown> = { user: SECRET };
      nested.deepCycle = { nested };
      return { nested };
    },
    topGetter: () =>
      Object.defineProperty({ user: SECRET }, "topGetter", { get: throwing, enumerable: true }),
    deepGetter: () => ({
      nested: Object.defineProperty({ user: SECRET }, "deepGetter", { get: throwing, enumerable: true }),
    }),
    converted: () => ({ user: SECRET, converted: { toJSON: throwing } }),
  };
}

/** Asserts that every write rejects this entry with an error that names the key, and writes nothing. */
async function assertWritesNothing(
  context: TestContext,
  key: string,
  entry: () => SessionEntry,
): Promise<void> {
  const { store } = context;
  await rejectsWithTypeError(() => store.create(idOf("new"), entry()), key);
  await context.assertEmpty();

  await store.create(idOf("old"), context.entry());
  const before = await context.stored(idOf("old"));
  await rejectsWithTypeError(() => store.update(idOf("old"), entry()), key);
  await rejectsWithTypeError(() => store.update(idOf("old"), entry(), { ifVersion: before.version }), key);
  await context.assertUnchanged(idOf("old"), before);
  await store.destroy(idOf("old"));
}
