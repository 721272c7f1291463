import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { SessionData } from "../store.js";
import { rejectionOf } from "./rejections.js";
import type { TestRunner } from "./subject.js";
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

/** Whose session it is: its field `user`. */
const userIdOf = (data: SessionData) => data.user as string | undefined;

/** Each sentence at the top of src/users/user-session-store.ts, and how a store is asked whether it keeps it. */
const SENTENCES: Record<string, UserTest> = {
  "`listByUser` gives each live session of the user, the oldest first, with a handle that is no id.": async (
    open,
  ) => {
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
      assert.ok(createdAt >= before && createdAt <= Date.now(), "createdAt is when it was created");
      assert.ok(expiresAt > before && expiresAt <= Date.now() + HOUR_MS, "expiresAt is when it ends");
      assert.equal(await store.get(handle), undefined, "a handle opens no session");
    }
    assert.equal(new Set(sessions.map(({ handle }) => handle)).size, 2, "each has its own handle");
    assert.deepEqual(await store.listByUser("eve"), []);
  },

  "`destroyByUser` ends every session that the user had when it was called, but for `exceptId`, and tells how many.":
    async (open) => {
      const store = await open();
      await createInTurn(store, ["a", "b", "c"], "ann");
      await store.create("bobs", entry({ user: "bob" }));
      assert.equal(await store.destroyByUser("ann", { exceptId: "b" }), 2);
      assert.deepEqual(await numbersOf(store, "ann"), [1]);
      assert.equal(await store.destroyByUser("ann"), 1);
      assert.equal(await store.destroyByUser("ann"), 0);
      assert.equal(await store.count(), 1, "another user's stays");
    },

  "`destroyByHandle` ends one session of that user, and no other user's.": async (open) => {
    const store = await open();
    await createInTurn(store, ["a", "b"], "ann");
    const [first] = await store.listByUser("ann");
    assert.ok(first !== undefined);
    assert.equal(await store.destroyByHandle("bob", first.handle), false);
    assert.equal(await store.destroyByHandle("ann", "a"), false, "an id is no handle");
    assert.equal(await store.destroyByHandle("ann", first.handle), true);
    assert.equal(await store.destroyByHandle("ann", first.handle), false);
    assert.deepEqual(await numbersOf(store, "ann"), [1]);
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

  ...races,

  "With `absoluteTimeoutMs` no write and no touch carries a session past its creation plus that.": async (
    open,
  ) => {
    const store = await open({ absoluteTimeoutMs: 250 });
    const end = Date.now() + 250;
    await store.create("id", entry({ user: "ann" }));
    const bounded = async () => {
      const record = await store.get("id");
      assert.ok(record === undefined || record.expiresAt <= end + 1_000, "expiresAt is bounded");
      return record;
    };
    await bounded();
    await store.touch("id", entry({ user: "ann" }));
    await bounded();
    await store.update("id", entry({ user: "ann" }));
    const record = await bounded();
    if (record) await store.update("id", entry({ user: "ann" }), { ifVersion: record.version });
    while (await store.touch("id", entry({ user: "ann" }))) {
      assert.ok(Date.now() < end + 2_000, "it ends although it is in use");
      await sleep(10);
    }
    assert.equal(await store.get("id"), undefined);
    assert.deepEqual(await store.listByUser("ann"), []);
  },

  "What is kept to track a session shows in no record.": async (open) => {
    const store = await open({ absoluteTimeoutMs: HOUR_MS, maxPerUser: 2 });
    const data = { user: "ann", n: 1 };
    const version = await store.create("id", entry(data));
    assert.deepEqual((await store.get("id"))?.data, data);
    assert.deepEqual((await store.listByUser("ann"))[0]?.data, data);
    await store.update("id", entry({ ...data, n: 2 }));
    const conflict: unknown = await rejectionOf(() =>
      store.update("id", entry(data), { ifVersion: version }),
    );
    const { current } = conflict as { current?: { data: SessionData } };
    assert.deepEqual(current?.data, { ...data, n: 2 });
  },
};

/** Declares one test for each sentence on users, for a store that takes `UserOptions`. */
export function userConformance({ describe, it }: TestRunner, subject: UserStoreUnderTest): void {
  describe(`${subject.name}: Users`, () => {
    for (const [says, test] of Object.entries(SENTENCES)) {
      it(says, async () => {
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
