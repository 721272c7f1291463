import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import { createSessions } from "sessionary";
import { describe, expect, onTestFinished, test } from "vitest";
import { REDIRECTS, delayedRedis, staleReads } from "../support/stale-reads.js";
import { FRAMEWORKS, type Handler, Server, serve } from "./servers.js";

const servers = delayedRedis();

describe.each(FRAMEWORKS)("with %s", (framework) => {
  test(`shows what was saved at each of ${REDIRECTS} redirects that clients follow at once`, async () => {
    // The reading server has connections of its own, directly to Redis.
    const writing = createSessions({ store: servers.proxy.url });
    const reading = createSessions({ store: servers.redis.url });
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

test("finds stale pages with a server that saves after the headers", async () => {
  const writing = createSessions({ store: servers.proxy.url });
  const reading = createSessions({ store: servers.redis.url });
  onTestFinished(async () => {
    await Promise.all([writing.close(), reading.close()]);
  });
  const reader = await serve("node:http", reading);
  const location = reader.url(async (visit) => ({ text: String((await visit.session()).data.step) }));
  const server = new Server();
  const answer = async (req: IncomingMessage, res: ServerResponse) => {
    const session = await writing.open(req);
    const isFirst = session.isNew;
    session.data.step = ((session.data.step as number | undefined) ?? 0) + 1;
    if (isFirst) res.setHeader("set-cookie", (await session.commit())!);
    res.writeHead(302, { location }).end();
    await session.save();
  };
  const answers: Promise<void>[] = [];
  await server.listen(createServer((req, res) => void answers.push(answer(req, res))));
  expect(await staleReads(server.origin)).toBeGreaterThan(0);
  await Promise.all(answers);
});
