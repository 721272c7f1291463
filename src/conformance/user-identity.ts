import assert from "node:assert/strict";
import type { SessionData } from "../store.js";
import { type UserTest, HOUR_MS, createInTurn, entry, numbersOf } from "./user-subject.js";

/** Tests of the user to whom a session belongs. */
export const identity: Record<string, UserTest> = {
  'A user id may be a string, a number or a bigint; `1`, `1n` and `"1"` are the same user.': async (open) => {
    const store = await open();
    await store.create("number", entry({ user: 1, n: 0 }));
    await store.create("string", entry({ user: "1", n: 1 }));
    for (const userId of [1, 1n, "1"]) assert.deepEqual((await numbersOf(store, userId)).sort(), [0, 1]);
    const byBigint = await open({ userIdOf: ({ user }) => BigInt(user as string) });
    await byBigint.create("bigint", entry({ user: "1" }));
    assert.equal(await byBigint.destroyByUser(1), 1);
    assert.equal(await store.destroyByUser(1n), 2);
  },

  "`userIdOf` receives only session data, without the fields that the store adds, and is not called for a session that has ended.":
    async (open) => {
      const seen: SessionData[] = [];
      const userIdOf = (data: SessionData) => (seen.push(data), data.user);
      const store = await open({ userIdOf, maxPerUser: 2, absoluteTimeoutMs: HOUR_MS });
      for (const end of [
        async () => void (await store.destroy("id")),
        async () => void (await store.destroyByUser("ann")),
        async () => void (await store.destroyByUser("ann", { scan: true })),
        async () => {
          const [session] = await store.listByUser("ann");
          await store.destroyByHandle("ann", session!.handle);
        },
        () => createInTurn(store, ["a", "b", "c"], "ann"),
        () => store.clear(),
      ]) {
        await store.create("id", entry({ user: "ann", n: 1 }));
        await store.touch("id", entry({ user: "ann", n: 1 }, 2 * HOUR_MS));
        await store.update("id", entry({ user: "ann", n: 2 }));
        await end();
        assert.equal(await store.get("id"), undefined);
      }
      assert.ok(seen.length > 0);
      for (const data of seen) assert.deepEqual(Object.keys(data).sort(), ["n", "user"]);
    },

  "A stored session on which `userIdOf` throws counts as anonymous: it can be read and destroyed, and `destroyByUser` does not fail because of it.":
    async (open) => {
      let throws = false;
      const userIdOf = ({ user, isForeign }: SessionData) => {
        if (throws && isForeign) throw new Error("a session of another application");
        return user;
      };
      const store = await open({ userIdOf });
      const foreign = { user: "eve", isForeign: true };
      await store.create("foreign", entry(foreign));
      await createInTurn(store, ["a", "b"], "ann");
      throws = true;
      assert.deepEqual((await store.get("foreign"))?.data, foreign);
      assert.equal(await store.touch("foreign", entry(foreign)), true);
      assert.deepEqual(await numbersOf(store, "ann"), [0, 1]);
      assert.equal(await store.destroyByUser("ann", { scan: true }), 2);
      await assert.rejects(
        store.update("foreign", entry(foreign)),
        "an update rejects if userIdOf throws on the new data",
      );
      assert.deepEqual(await store.listByUser("eve"), []);
      assert.equal(await store.destroyByUser("eve"), 1, "the index still has the user of the session");
      throws = false;
      await store.create("foreign", entry(foreign));
      throws = true;
      assert.equal(await store.destroy("foreign"), true);
      assert.equal(await store.count(), 0);
    },

  "A session that changes its user moves from one user's list to the other's.": async (open) => {
    const store = await open();
    let version = await store.create("id", entry({ n: 1 }));
    for (const user of ["ann", "bob", undefined, "ann"]) {
      const next = await store.update("id", entry({ n: 1, ...(user && { user }) }), { ifVersion: version });
      assert.ok(next !== undefined);
      version = next;
      for (const each of ["ann", "bob"]) {
        assert.deepEqual(await numbersOf(store, each), each === user ? [1] : []);
      }
    }
  },
};
