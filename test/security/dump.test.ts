import { randomBytes } from "node:crypto";
import { expect, it, onTestFinished } from "vitest";
import { createStore, encrypted, type SessionData, type StoreConfig } from "sessionary";
import { foundIn, redisFiles, startRedisWithFiles } from "../support/redis-files.js";

const IDS = Array.from({ length: 20 }, () => randomBytes(24).toString("base64url"));
const sessionOf = (id: string): SessionData => ({
  user: `user-of-${id}`,
  name: `name-of-${id}`,
  cart: [{ item: `item-of-${id}` }],
});
/** All that a thief would look for. */
const MARKS = IDS.flatMap((id) => [id, `user-of-${id}`, `name-of-${id}`, `item-of-${id}`]);

/** Returns the files of a Redis after a life of sessions. */
async function filesAfter(options: Omit<StoreConfig, "url">): Promise<Buffer> {
  const redis = await startRedisWithFiles();
  onTestFinished(() => redis.close());
  const store = createStore({ url: redis.url, ...options });
  onTestFinished(() => store.close());
  for (const id of IDS) {
    const entry = { data: sessionOf(id), expiresAt: Date.now() + 60_000 };
    await store.create(id, entry);
    await store.touch(id, entry);
    const { version } = (await store.get(id))!;
    await store.update(id, { ...entry, data: { ...entry.data, n: 1 } }, { ifVersion: version });
  }
  await store.destroy(IDS[0]!);
  return redisFiles(redis);
}

const hits = (files: Buffer) => foundIn(files, MARKS);

const userIdOf = ({ user }: SessionData) => user as string | undefined;

it("Redis's files hold all of every session, without the options that are for this", async () => {
  expect(hits(await filesAfter({ userIdOf }))).toHaveLength(MARKS.length);
});

it("with hashIds and encrypted, Redis's files hold no id and no value of any session", async () => {
  const codec = encrypted({ keys: [{ id: "k", key: randomBytes(32) }] });
  expect(hits(await filesAfter({ userIdOf, hashIds: true, maxPerUser: 3, codec }))).toEqual([]);
});
