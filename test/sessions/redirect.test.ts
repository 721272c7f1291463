import { createSessions } from "sessionary";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type RedisServer, startRedis } from "../support/redis-server.js";
import { REDIRECTS, staleReads } from "../support/stale-reads.js";
import { type TcpProxy, startProxy } from "../support/tcp-proxy.js";
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

describe.each(FRAMEWORKS)("with %s", (framework) => {
  test(`shows what was saved at each of ${REDIRECTS} redirects that clients follow at once`, async () => {
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
    expect(await staleReads(writer.url(step))).toBe(0);
  });
});
