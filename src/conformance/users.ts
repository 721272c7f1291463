import assert from "node:assert/strict";
import type { SessionData } from "../store.js";
import type { TestRunner } from "./subject.js";
import { identity } from "./user-identity.js";
import { lifetimes } from "./user-lifetimes.js";
import { races } from "./user-races.js";
import {
  type StoreWithUsers,
  type UserStoreUnderTest,
  type UserTest,
  HOUR_MS,
  createInTurn,
  entry,
  numbersOf,
} from "./user-subject.js";

export type { StoreWithUsers, UserStoreUnderTest };

/** Returns the user of a session in this suite: its field `user`. */
const userIdOf = (data: SessionData) => data.user;

/** Tests by the sentences at the top of src/users/user-session-store.ts. */
const SENTENCES: Record<string, UserTest> = {
  "`listByUser` returns each live session of the user, the oldest first, with a handle that is not valid as an id.":
    async (open) => {
      const store = await open();
      const before = Date.now();
      await createInTurn(store, ["c", "a", "b"], "ann");
      await store.create("bobs", entry({ user: "bob" }));
      await store.create("nobodys", entry({}));
      await store.destroy("a");
      const sessions = await store.listByUser("ann");
      assert.deepEqual(
        sessions.map(({ data }) => data),
        [
          { user: "ann", n: 0 },
          { user: "ann", n: 2 },
        ],
      );
      for (const { handle, createdAt, expiresAt } of sessions) {
        assert.ok(createdAt >= before && createdAt <= Date.now(), "createdAt is the creation time");
        assert.ok(expiresAt > before && expiresAt <= Date.now() + HOUR_MS, "expiresAt is the expiry");
        assert.equal(await store.get(handle), undefined, "a handle is not valid as an id");
      }
      assert.equal(new Set(sessions.map(({ handle }) => handle)).size, 2, "each has its own handle");
      assert.deepEqual(await store.listByUser("eve"), []);
    },

  "`destroyByUser` destroys every session that the user had when it was called, except the one of `exceptId` or `exceptHandle`, and returns the number of destroyed sessions.":
    async (open) => {
      const store = await open();
      await createInTurn(store, ["a", "b", "c"], "ann");
      await store.create("bobs", entry({ user: "bob" }));
      const last = (await store.listByUser("ann"))[2]!;
      const exceptions = { exceptId: "b", exceptHandle: last.handle };
      assert.equal(await store.destroyByUser("ann", exceptions), 1);
      assert.deepEqual(await numbersOf(store, "ann"), [1, 2]);
      assert.equal(await store.destroyByUser("ann", { exceptHandle: last.handle, scan: true }), 1);
      assert.deepEqual(await numbersOf(store, "ann"), [2]);
      assert.equal(await store.destroyByUser("ann", { exceptId: "c", scan: true }), 0);
      assert.equal(await store.destroyByUser("ann"), 1);
      assert.equal(await store.destroyByUser("ann"), 0);
      assert.equal(await store.count(), 1, "the session of another user is kept");
    },

  "`destroyByHandle` destroys one session of that user, never one of another user.": async (open) => {
    const store = await open();
    await createInTurn(store, ["a", "b"], "ann");
    const [first] = await store.listByUser("ann");
    assert.ok(first !== undefined);
    assert.equal(await store.destroyByHandle("bob", first.handle), false);
    assert.equal(await store.destroyByHandle("ann", "a"), false, "an id is not a handle");
    assert.equal(await store.destroyByHandle("ann", first.handle), true);
    assert.equal(await store.destroyByHandle("ann", first.handle), false);
    assert.deepEqual(await numbersOf(store, "ann"), [1]);
  },

  ...identity,
  ...races,
  ...lifetimes,
};

/**
 * Declares one test for each sentence on users, for a store that accepts `UserOptions`. Works with any test runner,
 * and asserts with node:assert.
 * @example
 * import { describe, it } from "node:test";
 * import { userConformance } from "sessionary/conformance";
 *
 * userConformance({ describe, it }, { name: "MyStore", open: (options) => new MyStore(options) });
 */
export function userConformance({ describe, it }: TestRunner, subject: UserStoreUnderTest): void {
  describe(`${subject.name}: Users`, () => {
    for (const [sentence, test] of Object.entries(SENTENCES)) {
      it(sentence, async () => {
        const opened: StoreWithUsers[] = [];
        try {
          await test(async (options) => {
            const store = await subject.open({ userIdOf, ...options });
            opened.push(store);
            return store;
          });
        } finally {
          for (const store of opened) await store.close();
        }
      });
    }
  });
}
