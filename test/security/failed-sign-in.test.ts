import { describe, expect, it, onTestFinished } from "vitest";
import { createStore, type SessionData, type StoreConfig } from "sessionary";
import { startRedis } from "../support/redis-server.js";

const session = (n: number) => ({ data: { user: "ann", n }, expiresAt: Date.now() + 60_000 });

/** A Redis that can be filled: sign-ins then fail, and say that nothing was changed. */
async function start(options: Partial<StoreConfig> = {}) {
  const redis = await startRedis({ config: ["maxmemory-policy noeviction"] });
  onTestFinished(() => redis.close());
  const userIdOf = ({ user }: SessionData) => user as string | undefined;
  const store = createStore({ url: redis.url, userIdOf, ...options });
  onTestFinished(() => store.close());
  const failToCreate = async (id: string, n: number) => {
    await redis.command("CONFIG", "SET", "maxmemory", "1");
    await expect(store.create(id, session(n))).rejects.toMatchObject({ outcome: "not-applied" });
    await redis.command("CONFIG", "SET", "maxmemory", "0");
  };
  const listed = async () => (await store.listByUser("ann")).map(({ data }) => data.n);
  return { store, failToCreate, listed };
}

describe("a sign-in that changed nothing, as its error says,", () => {
  it("and is made again under the same id, is listed once", async () => {
    const { store, failToCreate, listed } = await start();
    await failToCreate("a", 1);
    await store.create("a", session(1));
    expect(await listed()).toEqual([1]);
  });

  it("takes no place under maxPerUser", async () => {
    const { store, failToCreate, listed } = await start({ maxPerUser: 2 });
    await store.create("a", session(1));
    await failToCreate("b", 2);
    await store.create("c", session(3));
    expect(await listed()).toEqual([1, 3]);
  });

  it("ended no other session of its user", async () => {
    const { store, failToCreate, listed } = await start({ maxPerUser: 1 });
    await store.create("a", session(1));
    await failToCreate("b", 2);
    expect(await listed()).toEqual([1]);
  });

  it("since it was too large, ended no other session of its user", async () => {
    const { store, listed } = await start({ maxPerUser: 2, maxPayloadBytes: 1_000 });
    for (const n of [1, 2]) await store.create(`id-${n}`, session(n));
    const large = { ...session(3), data: { user: "ann", text: "x".repeat(2_000) } };
    await expect(store.create("large", large)).rejects.toMatchObject({ code: "ERR_PAYLOAD_TOO_LARGE" });
    expect(await listed()).toEqual([1, 2]);
  });
});
