/**
 * Random interleavings of requests that share a session, through the real frameworks and unchanged
 * handlers: what was logged out stays logged out, and no acknowledged write is lost.
 *
 *   npm test                    a short form
 *   npm run test:interleave     2,500 interleavings on each of the four combinations
 *
 * A failure prints its seed, the requests, the order in which everything happened, and the command that
 * plays it again:
 *
 *   SEED=-42 CASE=17:3 npm run test:interleave -- -t "express on redis"
 */
import type { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { type SessionStore, MemoryStore } from "sessionary";
import { RedisStore } from "sessionary/redis";
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { type RedisServer, startRedis } from "../support/redis-server.js";
import { ACTIONS } from "./app.js";
import { Site } from "./interleave.js";

// The pause between two tries of a conflicting save is a turn as well: with a real clock, a seed would
// not give the same order twice.
vi.mock(import("node:timers/promises"), async (importOriginal) => {
  const { pause } = await import("./turns.js");
  const setTimeout = () => pause("waits before it tries again");
  return { ...(await importOriginal()), setTimeout: setTimeout as typeof sleep };
});

const INTERLEAVINGS = process.env.MODE === "full" ? 2_500 : 100;
const { SEED, CASE } = process.env;

const plan = fc.record({
  tabs: fc.array(fc.array(fc.constantFrom(...ACTIONS), { minLength: 1, maxLength: 3 }), {
    minLength: 2,
    maxLength: 4,
  }),
  servers: fc.constantFrom(1, 2),
  tickMs: fc.constantFrom(0, 1),
  touchAfterMs: fc.constantFrom(60_000, 0),
  saveUnchanged: fc.boolean(),
  saveUninitialized: fc.boolean(),
});

let server: RedisServer;
beforeAll(async () => void (server = await startRedis()));
afterAll(() => server?.close());

function openStore(name: "memory" | "redis"): SessionStore {
  const store =
    name === "memory" ? new MemoryStore() : new RedisStore({ url: server.url, timeoutMs: 20_000 });
  onTestFinished(() => store.close());
  return store;
}

const COMBINATIONS = [
  ["express", "memory"],
  ["express", "redis"],
  ["fastify", "memory"],
  ["fastify", "redis"],
] as const;

it.each(COMBINATIONS)(
  `%s on %s: ${INTERLEAVINGS} interleavings`,
  async (framework, name) => {
    const site = new Site(framework, openStore(name));
    const property = fc.asyncProperty(plan, fc.scheduler(), (plan, scheduler) => site.play(plan, scheduler));
    await fc.assert(property, {
      numRuns: CASE === undefined ? INTERLEAVINGS : 1,
      ...(SEED !== undefined && { seed: Number(SEED) }),
      ...(CASE !== undefined && { path: CASE, endOnFailure: true }),
      asyncReporter: async (result) => {
        if (!result.failed) return;
        const replay = `SEED=${result.seed} CASE=${result.counterexamplePath}`;
        throw new Error(
          `${await fc.asyncDefaultReportMessage(result)}\n\nTo play it again:\n` +
            `  ${replay} npm run test:interleave -- -t "${framework} on ${name}"\n`,
          { cause: result.errorInstance },
        );
      },
    });
  },
  600_000,
);

it.each(COMBINATIONS)("a seed gives the same order of events again, %s and %s", async (framework, name) => {
  const play = async () => {
    const site = new Site(framework, openStore(name));
    const logs: string[] = [];
    const property = fc.asyncProperty(plan, fc.scheduler(), async (plan, scheduler) => {
      await site.play(plan, scheduler);
      logs.push(`${JSON.stringify(plan)}\n${fc.stringify(scheduler)}`);
    });
    await fc.assert(property, { numRuns: 10, seed: 42 });
    return logs;
  };
  const logs = await play();
  expect(new Set(logs).size).toBe(10);
  expect(await play()).toEqual(logs);
});
