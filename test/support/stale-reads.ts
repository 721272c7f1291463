import { afterAll, beforeAll } from "vitest";
import { Client } from "../sessions/client.js";
import { type RedisServer, startRedis } from "./redis-server.js";
import { type TcpProxy, startProxy } from "./tcp-proxy.js";

/** Number of rounds of a test that follows redirects at once. */
export const REDIRECTS = process.env.MODE === "full" ? 1_000 : 40;

/** Number of clients that share the rounds. */
const CLIENTS = 20;

/**
 * Follows redirects as soon as their headers arrive, as browsers do.
 * @param url adds one to a number in the session, and redirects to a page that shows it.
 * @returns the number of pages that show what was there before.
 */
export async function staleReads(url: string): Promise<number> {
  let stale = 0;
  const follow = async () => {
    const client = new Client();
    for (let step = 1; step <= REDIRECTS / CLIENTS; step++) {
      const response = await client.get(url);
      const shown = await (await client.get(response.headers.get("location")!)).text();
      if (shown !== String(step)) stale++;
      await response.text();
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, follow));
  return stale;
}

/** Starts a Redis and a proxy that delays its replies, for the tests of a file. */
export function delayedRedis(): { redis: RedisServer; proxy: TcpProxy } {
  const started = {} as { redis: RedisServer; proxy: TcpProxy };
  beforeAll(async () => {
    started.redis = await startRedis();
    started.proxy = await startProxy(started.redis.port);
    started.proxy.latency(5);
  });
  afterAll(async () => {
    await started.proxy.close();
    await started.redis.close();
  });
  return started;
}
