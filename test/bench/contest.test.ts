import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Bench } from "../../bench/bench.js";
import { contest } from "../../bench/contest/contest.js";
import type { PeerName } from "../../bench/peers/index.js";
import type { Operation } from "../../bench/peers/peer.js";
import { type RedisServer, startRedis } from "../support/redis-server.js";

let redis: RedisServer;
let bench: Bench;

beforeAll(async () => {
  redis = await startRedis();
  bench = {
    redisUrl: redis.url,
    admin: redis.client(),
    rounds: 2,
    roundMs: 5,
    warmUpMs: 20,
    longRounds: 1,
    isQuick: true,
    log: () => {},
  };
});
afterAll(() => redis.close());

// The peers that need no built package; how fast they are is nobody's business here.
const run = (peers: PeerName[], operation: Operation) =>
  contest({ operation, peers, sizes: ["600 B"], inFlight: [1, 10] }, bench);

describe("a contest", () => {
  it.each([
    ["get", ["ioredis", "connect-redis8"]],
    ["update", ["lru-cache", "memorystore", "express-memory"]],
    ["touch", ["connect-redis10"]],
  ] as [Operation, PeerName[]][])(
    "times %s of %j, each at each number of calls in flight",
    async (operation, peers) => {
      const standings = await run(peers, operation);
      expect(standings.map(({ inFlight, peer }) => [inFlight, peer])).toEqual(
        [1, 10].flatMap((inFlight) => peers.map((peer) => [inFlight, peer])),
      );
      for (const { callsPerSecond, cpuMicrosPerCall, ratio } of standings) {
        expect(callsPerSecond).toBeGreaterThan(0);
        expect(cpuMicrosPerCall).toBeGreaterThan(0);
        expect(ratio).toBeGreaterThan(0);
      }
      expect(standings[0]!.ratio).toBe(1);
    },
  );

  it("gives no figures for a peer that loses its sessions", async () => {
    const flush = () => void setTimeout(() => void redis.client().flushall(), 50);
    const running = contest(
      { operation: "get", peers: ["ioredis"], sizes: ["600 B"], inFlight: [1] },
      { ...bench, rounds: 1_000, log: flush },
    );
    await expect(running).rejects.toThrow("a session that was stored is missing");
  });
});
