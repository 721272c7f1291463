import { expect, it, onTestFinished } from "vitest";
import { createStore, type SessionData } from "sessionary";
import { startRedis } from "../support/redis-server.js";

it("a full Redis that evicts nothing refuses sign-ins, and serves, lists and ends the sessions that are there", async () => {
  const redis = await startRedis({ config: ["maxmemory-policy noeviction"] });
  onTestFinished(() => redis.close());
  const userIdOf = ({ user }: SessionData) => user as string | undefined;
  const store = createStore({
    url: redis.url,
    userIdOf,
    maxPerUser: 5,
    absoluteTimeoutMs: 60_000,
    hashIds: true,
  });
  onTestFinished(() => store.close());
  const session = () => ({ data: { user: "ann" }, expiresAt: Date.now() + 60_000 });
  for (const id of ["a", "b", "c"]) await store.create(id, session());

  await redis.command("CONFIG", "SET", "maxmemory", "1");
  await expect(store.create("d", session())).rejects.toMatchObject({
    code: "ERR_STORE_UNAVAILABLE",
    reason: "out-of-memory",
    outcome: "not-applied",
  });
  expect((await store.get("a"))?.data).toEqual({ user: "ann" });
  expect(await store.touch("a", session())).toBe(true);
  expect(await store.listByUser("ann")).toHaveLength(3);
  expect(await store.destroy("b")).toBe(true);
  expect(await store.destroyByUser("ann", { exceptId: "a" })).toBe(1);

  await redis.command("CONFIG", "SET", "maxmemory", "0");
  await store.create("e", session());
  expect(await store.listByUser("ann")).toHaveLength(2);
});
