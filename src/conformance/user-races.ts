import assert from "node:assert/strict";
import { inParallel } from "./sentence.js";
import { type StoreWithUsers, type UserTest, codeOf, createInTurn, entry } from "./user-subject.js";

const ROUNDS = 20;

/**
 * Asserts that the list of "ann" has exactly the live sessions of "ann" among these, and that `destroyByUser`
 * destroys all of them.
 */
async function assertRevocable(store: StoreWithUsers, ids: string[]): Promise<void> {
  const records = await Promise.all(ids.map((id) => store.get(id)));
  const theirs = records.filter((record) => record?.data.user === "ann").length;
  assert.equal((await store.listByUser("ann")).length, theirs, "the list has exactly the live sessions");
  assert.equal(await store.destroyByUser("ann"), theirs, "all live sessions can be destroyed");
  for (const id of ids) assert.notEqual((await store.get(id))?.data.user, "ann");
}

/** Tests of concurrent calls on a user's sessions. */
export const races: Record<string, UserTest> = {
  "Concurrent logins are all listed, and a concurrent `destroyByUser` destroys every session that existed before.":
    async (open) => {
      const store = await open();
      await inParallel((n) => store.create(`old-${n}`, entry({ user: "ann", n })));
      assert.equal((await store.listByUser("ann")).length, await store.count());
      const ended = store.destroyByUser("ann");
      await inParallel((n) => store.create(`new-${n}`, entry({ user: "ann", n })));
      await ended;
      await inParallel(async (n) => assert.equal(await store.get(`old-${n}`), undefined));
      assert.equal(
        (await store.listByUser("ann")).length,
        await store.count(),
        "the remaining sessions are listed",
      );
      await store.destroyByUser("ann");
      assert.equal(await store.count(), 0, "the remaining sessions can be destroyed");
    },

  "A login on an existing session, and a login concurrent with `clear`, is either destroyed or listed.":
    async (open) => {
      const store = await open();
      const ids = await inParallel(async (n) => `id-${n}`);
      for (const end of [() => store.destroyByUser("ann"), () => store.clear()]) {
        await Promise.all(ids.map((id) => store.create(id, entry({}))));
        await store.create("old", entry({ user: "ann" }));
        const logins = ids.map(async (id, n) => {
          for (let turn = 0; turn < n; turn++) await Promise.resolve();
          await store.update(id, entry({ user: "ann" }));
        });
        await Promise.all([...logins.slice(25), end(), ...logins, end()]);
        assert.equal(await store.get("old"), undefined);
        await assertRevocable(store, ids);
        await store.clear();
      }
    },

  "Of several concurrent logins on one session or one id, the stored one is listed.": async (open) => {
    const store = await open();
    for (let round = 0; round < ROUNDS; round++) {
      const ifVersion = await store.create("one", entry({}));
      const logIns = [1, 2].map((n) => codeOf(store.update("one", entry({ user: "ann", n }), { ifVersion })));
      assert.deepEqual((await Promise.all(logIns)).sort(), ["ERR_SESSION_CONFLICT", undefined]);
      await assertRevocable(store, ["one"]);
      const creates = [1, 2].map((n) => codeOf(store.create("one", entry({ user: "ann", n }))));
      assert.deepEqual((await Promise.all(creates)).sort(), ["ERR_SESSION_EXISTS", undefined]);
      await assertRevocable(store, ["one"]);
    }
  },

  "Calls on one session take effect in the order in which they are made, even if the caller does not wait for each, also in the lists.":
    async (open) => {
      const store = await open({ maxPerUser: 50, absoluteTimeoutMs: 60_000 });
      const anns = (n: number) => entry({ user: "ann", n });
      for (let round = 0; round < ROUNDS; round++) {
        await Promise.all([store.create("id", anns(1)), store.destroy("id")]);
        assert.equal(
          await store.get("id"),
          undefined,
          "a session that is created and then destroyed is gone",
        );
        assert.deepEqual(await store.listByUser("ann"), []);

        const [, record] = await Promise.all([store.create("id", anns(1)), store.get("id")]);
        assert.equal(record?.data.n, 1, "a read after a create finds the session");
        const [, updated] = await Promise.all([store.update("id", anns(2)), store.get("id")]);
        assert.equal(updated?.data.n, 2, "a read after an update reads it");
        const [, , last] = await Promise.all([
          store.update("id", entry({ user: "bob", n: 3 })),
          store.update("id", anns(4)),
          store.get("id"),
        ]);
        assert.equal(last?.data.n, 4, "updates are applied in order");
        assert.equal((await store.listByUser("bob")).length, 0);

        const ends = [store.touch("id", anns(4)), store.destroy("id"), store.touch("id", anns(4))];
        assert.deepEqual(await Promise.all(ends), [true, true, false]);
        await Promise.all([store.create("id", anns(5)), store.destroy("id"), store.create("id", anns(6))]);
        assert.equal((await store.get("id"))?.data.n, 6, "an id can be used again");
        await assertRevocable(store, ["id"]);
      }
    },

  "Concurrent updates without `ifVersion` are never rejected with a conflict.": async (open) => {
    const store = await open({ absoluteTimeoutMs: 60_000 });
    await store.create("id", entry({ user: "ann" }));
    const versions = await inParallel((n) => store.update("id", entry({ user: n % 5 ? "ann" : "bob", n })));
    const { version } = (await store.get("id"))!;
    assert.ok(versions.includes(version), "the stored version is that of one of the updates");
  },

  "With `maxPerUser` the oldest sessions of a user are destroyed, also after concurrent logins.": async (
    open,
  ) => {
    const store = await open({ maxPerUser: 3 });
    await createInTurn(store, ["a", "b", "c", "d", "e"], "ann");
    assert.deepEqual(
      (await store.listByUser("ann")).map(({ data }) => data.n),
      [2, 3, 4],
    );
    await inParallel((n) => store.create(`id-${n}`, entry({ user: "ann", n })));
    assert.equal(await store.count(), 3);
    assert.equal((await store.listByUser("ann")).length, 3);
    const ids = await inParallel(async (n) => `nobodys-${n}`);
    await Promise.all(ids.map((id) => store.create(id, entry({}))));
    await Promise.all(ids.map((id) => store.update(id, entry({ user: "ann" }))));
    assert.equal(await store.count(), 3, "a login on an anonymous session counts as well");
    await assertRevocable(store, ids);
  },

  'With `onLimit: "reject"` a login above `maxPerUser` is rejected with `SessionLimitError`, and writes nothing.':
    async (open) => {
      const store = await open({ maxPerUser: 3, onLimit: "reject" });
      const ids = await inParallel(async (n) => `nobodys-${n}`);
      await Promise.all(ids.map((id) => store.create(id, entry({ n: 1 }))));
      for (const logIn of [
        (n: number) => store.create(`id-${n}`, entry({ user: "ann", n })),
        (n: number) => store.update(`nobodys-${n}`, entry({ user: "ann", n: 2 })),
      ]) {
        const codes = await inParallel((n) => codeOf(logIn(n)));
        assert.equal(codes.filter((code) => code === undefined).length, 3);
        assert.equal(codes.filter((code) => code === "ERR_SESSION_LIMIT").length, codes.length - 3);
        assert.equal(await store.destroyByUser("ann"), 3);
      }
      assert.equal(await store.count(), ids.length - 3);
      for (const id of ids) assert.deepEqual((await store.get(id))?.data ?? { n: 1 }, { n: 1 });
    },

  "A session that has ended or now belongs to another user does not count for `maxPerUser`, also after concurrent calls.":
    async (open) => {
      const store = await open({ maxPerUser: 1, onLimit: "reject" });
      for (let round = 0; round < ROUNDS; round++) {
        await store.create("a", entry({}));
        await Promise.all([store.update("a", entry({ user: "ann" })), store.destroy("a")]);
        await store.create("b", entry({ user: "ann" }));
        await Promise.all([
          store.touch("b", entry({ user: "ann" })),
          store.update("b", entry({ user: "bob" })),
        ]);
        await store.create("c", entry({ user: "ann" }));
        await store.destroyByUser("ann");
        await store.destroyByUser("bob");
      }
    },

  "A login that fails destroys no other session.": async (open) => {
    const store = await open({ maxPerUser: 2 });
    await createInTurn(store, ["a", "b"], "ann");
    await store.create("bobs", entry({ user: "bob" }));
    const ifVersion = await store.create("nobodys", entry({}));
    await store.update("nobodys", entry({ n: 1 }));
    assert.equal(await codeOf(store.create("bobs", entry({ user: "ann" }))), "ERR_SESSION_EXISTS");
    const late = store.update("nobodys", entry({ user: "ann" }), { ifVersion });
    assert.equal(await codeOf(late), "ERR_SESSION_CONFLICT");
    assert.equal(await store.update("none", entry({ user: "ann" })), undefined);
    await assert.rejects(store.create("late", entry({ user: "ann", big: 1n })), TypeError);
    await assertRevocable(store, ["a", "b"]);
  },
};
