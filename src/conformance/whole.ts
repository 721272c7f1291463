import assert from "node:assert/strict";
import { idOf, rejectsWithCode } from "./rejections.js";
import { PARALLEL, type Sentence, inParallel } from "./sentence.js";

/** Enough for a backend that gives its keys in pages to need several. */
const MANY = 700;

export const whole: Sentence[] = [
  {
    title: "`destroy` tells whether there was a session to destroy.",
    test: async (context) => {
      const { store } = context;
      assert.equal(await store.destroy(idOf(1)), false, "there was none");
      for (const id of [idOf(1), idOf(2)]) await store.create(id, context.entry());
      assert.equal(await store.destroy(idOf(1)), true, "there was one");
      assert.equal(await store.get(idOf(1)), undefined, "and it is gone");
      assert.equal(await store.destroy(idOf(1)), false, "now there is none");
      await context.stored(idOf(2));
      const found = await inParallel(() => store.destroy(idOf(2)));
      assert.equal(found.filter(Boolean).length, 1, "one of many parallel calls destroyed it");
    },
  },
  {
    title: "`ids` gives every live id; an id that comes or goes meanwhile may be there or not.",
    test: async (context) => {
      const { store } = context;
      const made = Array.from({ length: MANY }, (_, n) => idOf(n));
      await Promise.all(made.map((id) => store.create(id, context.entry())));
      await store.create(idOf("over"), context.pastEntry());
      assert.deepEqual(await context.storedIds(), [...made].sort());

      const goes = made.filter((_, n) => n % 3 === 0);
      const stays = made.filter((_, n) => n % 3 !== 0);
      const comes = goes.map((id) => `${id}-new`);
      const known = new Set([...made, ...comes]);
      // Apart from each other, since what comes may hide the place of what goes.
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
        assert.deepEqual(left, [], "an id that was there all the time is left out");
        const unknown = [...seen].filter((id) => !known.has(id));
        assert.deepEqual(unknown, [], "an id is given that never was");
      }

      for await (const id of store.ids()) {
        assert.ok(known.has(id));
        break; // a walk may be left
      }
      assert.deepEqual(new Set(await context.storedIds()), new Set([...stays, ...comes]));
    },
  },
  {
    title: "`count` counts live sessions.",
    test: async (context) => {
      const { store } = context;
      assert.equal(await store.count(), 0);
      await inParallel((n) => store.create(idOf(n), context.entry()));
      assert.equal(await store.count(), PARALLEL, "create");
      await store.update(idOf(1), context.entry());
      await store.touch(idOf(1), context.entry());
      await store.update(idOf("none"), context.entry());
      assert.equal(await store.count(), PARALLEL, "update and touch");
      await store.destroy(idOf(1));
      assert.equal(await store.count(), PARALLEL - 1, "destroy");
      await store.update(idOf(2), context.pastEntry());
      await store.create(idOf("over"), context.pastEntry());
      assert.equal(await store.count(), PARALLEL - 2, "what has expired");
    },
  },
  {
    title: "`clear` destroys every session of this store and nothing else.",
    test: async (context) => {
      const { store } = context;
      const other = await context.another();
      await inParallel((n) => store.create(idOf(n), context.entry({ store: 1 })));
      await inParallel((n) => other.create(idOf(n), context.entry({ store: 2 })));
      await store.clear();
      await context.assertEmpty();
      assert.equal(await store.get(idOf(1)), undefined);
      assert.equal(await other.count(), PARALLEL, "another store beside it keeps its sessions");
      assert.deepEqual((await other.get(idOf(1)))?.data, { store: 2 });

      await store.clear();
      await context.assertEmpty();
      await store.create(idOf(1), context.entry());
      assert.deepEqual(await context.storedIds(), [idOf(1)], "the store serves as before");
    },
  },
  {
    title: "After `close` every method rejects with `StoreClosedError`; closing again does nothing.",
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
      assert.equal(await other.count(), 1, "another store beside it stays open");
    },
  },
];
