import assert from "node:assert/strict";
import type { SessionConflictError } from "../errors.js";
import { assertContains, assertConflicts } from "./conflicts.js";
import { SECRET, idOf, outcomeOf, rejectsWithCode } from "./rejections.js";
import { PARALLEL, type Sentence, inParallel } from "./sentence.js";

/** Tests of writes to sessions that exist, and to sessions that do not. */
export const writing: Sentence[] = [
  {
    title:
      "There is no upsert: `create` requires that the session does not exist, `update` requires that it exists.",
    test: async (context) => {
      const { store } = context;
      await store.update(idOf(1), context.entry());
      await store.update(idOf(1), context.entry(), { ifVersion: "any" });
      await store.touch(idOf(1), context.entry());
      assert.equal(await store.get(idOf(1)), undefined, "neither update nor touch creates a session");
      await context.assertEmpty();

      const created = context.entry({ n: 1 });
      await store.create(idOf(1), created);
      assert.deepEqual((await context.stored(idOf(1))).data, { n: 1 }, "create creates a session");
      context.assertMoment((await context.stored(idOf(1))).expiresAt, created.expiresAt);

      for (const conditional of [false, true]) {
        const entry = context.entry({ conditional }, 120_000);
        const { version } = await context.stored(idOf(1));
        await store.update(idOf(1), entry, conditional ? { ifVersion: version } : {});
        const updated = await context.stored(idOf(1));
        assert.deepEqual(updated.data, { conditional }, "update replaces all of its data");
        context.assertMoment(updated.expiresAt, entry.expiresAt);
      }
      assert.deepEqual(await context.storedIds(), [idOf(1)], "update creates no other session");
    },
  },
  {
    title:
      "`create` rejects with `SessionExistsError` if the id is in use, and leaves the existing session unchanged.",
    test: async (context) => {
      const { store } = context;
      await store.create(idOf(1), context.entry());
      const first = await context.stored(idOf(1));
      for (const entry of [
        context.entry({ n: 2 }, 120_000),
        context.entry(first.data),
        context.pastEntry(),
      ]) {
        await rejectsWithCode("ERR_SESSION_EXISTS", () => store.create(idOf(1), entry));
        await context.assertUnchanged(idOf(1), first);
      }

      const outcomes = await inParallel((n) =>
        outcomeOf("ERR_SESSION_EXISTS", () => store.create(idOf("raced"), context.entry({ n }))),
      );
      const winners = outcomes.flatMap((outcome, n) => (typeof outcome === "string" ? [n] : []));
      assert.equal(winners.length, 1, `one of ${PARALLEL} parallel creates succeeds`);
      assert.deepEqual((await context.stored(idOf("raced"))).data, { n: winners[0] });
    },
  },
  {
    title: "`update` resolves to `undefined`, and writes nothing, if the session is gone.",
    test: async (context) => {
      const { store } = context;
      const destroyed = idOf("destroyed");
      const version = await store.create(destroyed, context.entry());
      await store.destroy(destroyed);
      assert.equal(await store.update(destroyed, context.entry()), undefined);
      assert.equal(await store.update(destroyed, context.entry(), { ifVersion: version }), undefined);
      await context.assertEmpty();

      // Concurrent writes do not store a destroyed session again.
      await inParallel(async (n) => {
        const current = await store.create(idOf(n), context.entry({ n }));
        await Promise.all([
          store.update(idOf(n), context.entry({ n: -1 }), n % 2 === 0 ? {} : { ifVersion: current }),
          store.touch(idOf(n), context.entry()),
          store.destroy(idOf(n)),
        ]);
        assert.equal(await store.get(idOf(n)), undefined, "a destroyed session was stored again");
      });
      await context.assertEmpty();

      const cleared = await store.create(idOf("cleared"), context.entry());
      await store.clear();
      assert.equal(await store.update(idOf("cleared"), context.entry()), undefined);
      assert.equal(await store.update(idOf("cleared"), context.entry(), { ifVersion: cleared }), undefined);
      await context.assertEmpty();
    },
  },
  {
    title:
      "`update` with `ifVersion` rejects with `SessionConflictError`, which contains the current record, if the stored version differs; check and write are one atomic step.",
    test: async (context) => {
      const { store } = context;
      const old = await store.create(idOf(1), context.entry({ user: SECRET, n: 1 }));
      await store.update(idOf(1), context.entry({ user: SECRET, n: 2 }));
      await assertConflicts(context, [old, "another", ""], (ifVersion) =>
        store.update(idOf(1), context.entry({ n: 3 }, 120_000), { ifVersion }),
      );

      const { version: base } = await context.stored(idOf(1));
      const outcomes = await inParallel((n) =>
        outcomeOf<SessionConflictError, string | undefined>("ERR_SESSION_CONFLICT", () =>
          store.update(idOf(1), context.entry({ user: SECRET, winner: n }), { ifVersion: base }),
        ),
      );
      const stored = await context.stored(idOf(1));
      const conflicts = outcomes.filter((outcome) => typeof outcome === "object");
      assert.equal(
        conflicts.length,
        PARALLEL - 1,
        `${PARALLEL - 1} of ${PARALLEL} parallel updates with the same ifVersion conflict`,
      );
      const winner = outcomes.findIndex((outcome) => typeof outcome === "string");
      assert.deepEqual(stored.data, { user: SECRET, winner });
      for (const error of conflicts) assertContains(context, error, stored);
    },
  },
  {
    title: "A version is an opaque string; equal versions of one session mean equal data.",
    test: async (context) => {
      const { store } = context;
      const seen = new Map<string, unknown>();
      const note = async (version: string | undefined, data: { n: number }) => {
        assert.equal(typeof version, "string", "a version is a string");
        const record = await context.stored(idOf(1));
        assert.equal(record.version, version, "the version written is the version read");
        assert.equal((await context.stored(idOf(1))).version, version, "each read returns the same version");
        assert.deepEqual(record.data, seen.get(record.version) ?? data, "equal versions have equal data");
        seen.set(record.version, data);
        assert.deepEqual(record.data, data);
      };
      await note(await store.create(idOf(1), context.entry({ n: 0 })), { n: 0 });
      for (const n of [1, 2, 1, 0, 2, 2]) {
        await note(await store.update(idOf(1), context.entry({ n })), { n });
        const { version } = await context.stored(idOf(1));
        const next = { n: n + 100 };
        await note(await store.update(idOf(1), context.entry(next), { ifVersion: version }), next);
      }
    },
  },
];
