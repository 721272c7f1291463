import http from "node:http";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createSessions } from "sessionary";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type RedisServer, startRedis } from "../support/redis-server.js";
import { resources } from "../support/resources.js";
import { waitUntil } from "../support/wait-until.js";
import { getRaw } from "./client.js";
import { FRAMEWORKS, type Handler, serve } from "./servers.js";

let redis: RedisServer;
beforeAll(async () => void (redis = await startRedis()));
afterAll(() => redis.close());

/** Requests of each framework; all of them with `npm run test:sessions`. */
const REQUESTS = process.env.MODE === "full" ? 10_000 : 400;
const AT_ONCE = 10;

const count: Handler = async (visit) => {
  const { data } = await visit.session();
  data.n = ((data.n as number | undefined) ?? 0) + 1;
  return { text: "counted" };
};
const HANDLERS: Handler[] = [
  count,
  async (visit) => ({ text: JSON.stringify((await visit.session()).data) }),
  async (visit) => ({ ...(await count(visit)), stream: chunks(visit) }),
  async (visit) => {
    const session = await visit.session();
    await session.destroy();
    return { redirect: "/0" };
  },
  async (visit) => {
    await count(visit);
    throw new Error("failed");
  },
];

async function* chunks(visit: Parameters<Handler>[0]) {
  yield "one";
  await sleep(1);
  (await visit.session()).data.late = true;
  yield "two";
}

/** Counts the listeners of a connection. */
function listenersOf(socket: Socket): number {
  return socket.eventNames().reduce((sum, name) => sum + socket.listenerCount(name), 0);
}

describe.each(FRAMEWORKS)("with %s", (framework) => {
  const name = `leaves no socket, listener or timer behind after ${REQUESTS} requests`;
  test(name, { timeout: 300_000 }, async () => {
    const sessions = createSessions({ store: redis.url });
    onTestFinished(() => sessions.close());
    const server = await serve(framework, sessions);
    const urls = HANDLERS.map((handler) => server.url(handler));
    /** Sends requests over connections that are kept, and returns what is left once these are closed. */
    const leftAfter = async (requests: number) => {
      const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });
      const cookie = await signedIn(urls[0]!);
      const worker = async () => {
        for (let i = 0; i < requests / AT_ONCE; i++) await getRaw(urls[i % urls.length]!, { cookie }, agent);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      const perSocket = Math.max(0, ...[...server.sockets].map(listenersOf));
      agent.destroy();
      await waitUntil("all connections are closed", () => server.sockets.size === 0);
      return { ...resources(), perSocket };
    };
    await leftAfter(100); // loads the scripts
    const before = await leftAfter(100);
    const after = await leftAfter(REQUESTS);
    expect([after.sockets, after.listeners]).toEqual([before.sockets, before.listeners]);
    // Some come and go: those of responses in progress, of the HTTP server and of the Redis client.
    expect(after.perSocket - before.perSocket).toBeLessThanOrEqual(5);
    expect(after.timers - before.timers).toBeLessThanOrEqual(AT_ONCE);
  });
});

/** Returns the cookie of a new session. */
async function signedIn(url: string): Promise<string> {
  const { setCookie } = await getRaw(url, {});
  return setCookie[0]!.split(";")[0]!;
}
