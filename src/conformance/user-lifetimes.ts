import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { SessionData } from "../store.js";
import { rejectionOf } from "./rejections.js";
import { type StoreWithUsers, type UserTest, HOUR_MS, entry } from "./user-subject.js";

/** Returns the creation time of a session. Fails if the session or its creation time is missing. */
async function createdAtOf(store: StoreWithUsers, id: string): Promise<number> {
  const record = await store.get(id);
  assert.ok(record?.createdAt !== undefined, "a record has createdAt");
  return record.createdAt;
}

/** Tests of the lifetime of sessions. */
export const lifetimes: Record<string, UserTest> = {
  "With `absoluteTimeoutMs` neither a write nor a touch extends a session beyond its `createdAt` plus that timeout.":
    async (open) => {
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
        assert.ok(Date.now() < end + 2_000, "the session expires although it is in use");
        await sleep(10);
      }
      assert.equal(await store.get("id"), undefined);
      assert.deepEqual(await store.listByUser("ann"), []);
    },

  "A login starts a new lifetime; `replaces` continues the lifetime of a session of the same user.": async (
    open,
  ) => {
    const store = await open({ absoluteTimeoutMs: HOUR_MS });
    const later = 2 * HOUR_MS;
    await store.create("id", entry({}, later));
    const created = await createdAtOf(store, "id");
    await sleep(20);
    await store.update("id", entry({ user: "ann" }, later));
    const loggedIn = await createdAtOf(store, "id");
    assert.ok(loggedIn > created, "a login counts as a creation");
    await sleep(20);
    await store.update("id", entry({ user: "ann", n: 1 }, later));
    await store.touch("id", entry({ user: "ann", n: 1 }, later));
    assert.equal(await createdAtOf(store, "id"), loggedIn, "other writes do not start a new lifetime");
    const replaces = (await store.get("id"))!;
    await store.create("renewed", entry({ user: "ann" }, later), { replaces });
    assert.equal(await createdAtOf(store, "renewed"), loggedIn);
    assert.ok((await store.get("renewed"))!.expiresAt <= loggedIn + HOUR_MS + 1_000);
    for (const user of ["bob", undefined]) {
      await store.create(`${user}'s`, entry(user ? { user } : {}, later), { replaces });
      assert.ok(
        (await createdAtOf(store, `${user}'s`)) > loggedIn,
        "a session of another user starts a new lifetime",
      );
    }
    await store.create("in-two-steps", entry({}, later), { replaces });
    await store.update("in-two-steps", entry({ user: "ann" }, later), { replaces });
    assert.equal(await createdAtOf(store, "in-two-steps"), loggedIn, "update continues the lifetime as well");
    const future = { data: { user: "ann" }, createdAt: Date.now() + HOUR_MS };
    await store.create("future", entry({ user: "ann" }, later), { replaces: future });
    assert.ok((await createdAtOf(store, "future")) <= Date.now(), "createdAt is not in the future");
  },

  "The data of a record does not include the fields that the store adds to track a session.": async (
    open,
  ) => {
    const store = await open({ absoluteTimeoutMs: HOUR_MS, maxPerUser: 2 });
    const data = { user: "ann", n: 1 };
    const version = await store.create("id", entry(data));
    assert.deepEqual((await store.get("id"))?.data, data);
    assert.deepEqual((await store.listByUser("ann"))[0]?.data, data);
    await store.update("id", entry({ ...data, n: 2 }));
    for (const write of [
      () => store.update("id", entry(data), { ifVersion: version }),
      () => store.touch("id", entry(data), { ifVersion: version }),
    ]) {
      const conflict: unknown = await rejectionOf(write);
      const { current } = conflict as { current?: { data: SessionData } };
      assert.deepEqual(current?.data, { ...data, n: 2 });
    }
  },
};
