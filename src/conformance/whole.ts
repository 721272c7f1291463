import assert from "node:assert/strict";
import { idOf, rejectsWithCode } from "./rejections.js";
import { PARALLEL, type Sentence, inParallel } from "./sentence.js";

/** Number of sessions for which a backend that lists its keys in pages needs several pages. */
const MANY = 700;

/** Tests of the methods that concern all sessions, and of `destroy`. */
export const whole: Sentence[] = [
  {
    title: "`destroy` resolves to true if the session existed, else to false.",
    test: async (context) => {
      const { store } = context;
      assert.equal(await store.destroy(idOf(1)), false, "the session does not exist");
      for (const id of [idOf(1), idOf(2)]) await store.create(id, context.entry());
      assert.equal(await store.destroy(idOf(1)), true, "the session exists");
      assert.equal(await store.get(idOf(1)), undefined, "the session is gone");
      assert.equal(await store.destroy(idOf(1)), false, "the session does not exist any more");
      await context.stored(idOf(2));
      const found = await inParallel(() => store.destroy(idOf(2)));
      assert.equal(found.filter(Boolean).length, 1, "one of many parallel calls destroyed it");
    },
  },
  {
    title:
      "`ids` yields the id of every live session; a session that is created or removed during the iteration may be missing or included.",
    test: async (context) => {
      const { store } = context;
      const made = Array.from({ length: MANY }, (_, n) => idOf(n));
      await Promise.all(made.map((id) => store.create(id, context.entry())));
      await store.create(idOf("over"), context.pastEntry());
      assertSameIds(await context.storedIds(), made);

      const goes = made.filter((_, n) => n % 3 === 0);
      const stays = made.filter((_, n) => n % 3 !== 0);
      const comes = goes.map((id) => `${id}-new`);
      const known = new Set([...made, ...comes]);
      // Destroy and create in separate iterations, since an added session may take the place of a removed one.
      for (const change of [
        () => Promise.all(goes.map((id) => store.destroy(id))),
        () => Promise.all(comes.map((id) => store.create(id, context.entry()))),
      ]) {
        const seen = new Set<string>();
        for await (const id of store.ids()) {
          if (seen.size === 0) await change();
          seen.add(id);
        }
        const left = stays.filter((id) => !seen.has(id));
        assert.equal(left.length, 0, `ids leaves out sessions that existed all the time: ${firstOf(left)}`);
        const unknown = [...seen].filter((id) => !known.has(id));
        assert.equal(unknown.length, 0, `ids yields ids that never existed: ${firstOf(unknown)}`);
      }

      for await (const id of store.ids()) {
        assert.ok(known.has(id));
        break; // a caller may stop an iteration
      }
      assertSameIds([...new Set(await context.storedIds())], [...stays, ...comes]);
    },
  },
  {
    title: "`count` counts live sessions.",
    test: async (context) => {
      const { store } = context;
      assert.equal(await store.count(), 0);
      await inParallel((n) => store.create(idOf(n), context.entry()));
      assert.equal(await store.count(), PARALLEL, `count after ${PARALLEL} parallel creates`);
      await store.update(idOf(1), context.entry());
      await store.touch(idOf(1), context.entry());
      await store.update(idOf("none"), context.entry());
      assert.equal(await store.count(), PARALLEL, "count after update and touch");
      await store.destroy(idOf(1));
      assert.equal(await store.count(), PARALLEL - 1, "count after destroy");
      await store.update(idOf(2), context.pastEntry());
      await store.create(idOf("over"), context.pastEntry());
      assert.equal(await store.count(), PARALLEL - 2, "count with expired sessions");
    },
  },
  {
    title: "`clear` destroys every session of this store and nothing else.",
    test: async (context) => {
      const { store } = context;
      const other = await context.another();
      await inParallel((n) => store.create(idOf(n), context.entry({ store: 1 })));
      await inParallel((n) => other.create(idOf(n), context.entry({ store: 2 })));
      for (const each of [store, other])
        assert.equal(await each.count(), PARALLEL, "the count of each of two stores, before clear");
      await store.clear();
      await context.assertEmpty();
      assert.equal(await store.get(idOf(1)), undefined);
      assert.equal(await other.count(), PARALLEL, "another store keeps its sessions");
      assert.deepEqual((await other.get(idOf(1)))?.data, { store: 2 });

      await store.clear();
      await context.assertEmpty();
      await store.create(idOf(1), context.entry());
      assert.deepEqual(await context.storedIds(), [idOf(1)], "the store can still be used");
    },
  },
  {
    title: "After `close` every other method rejects with `StoreClosedError`; a second `close` does nothing.",
    test: async (context) => {
      const { store } = context;
      const other = await context.another();
      await other.create(idOf(1), context.entry());
      const version = await store.create(idOf(1), context.entry());
      await store.close();
      const calls: (() => Promise<unknown>)[] = [
        () => store.get(idOf(1)),
        () => store.get(idOf("none")),
        () => store.create(idOf(2), context.entry()),
        () => store.update(idOf(1), context.entry()),
        () => store.update(idOf(1), context.entry(), { ifVersion: version }),
        () => store.touch(idOf(1), context.entry()),
        () => store.touch(idOf(1), context.entry(), { ifVersion: version }),
        () => store.destroy(idOf(1)),
        () => context.storedIds(),
        () => store.count(),
        () => store.clear(),
      ];
      if (store.ping !== undefined) calls.push(() => store.ping!());
      for (const call of calls) await rejectsWithCode("ERR_STORE_CLOSED", call);
      await store.close();
      await rejectsWithCode("ERR_STORE_CLOSED", () => store.get(idOf(1)));
      assert.equal(await other.count(), 1, "another store stays open");
    },
  },
];

/** Asserts that `ids` yields these ids, in any order. Shows only the first ids of a difference. */
function assertSameIds(actual: string[], expected: string[]): void {
  const [yielded, known] = [new Set(actual), new Set(expected)];
  const missing = expected.filter((id) => !yielded.has(id));
  const unknown = actual.filter((id) => !known.has(id));
  const count = `${missing.length} of ${expected.length} sessions`;
  assert.equal(missing.length, 0, `ids leaves out ${count}: ${firstOf(missing)}`);
  assert.equal(unknown.length, 0, `ids yields ids of sessions that do not exist: ${firstOf(unknown)}`);
  assert.equal(
    actual.length,
    expected.length,
    `ids yields ${actual.length} ids for ${expected.length} sessions`,
  );
}

/** Lists up to five ids. */
function firstOf(ids: string[]): string {
  return [...ids.slice(0, 5), ...(ids.length > 5 ? ["…"] : [])].join(", ");
}
