import { afterAll, beforeAll, beforeEach, describe, it, vi } from "vitest";
import { storeConformance } from "sessionary/conformance";
import { startRedis, type RedisServer } from "../support/redis-server.js";
import { redisSubject } from "./redis-subject.js";

// The store makes its own connections with whichever ioredis is installed: here it is version 5.
vi.mock("ioredis", () => import("ioredis5"));

let server: RedisServer;
beforeAll(async () => void (server = await startRedis()));
afterAll(() => server.close());
beforeEach(() => server.command("FLUSHALL"));

storeConformance(
  { describe, it },
  redisSubject("RedisStore on a connection of its own, by ioredis 5", {
    reach: () => ({ url: server.url }),
    write: (key, text) => server.command("SET", key, text, "PX", 60_000),
  }),
);
