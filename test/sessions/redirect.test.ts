import { createSessions } from "sessionary";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type RedisServer, startRedis } from "../support/redis-server.js";
import { type TcpProxy, startProxy } from "../support/tcp-proxy.js";
import { Client } from "./client.js";
import { FRAMEWORKS, type Handler, serve } from "./servers.js";

let redis: RedisServer;
let proxy: TcpProxy;
beforeAll(async () => {
  redis = await startRedis();
  proxy = await startProxy(redis.port);
  proxy.latency(5);
});
afterAll(async () => {
  await proxy.close();
  await redis.close();
});

/** Redirects to follow: a browser does so as soon as it has the headers. */
const ROUNDS = process.env.MODE === "full" ? 1_000 : 40;
const CLIENTS = 20;

describe.each(FRAMEWORKS)("with %s", (framework) => {
  test(`shows what was saved to each of ${ROUNDS} clients that follow a redirect at once`, async () => {
    // The reading server has connections of its own, directly to Redis.
    const writing = createSessions({ store: proxy.url });
    const reading = createSessions({ store: redis.url });
    onTestFinished(async () => {
      await Promise.all([writing.close(), reading.close()]);
    });
    const [writer, reader] = [await serve(framework, writing), await serve("node:http", reading)];
    const read: Handler = async (visit) => ({ text: String((await visit.session()).data.step) });
    const target = reader.url(read);
    const step: Handler = async (visit) => {
      const { data } = await visit.session();
      data.step = ((data.step as number | undefined) ?? 0) + 1;
      return { redirect: target };
    };
    const url = writer.url(step);
    let stale = 0;
    const follow = async () => {
      const client = new Client();
      for (let i = 1; i <= ROUNDS / CLIENTS; i++) {
        const response = await client.get(url);
        const shown = await (await client.get(response.headers.get("location")!)).text();
        if (shown !== String(i)) stale++;
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, follow));
    expect(stale).toBe(0);
  });
});
