/**
 * Eight processes that change one session at the same time, over Redis with a delay in front of it.
 *
 *   npm test                    a few writes of each process
 *   npm run test:interleave     2,000 writes with each delay; prints how the saves ended
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, expect, it } from "vitest";
import { startProxy } from "../../support/tcp-proxy.js";
import { startRedis } from "../../support/redis-server.js";

const PROCESSES = 8;
const isFull = process.env.MODE === "full";
const WRITES_EACH = isFull ? 250 : 5;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Starts a server in a process of its own. @returns its origin. */
async function startServer(redisUrl: string): Promise<string> {
  const path = fileURLToPath(new URL("server.ts", import.meta.url));
  const child: ChildProcess = spawn(process.execPath, ["--import", "tsx", path, redisUrl], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  cleanups.push(() => child.kill());
  const [port] = (await once(child.stdout!, "data")) as [Buffer];
  return `http://127.0.0.1:${port.toString().trim()}`;
}

it.each([2, 100])(
  `${PROCESSES} processes change one session, %d ms to Redis and back: every change is stored or answered 503`,
  async (roundTripMs) => {
    const redis = await startRedis();
    cleanups.push(() => redis.close());
    const proxy = await startProxy(redis.port);
    cleanups.push(() => proxy.close());
    const origins = await Promise.all(Array.from({ length: PROCESSES }, () => startServer(proxy.url)));
    const login = await fetch(`${origins[0]!}/login`, { method: "POST" });
    const headers = { cookie: login.headers.getSetCookie()[0]!.split(";")[0]! };
    proxy.latency(roundTripMs / 2);

    const statuses = new Map<string, number>();
    const write = async (origin: string, name: string) => {
      const response = await fetch(`${origin}/counts/${name}`, { method: "POST", headers });
      await response.arrayBuffer();
      statuses.set(name, response.status);
    };
    const useProcess = async (origin: string, number: number) => {
      for (let n = 0; n < WRITES_EACH; n++) await write(origin, `p${number}n${n}`);
    };
    await Promise.all(origins.map(useProcess));

    proxy.latency(0);
    const stored = (await (await fetch(`${origins[0]!}/counts`, { headers })).json()) as object;
    const answered = [...statuses].filter(([, status]) => status === 200).map(([name]) => name);
    expect(statuses.size).toBe(PROCESSES * WRITES_EACH);
    expect(answered.filter((name) => !Object.hasOwn(stored, name))).toEqual([]);
    // A save that meets conflicts until its deadline fails, and says so.
    expect([...statuses.values()].filter((status) => status !== 200 && status !== 503)).toEqual([]);
    expect(answered.length).toBeGreaterThan(PROCESSES);
    if (!isFull) return;
    const longest = await Promise.all(
      origins.map(async (origin) => (await (await fetch(`${origin}/longest-save`)).json()) as number),
    );
    console.log(
      `${roundTripMs} ms: ${answered.length} of ${statuses.size} writes stored, the others answered 503; ` +
        `longest save ${Math.round(Math.max(...longest))} ms`,
    );
  },
  isFull ? 1_800_000 : 60_000,
);
