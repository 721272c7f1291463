import { createStore } from "sessionary";
import { RedisStore } from "sessionary/redis";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startRedis, type RedisServer } from "../support/redis-server.js";

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.close());

const entry = (data: object) => ({ data: { ...data }, expiresAt: Date.now() + 60_000 });
const userIdOf = ({ user }: { user?: string }) => user;

/** Keeps the event loop from running anything else. */
function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

describe.each([
  [300, 1.1],
  [300, 3],
  [300, 7],
  [1_000, 1.1],
])("a store with a timeout of %d ms", (timeoutMs, times) => {
  describe(`whose event loop is blocked ${times} times as long`, () => {
    it.each<[string, object]>([
      ["one step", {}],
      ["several steps", { userIdOf, hashIds: true, maxPerUser: 5 }],
    ])("answers every call that waits for Redis, of %s", async (_, options) => {
      const store = createStore<{ user?: string }>(server.url, { timeoutMs, ...options });
      onTestFinished(() => store.close());
      await store.ping();
      const ids = Array.from(
        { length: 5 },
        (_, i) => `${timeoutMs}-${times}-${i}-${Object.keys(options).length}`,
      );
      for (const id of ids) await store.create(id, entry({ user: "ann" }));
      const calls = ids.flatMap((id, i) => [
        store.get(id),
        store.update(id, entry({ user: "ann", i })),
        store.touch(id, entry({ user: "ann", i })),
      ]);
      block(timeoutMs * times); // before anything is sent
      const later = new Promise<void>((resolve) => {
        setImmediate(() => {
          block(timeoutMs * times); // before anything is received
          resolve();
        });
      });
      const results = await Promise.allSettled([...calls, later]);
      expect(results.filter(({ status }) => status === "rejected")).toEqual([]);
    });
  });
});

it("answers a call on a client of the app's", async () => {
  const client = server.client();
  const store = new RedisStore({ client, timeoutMs: 100 });
  onTestFinished(() => store.close());
  await store.ping();
  const calls = Array.from({ length: 10 }, () => store.count());
  setImmediate(() => block(500));
  await expect(Promise.all(calls)).resolves.toHaveLength(10);
});

it("times out when Redis does not answer, however long the event loop is blocked", async () => {
  const store = createStore(server.url, { timeoutMs: 100 });
  onTestFinished(() => store.close());
  await store.ping();
  server.pause();
  const call = store.get("id").finally(() => server.resume());
  setImmediate(() => block(300));
  await expect(call).rejects.toMatchObject({ reason: "timeout" });
});
