import { randomBytes } from "node:crypto";
import { expect, it, onTestFinished } from "vitest";
import { createStore, encrypted, type UserSessionStore, type StoreConfig } from "sessionary";
import { startRedis } from "../support/redis-server.js";

const sessionOf = (user: string) => ({ data: { user }, expiresAt: Date.now() + 60_000 });

/** Ann's session and eve's own, and eve's hands on Redis: the keys, and how to write. */
async function eveWrites(options: Partial<StoreConfig>) {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  const store = createStore({ url: redis.url, ...options });
  onTestFinished(() => store.close());
  const client = redis.client();
  await store.create("eve", sessionOf("eve"));
  const [evesKey] = await client.keys("*");
  const evesOld = (await client.get(evesKey!))!;
  await store.create("ann", sessionOf("ann"));
  const annsKey = (await client.keys("*")).find((key) => key !== evesKey)!;
  const write = (text: string) => client.set(evesKey!, text, "PX", 60_000);
  return { store, write, evesOld, anns: (await client.get(annsKey))! };
}
const whoIsEve = async (store: UserSessionStore) => (await store.get("eve"))?.data.user;

it("who can write to a plain Redis is whoever he writes", async () => {
  const { store, write, anns } = await eveWrites({ hashIds: true });
  for (const text of ['{"user":"ann"}', anns]) {
    await write(text);
    expect(await whoIsEve(store)).toBe("ann");
  }
});

it("encrypted takes neither what another wrote nor another session's payload, and does take its own old one", async () => {
  const codec = encrypted({ keys: [{ id: "k", key: randomBytes(32) }], allowPlaintext: false });
  const { store, write, anns, evesOld } = await eveWrites({ hashIds: true, codec });
  for (const text of ['{"user":"ann"}', anns, anns.slice(0, -4), "enc1:k:AAAA"]) {
    await write(text);
    expect(await whoIsEve(store)).toBeUndefined();
  }
  await store.destroy("eve");
  await store.create("eve", { ...sessionOf("eve"), data: { user: "eve", demoted: true } });
  await write(evesOld);
  expect((await store.get("eve"))?.data).toEqual({ user: "eve" });
});
