import { type SessionsOptions, createSessions } from "sessionary";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { foundIn, redisFiles, startRedisWithFiles } from "../support/redis-files.js";
import type { RedisServer } from "../support/redis-server.js";
import { Client } from "./client.js";
import { FRAMEWORKS, type Framework, type Handler, type Visit, serve } from "./servers.js";

let redis: RedisServer;
beforeAll(async () => void (redis = await startRedisWithFiles()));
afterAll(() => redis.close());

const signIn: Handler = async (visit) => {
  const session = await visit.session();
  await session.regenerate();
  session.data.user = "ann";
  return { text: "signed in" };
};
const read: Handler = async (visit) => ({ text: JSON.stringify((await visit.session()).data) });
const write: Handler = async (visit) => {
  const { data } = await visit.session();
  data.n = ((data.n as number | undefined) ?? 0) + 1;
  return { text: "written" };
};
const signOut: Handler = async (visit) => {
  await (await visit.session()).destroy();
  return { text: "signed out" };
};

interface Counts {
  /** Commands by name, those in scripts included. */
  commands: Record<string, number>;
  /** Number of times that Redis read from a connection. */
  reads: number;
}

/** Returns what Redis did while some work ran. */
async function counted(work: () => Promise<unknown>): Promise<Counts> {
  const reads = async () => {
    const stats = String(await redis.command("INFO", "stats"));
    return Number(/total_reads_processed:(\d+)/.exec(stats)![1]);
  };
  await redis.command("CONFIG", "RESETSTAT");
  const before = await reads();
  const own = (await reads()) - before;
  await work();
  const stats = String(await redis.command("INFO", "commandstats"));
  const commands: Record<string, number> = {};
  for (const [, name, calls] of stats.matchAll(/^cmdstat_(\S+?):calls=(\d+)/gm))
    if (!/^(config|info|ping|client)/.test(name!)) commands[name!] = Number(calls);
  return { commands, reads: (await reads()) - before - 3 * own };
}

async function start(framework: Framework, options: Partial<SessionsOptions> = {}) {
  const sessions = createSessions({ store: redis.url, ...options });
  onTestFinished(() => sessions.close());
  const server = await serve(framework, sessions);
  return { sessions, server, client: new Client() };
}

describe.each(FRAMEWORKS)("with %s", (framework) => {
  test("sends one batch to read a session, one to change it, and nothing without a session", async () => {
    const { server, client } = await start(framework);
    const count = (handler: Handler, visitor = client) => {
      const url = server.url(handler);
      return counted(async () => {
        for (let i = 0; i < 5; i++) expect((await visitor.get(url)).status).toBe(200);
      });
    };
    for (const handler of [write, signIn, write]) await client.get(server.url(handler)); // loads the scripts
    expect(await count(read)).toEqual({ commands: { get: 5, pttl: 5 }, reads: 5 });
    const { commands, reads } = await count(write);
    expect([commands.set, commands.evalsha, reads]).toEqual([5, 5, 10]);
    const nothing = { commands: {}, reads: 0 };
    expect(await count(() => ({ text: "no session" }))).toEqual(nothing);
    expect(await count(read, new Client())).toEqual(nothing);
  });

  test("extends a session once, when its expiry has to move by touchAfterMs", async () => {
    const { server, client } = await start(framework, { touchAfterMs: 60_000 });
    await redis.command("FLUSHALL");
    await client.get(server.url(signIn));
    const [key] = (await redis.command("KEYS", "*")) as [string];
    const url = server.url(read);
    for (const [shortenedBy, touches] of [
      [30_000, undefined],
      [90_000, 1],
    ] as const) {
      await redis.command("PEXPIRE", key, 86_400_000 - shortenedBy);
      const cookies: string[] = [];
      const { commands } = await counted(async () => {
        for (let i = 0; i < 3; i++) cookies.push(...(await client.get(url)).headers.getSetCookie());
      });
      expect([commands.pexpire, cookies.length]).toEqual([touches, touches ?? 0]);
    }
  });
});

describe("files of Redis", () => {
  const ids: string[] = [];
  beforeEach(() => redis.command("FLUSHALL"));
  afterEach(() => void (ids.length = 0));

  test.each(FRAMEWORKS)("hold no session id after requests through %s", async (framework) => {
    const { server, client } = await start(framework);
    const keep = (visitor: Client) => ids.push(...visitor.cookies.values());
    for (const handler of [write, signIn, read, write, signOut, write]) {
      await client.get(server.url(handler));
      keep(client);
    }
    const handles: string[] = [];
    const ask = async (visit: Visit) => (handles.push((await visit.session()).handle), { text: "" });
    await client.get(server.url(ask));
    expect(new Set(ids).size).toBe(3);
    const files = await redisFiles(redis);
    expect(foundIn(files, ids)).toEqual([]);
    expect(foundIn(files, ["ann"])).toEqual(["ann"]); // the search finds what is there
    expect(foundIn(Buffer.from(handles.join()), ids)).toEqual([]);
  });
});
