import { afterAll, beforeAll, beforeEach, describe } from "vitest";
import { type RedisServer, startRedis } from "../support/redis-server.js";
import { testAnswers } from "./answers.js";
import type { Example } from "./example.js";
import { testLoginFlow } from "./login-flow.js";
import { testPage } from "./page.js";
import { testRedis } from "./redis.js";

/** All that an example must show, on each store. */
export function testExample(example: Example): void {
  testAnswers(example);
  testPage(example);

  describe("on memory", () => testLoginFlow(example, () => ({})));

  describe.each([
    { on: "Redis", env: {} },
    { on: "Redis through the article's client, with autopipelining", env: { SESSION_AUTOPIPELINE: "1" } },
  ])("on $on", ({ env }) => {
    let redis: RedisServer;
    beforeAll(async () => {
      redis = await startRedis({
        args: ["--requirepass", "1234"],
        config: ["appendonly yes", "appendfsync always"],
      });
    });
    beforeEach(async () => {
      await redis.client({ password: "1234" }).flushall();
    });
    afterAll(() => redis.close());
    const onRedis = () => ({ ...env, SESSION_STORE: `redis://default:1234@127.0.0.1:${redis.port}/0` });

    testLoginFlow(example, onRedis);
    testRedis(example, () => redis, onRedis);
  });
}
