/**
 * Random commands on the memory store, the Redis store and a plain Map: identical answers, expiry included.
 *
 *   npm test                at least 10,000 commands
 *   npm run test:model      at least 100,000
 *
 * A failure prints the commands, made as few as they can be, and how to run them again:
 *
 *   SEED=-42 CASE=17:3 npm run test:model
 */
import fc from "fast-check";
import { MemoryStore } from "sessionary";
import { RedisStore } from "sessionary/redis";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type RedisServer, startRedis } from "../support/redis-server.js";
import { waitUntil } from "../support/wait-until.js";
import { command } from "./commands.js";
import { Model } from "./model.js";
import { Subject, clockedMemory, clockedRedis } from "./subject.js";

const COMMANDS = process.env.MODE === "full" ? 100_000 : 10_000;
const PER_RUN = 400;
const { SEED, CASE } = process.env;

let server: RedisServer;
beforeAll(async () => void (server = await startRedis()));
afterAll(() => server?.close());

it(`${COMMANDS} commands have identical answers on memory, Redis and a Map`, async () => {
  const client = server.client();
  let runs = 0;
  let played = 0;
  const property = fc.asyncProperty(
    fc.array(command, { minLength: 1, maxLength: PER_RUN, size: "max" }),
    async (commands) => {
      const model = new Model();
      const memory = new Subject(clockedMemory());
      const redis = new Subject(clockedRedis(client, `run-${++runs}:`));
      try {
        for (const each of commands) {
          const step = model.step(each);
          const [inMemory, inRedis] = await Promise.all([memory.run(each, step), redis.run(each, step)]);
          expect({ inMemory, inRedis }, `command ${++played}: ${each.type}`).toEqual({
            inMemory: step.answer,
            inRedis: step.answer,
          });
        }
      } finally {
        await Promise.all([memory.close(), redis.close()]);
      }
    },
  );
  await fc.assert(property, {
    numRuns: CASE === undefined ? (3 * COMMANDS) / PER_RUN : 1,
    ...(SEED !== undefined && { seed: Number(SEED) }),
    ...(CASE !== undefined && { path: CASE, endOnFailure: true }),
    reporter: (result) => {
      if (!result.failed) return;
      const replay = `SEED=${result.seed} CASE=${result.counterexamplePath} npm run test:model`;
      const report = `${fc.defaultReportMessage(result)}\n\nTo play it again:\n  ${replay}\n`;
      throw new Error(report, { cause: result.errorInstance });
    },
  });
  if (CASE === undefined) expect(played).toBeGreaterThanOrEqual(COMMANDS);
}, 600_000);

it("a short life ends on the real clock, in memory and in Redis", async () => {
  const lives = Array.from({ length: 60 }, (_, n) => ({
    id: `id-${n}`,
    isShort: n % 2 === 0,
    how: (n % 6) >> 1,
  }));
  const stores = [new MemoryStore(), new RedisStore({ url: server.url, prefix: "short:" })];
  const answers = await Promise.all(
    stores.map(async (store) => {
      const entry = (ms: number) => ({ data: { n: 1 }, expiresAt: Date.now() + ms });
      for (const { id, isShort, how } of lives) {
        await store.create(id, entry(isShort && how !== 2 ? 50 : 60_000));
        if (how === 1) await store.touch(id, entry(isShort ? 60 : 90_000));
        if (how === 2) await store.update(id, entry(isShort ? 50 : 60_000));
      }
      await waitUntil("the short ones are gone", async () => (await store.count()) <= lives.length / 2);
      const seen = [];
      for (const { id } of lives) {
        const isThere = (await store.get(id)) !== undefined;
        const touched = await store.touch(id, entry(60_000));
        const updated = (await store.update(id, entry(60_000))) !== undefined;
        seen.push([isThere, touched, updated, await store.destroy(id)]);
      }
      await store.close();
      return seen;
    }),
  );
  const expected = lives.map(({ isShort }) => [!isShort, !isShort, !isShort, !isShort]);
  expect(answers).toEqual([expected, expected]);
});
