import { RedisStore } from "sessionary/redis";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type RedisServer, startRedis } from "../support/redis-server.js";

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis({ config: ["enable-debug-command yes"] });
});
beforeEach(() => server.command("FLUSHALL"));
afterAll(() => server.close());

const SESSIONS = 1_000;

/** Fills a database with sessions among many more keys of others. */
async function fill(): Promise<void> {
  await server.command("DEBUG", "POPULATE", 60_000, "other");
  const script = `for n = 1, ${SESSIONS} do redis.call('SET', 'sess:' .. n, '{}', 'PX', 600000) end`;
  await server.command("EVAL", script, 0);
}

/** Removes the others' keys, after which Redis shrinks the table of its keys. */
async function shrink(): Promise<void> {
  await server.command("EVAL", "for n = 0, 59999 do redis.call('DEL', 'other:' .. n) end", 0);
}

/** Opens a store on a client that runs `task` after so many pages of keys. */
function storeWith(pages: number, task: () => Promise<void>): RedisStore {
  const client = server.client();
  const { scan } = client as unknown as { scan: (...args: unknown[]) => Promise<unknown> };
  let left = pages;
  const scanThen = async (...args: unknown[]) => {
    const reply = await scan.apply(client, args);
    if (--left === 0) await task();
    return reply;
  };
  Object.assign(client, { scan: scanThen });
  const store = new RedisStore({ client });
  onTestFinished(() => store.close());
  return store;
}

describe("while Redis shrinks the table of its keys", () => {
  const stops = Array.from({ length: 3 }, (_, i) => 13 + 197 * i);

  it("lists each session once", async () => {
    for (const pages of stops) {
      await fill();
      const ids: string[] = [];
      for await (const id of storeWith(pages, shrink).ids()) ids.push(id);
      expect(ids.length - new Set(ids).size).toBe(0);
      expect(ids).toHaveLength(SESSIONS);
    }
  });

  it("counts each session once", async () => {
    for (const pages of stops) {
      await fill();
      expect(await storeWith(pages, shrink).count()).toBe(SESSIONS);
    }
  });
});
