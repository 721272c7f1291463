/**
 * Random interleavings of requests that share a session, through the real frameworks: what was logged out stays logged
 * out, no write that was answered is lost, and every record is what `model.ts` computes.
 *
 *   npm test                    a short form
 *   npm run test:interleave     25,000 interleavings of each kind of server on each store
 *
 * A failure prints its seed, the requests, the order of events, and the command that plays it again:
 *
 *   SEED=-42 CASE=17:3 npm run test:interleave -- -t "fastify on redis"
 */
import type { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { createStore, type UserOptions, type UserSessionStore } from "sessionary";
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { type RedisServer, startRedis } from "../support/redis-server.js";
import { passTime } from "../users/time-travel.js";
import { type Plan, plan } from "./actions.js";
import { Site, type Stores } from "./interleave.js";
import { KINDS, type KindName } from "./kinds.js";

// The pause between two attempts of a save is a turn as well: with a real clock, a seed would not give the same order
// again.
vi.mock(import("node:timers/promises"), async (importOriginal) => {
  const { pauseBeforeRetry } = await import("./turns.js");
  return { ...(await importOriginal()), setTimeout: pauseBeforeRetry as typeof sleep };
});

const isFull = process.env.MODE === "full";
const interleavings = (kind: KindName) =>
  Number(process.env.RUNS) || (isFull ? 25_000 : KINDS[kind].layer === "createSessions" ? 25 : 100);
const { SEED, CASE } = process.env;
const SERVERS = 3;

let server: RedisServer;
beforeAll(async () => void (server = await startRedis()));
afterAll(() => server?.close());

/** Returns stores that share sessions; on Redis each has a connection of its own, as in a process of its own. */
function openStores(name: "memory" | "redis"): Stores {
  const withUsers: UserOptions = { userIdOf: ({ user }) => user };
  const open = (prefix: string, options: UserOptions = {}) => {
    const url = server.url;
    const stores =
      name === "memory"
        ? Array<UserSessionStore>(SERVERS).fill(createStore("memory:", { now: () => Date.now(), ...options }))
        : Array.from({ length: SERVERS }, () => createStore({ url, prefix, timeoutMs: 20_000, ...options }));
    for (const store of stores) onTestFinished(() => store.close());
    return stores;
  };
  return {
    plain: open("plain:"),
    users: open("users:", withUsers),
    pass: async (ms) => void (name === "redis" && (await passTime(server, ms))),
  };
}

const COMBINATIONS = (Object.keys(KINDS) as KindName[]).flatMap((kind) => [
  [kind, "memory", interleavings(kind)] as const,
  [kind, "redis", interleavings(kind)] as const,
]);

it.each(COMBINATIONS)(
  "%s on %s: %d interleavings",
  async (kind, store, runs) => {
    const site = new Site(kind, openStores(store));
    const property = fc.asyncProperty(plan, fc.scheduler(), (plan, scheduler) => site.play(plan, scheduler));
    await fc.assert(property, {
      numRuns: CASE === undefined ? runs : 1,
      ...(SEED !== undefined && { seed: Number(SEED) }),
      ...(CASE !== undefined && { path: CASE, endOnFailure: true }),
      asyncReporter: async (result) => {
        if (!result.failed) return;
        const replay = `SEED=${result.seed} CASE=${result.counterexamplePath}`;
        throw new Error(
          `${await fc.asyncDefaultReportMessage(result)}\n\nTo play it again:\n` +
            `  ${replay} npm run test:interleave -- -t "${kind} on ${store}"\n`,
          { cause: result.errorInstance },
        );
      },
    });
  },
  isFull ? 7_200_000 : 600_000,
);

/** Plans whose events do not depend on Redis's clock: with 0, a request is a touch if a millisecond has passed. */
const timelessPlan = plan.map((each): Plan => ({ ...each, touchAfterMs: 60_000 }));

it.each(COMBINATIONS)("a seed gives the same order of events again, %s and %s", async (kind, store) => {
  const play = async () => {
    const site = new Site(kind, openStores(store));
    const logs: string[] = [];
    const property = fc.asyncProperty(timelessPlan, fc.scheduler(), async (plan, scheduler) => {
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
