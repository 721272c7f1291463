import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Redis } from "ioredis";
import { Redis as Redis5 } from "ioredis5";
import { createClient, createClientPool } from "redis";
import { onSessionaryEvent, type SessionaryEvents } from "sessionary";
import { RedisStore } from "sessionary/redis";
import { SessionTracker } from "sessionary/tracker";
import { startRedis, type RedisServer } from "../support/redis-server.js";

const inMs = (ms: number) => Date.now() + ms;
const entry = (data = {}, expiresAt = inMs(60_000)) => ({ data, expiresAt });

describe.each([
  ["ioredis 5", (port: number, keyPrefix = "") => new Redis5({ port, keyPrefix })],
  ["ioredis 6", (port: number, keyPrefix = "") => new Redis({ port, keyPrefix })],
])("RedisStore on %s", (_name, connect) => {
  let server: RedisServer;
  let raw: Redis;
  let client: Redis | Redis5;
  let store: RedisStore;

  beforeAll(async () => {
    server = await startRedis();
    raw = server.client();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    await raw.flushall();
    client = connect(server.port);
    store = new RedisStore({ client });
  });
  afterEach(async () => {
    await store.close();
    client.disconnect();
  });

  it("keeps the JSON text itself under prefix + id, with a TTL", async () => {
    await store.create("one", entry({ user: "ann" }));
    expect(await raw.get("sess:one")).toBe('{"user":"ann"}');
    expect(await raw.pttl("sess:one")).toBeGreaterThan(59_000);
    expect(await raw.pttl("sess:one")).toBeLessThanOrEqual(60_000);
  });

  it("trusts Redis's TTL and not a date in the JSON", async () => {
    await raw.set("sess:one", '{"cookie":{"expires":"2001-01-01T00:00:00.000Z"}}', "EX", 100);
    const record = await store.get("one");
    expect(record?.expiresAt).toBeGreaterThan(inMs(98_000));
    expect(record?.expiresAt).toBeLessThanOrEqual(inMs(100_000));
  });

  it("leaves the text of another JSON writer as it is, while requests only read the session", async () => {
    const text = '{ "price": 1.0, "name": "\\u00e9\\/", "roles" : [ 1, 2 ] }';
    await raw.set("sess:one", text, "EX", 100);
    const tracker = new SessionTracker(store);
    for (let read = 1; read <= 4; read++) {
      const session = (await tracker.open("one"))!;
      expect(session.data).toEqual({ price: 1, name: "é/", roles: [1, 2] });
      expect(await session.save(session.data, 60_000)).toBe(true);
      expect(await raw.get("sess:one")).toBe(text);
    }
    const session = (await tracker.open("one"))!;
    await session.save({ ...session.data, price: 2 }, 60_000);
    expect(await raw.get("sess:one")).toBe('{"price":2,"name":"é/","roles":[1,2]}');
  });

  it("gives a key without an expiry one at an update, and not at a touch", async () => {
    await raw.set("sess:one", "{}");
    expect(await store.touch("one", entry())).toBe(true);
    expect(await raw.pttl("sess:one")).toBe(-1);
    for (const write of [
      () => store.update("one", entry()),
      async () => store.update("one", entry(), { ifVersion: (await store.get("one"))!.version }),
    ]) {
      await raw.set("sess:one", "{}");
      expect((await store.get("one"))?.expiresAt).toBe(8.64e15);
      await write();
      expect(await raw.pttl("sess:one")).toBeGreaterThan(0);
    }
  });

  it("answers reads of one turn of the event loop together, each with its own", async () => {
    for (let n = 0; n < 300; n++) await store.create(`s${n}`, entry({ n }));
    await raw.lpush("sess:list", "x");
    await raw.set("sess:bad", "{oops");
    const before = await commands(raw);
    const ids = [...Array(300).keys()].map((n) => `s${n}`);
    const records = await Promise.all([...ids, "list", "bad", "missing"].map((id) => store.get(id)));
    expect(records.slice(0, 300).map((record) => record?.data.n)).toEqual([...Array(300).keys()]);
    expect(records.slice(300)).toEqual([undefined, undefined, undefined]);
    expect((await commands(raw)).evalsha! - (before.evalsha ?? 0)).toBeLessThanOrEqual(10);
  });

  it("reads by plain commands when nothing else is under way, and in one command when something is", async () => {
    for (const id of ["a", "b"]) await store.create(id, entry({ id }));
    await Promise.all([store.get("a"), store.get("b")]); // the script is there
    const before = (await commands(raw)).evalsha!;
    await store.get("a");
    expect((await commands(raw)).evalsha).toBe(before);
    await raw.client("PAUSE", 50, "ALL");
    const first = store.get("a");
    await new Promise(setImmediate);
    const second = store.get("b");
    expect([(await first)?.data, (await second)?.data]).toEqual([{ id: "a" }, { id: "b" }]);
    expect((await commands(raw)).evalsha).toBe(before + 1);
  });

  it("writes and touches many in one turn together, and none of those that are gone", async () => {
    for (let n = 0; n < 300; n += 2) await store.create(`s${n}`, entry({ n }));
    const ids = [...Array(300).keys()].map((n) => `s${n}`);
    const version = (await store.get("s0"))!.version;
    const before = (await commands(raw)).evalsha ?? 0;
    const updated = await Promise.all(ids.map((id) => store.update(id, entry({ id }))));
    const touched = await Promise.all(ids.map((id) => store.touch(id, entry({}, inMs(120_000)))));
    const compared = await Promise.allSettled(
      ids.map((id) => store.update(id, entry(), { ifVersion: version })),
    );
    expect((await commands(raw)).evalsha! - before).toBeLessThanOrEqual(30);
    for (const [n, id] of ids.entries()) {
      expect(updated[n] !== undefined).toBe(n % 2 === 0);
      expect(touched[n]).toBe(n % 2 === 0);
      expect(compared[n]!.status).toBe(n % 2 === 0 ? "rejected" : "fulfilled");
      expect((await store.get(id))?.data).toEqual(n % 2 === 0 ? { id } : undefined);
    }
    expect(await raw.pttl("sess:s0")).toBeGreaterThan(60_000);
  });

  it("reads large sessions by fewer at a time, once it knows that they are", async () => {
    const ids = [...Array(32).keys()].map((n) => `s${n}`);
    for (const id of ids) await store.create(id, entry({ id, text: "x".repeat(8_000) }));
    const scriptsOf = async (read: () => Promise<unknown>) => {
      const before = (await commands(raw)).evalsha ?? 0;
      await read();
      return (await commands(raw)).evalsha! - before;
    };
    const readAll = async () => {
      const records = await Promise.all(ids.map((id) => store.get(id)));
      expect(records.map((record) => record?.data.id)).toEqual(ids);
    };
    expect(await scriptsOf(readAll)).toBe(1);
    expect(await scriptsOf(readAll)).toBe(7); // of 5, for 32 KB
    for (const id of ids) await store.update(id, entry({ id }));
    await readAll();
    expect(await scriptsOf(readAll)).toBe(1);
  });

  it("gives records of which a copy has the version too", async () => {
    const versions = [await store.create("a", entry({ n: 1 })), await store.create("b", entry({ n: 2 }))];
    const records = await Promise.all([store.get("a"), store.get("b")]);
    expect(records.map((record) => ({ ...record! }).version)).toEqual(versions);
    expect(records.map((record) => (JSON.parse(JSON.stringify(record)) as typeof record)?.version)).toEqual(
      versions,
    );
  });

  it("reports what it can't decode, a key of another type, and what is too large, and gives a miss", async () => {
    const seen: SessionaryEvents["payload-undecodable"][] = [];
    const stop = onSessionaryEvent("payload-undecodable", (event) => seen.push(event));
    const small = new RedisStore({ client, maxPayloadBytes: 20 });
    await raw.set("sess:a", "[1]");
    await raw.lpush("sess:b", "x");
    await raw.set("sess:c", JSON.stringify({ text: "ü".repeat(10) }));
    for (const id of ["a", "b", "c"]) expect(await small.get(id)).toBeUndefined();
    stop();
    expect(seen).toEqual([
      { store: "redis", reason: "not what the codec writes" },
      { store: "redis", reason: "not a Redis string" },
      { store: "redis", reason: "larger than maxPayloadBytes" },
    ]);
  });

  it("takes no bytes for a session that are not UTF-8: what it would give of them has no version", async () => {
    const seen: SessionaryEvents["payload-undecodable"][] = [];
    const stop = onSessionaryEvent("payload-undecodable", (event) => seen.push(event));
    const ours = entry({ text: "\ufffd" });
    const version = await store.create("ours", ours);
    await raw.set(
      "sess:theirs",
      Buffer.concat([Buffer.from('{"text":"'), Buffer.from([0xff]), Buffer.from('"}')]),
    );
    expect(await store.get("theirs")).toBeUndefined();
    expect(await store.update("theirs", ours, { ifVersion: version })).toBeUndefined();
    stop();
    expect(seen).toEqual(Array(2).fill({ store: "redis", reason: "not UTF-8" }));
    expect(await store.get("ours")).toMatchObject({ data: ours.data, version });
    expect(await store.update("ours", ours, { ifVersion: version })).toBe(version);
  });

  it("refuses a payload over maxPayloadBytes, and leaves what is stored", async () => {
    const small = new RedisStore({ client, maxPayloadBytes: 20 });
    await small.create("one", entry({ n: 1 }));
    const large = entry({ text: "x".repeat(20) });
    await expect(small.update("one", large)).rejects.toMatchObject({ code: "ERR_PAYLOAD_TOO_LARGE" });
    await expect(small.create("two", large)).rejects.toMatchObject({ code: "ERR_PAYLOAD_TOO_LARGE" });
    expect((await small.get("one"))?.data).toEqual({ n: 1 });
    expect(await small.count()).toBe(1);
  });

  it.each(["", "app:"])(
    "sees exactly its own keys, glob characters and a client's keyPrefix %j included",
    async (keyPrefix) => {
      const own = connect(server.port, keyPrefix);
      const prefixes = ["a*:", "ab:", "a?:", "[ab]:", "a\\:", "sess:"];
      const stores = prefixes.map((prefix) => new RedisStore({ client: own, prefix }));
      for (const each of stores) for (const id of ["x", "y"]) await each.create(id, entry());
      await raw.set("unrelated", "1");
      for (const each of stores) expect((await toArray(each.ids())).sort()).toEqual(["x", "y"]);
      for (const [i, each] of stores.entries()) {
        await each.clear();
        expect(await each.count()).toBe(0);
        for (const other of stores.slice(i + 1)) expect(await other.count()).toBe(2);
      }
      expect(await raw.keys("*")).toEqual(["unrelated"]);
      own.disconnect();
    },
  );

  it("walks 10,000 sessions by SCAN, and clears them with UNLINK, in bounded pages", async () => {
    const pipeline = raw.pipeline();
    for (let n = 0; n < 10_000; n++) pipeline.set(`sess:${n}`, "{}", "EX", 100);
    await pipeline.exec();
    expect(new Set(await toArray(store.ids())).size).toBe(10_000);
    expect(await store.count()).toBe(10_000);
    await raw.config("RESETSTAT");
    await store.clear();
    expect(await raw.dbsize()).toBe(0);
    const { scan, unlink, ...others } = await commands(raw);
    expect(scan).toBeGreaterThan(10);
    expect(unlink).toBeGreaterThan(10);
    expect(others).not.toHaveProperty("keys");
    expect(others).not.toHaveProperty("del");
  });

  it("works after SCRIPT FLUSH", async () => {
    const version = await store.create("one", entry({ n: 1 }));
    await raw.script("FLUSH");
    expect(await store.update("one", entry({ n: 2 }), { ifVersion: version })).toBeTypeOf("string");
    await raw.script("FLUSH");
    expect(await Promise.all([store.get("one"), store.get("none")])).toMatchObject([
      { data: { n: 2 } },
      undefined,
    ]);
  });

  it("tells one of two that write the same that it did not", async () => {
    const version = await store.create("one", entry({ count: 1 }));
    const countUp = () => store.update("one", entry({ count: 2 }), { ifVersion: version });
    const results = await Promise.allSettled([countUp(), countUp()]);
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  it("leaves a client that it was handed open, and its listeners as they were", async () => {
    await store.ping();
    await store.close();
    await expect(store.ping()).rejects.toMatchObject({ code: "ERR_STORE_CLOSED" });
    expect(await client.ping()).toBe("PONG");
    const untouched = connect(server.port);
    const count = (each: Redis | Redis5) =>
      each.eventNames().map((name) => [name, each.listenerCount(name as "ready")]);
    expect(count(client)).toEqual(count(untouched));
    untouched.disconnect();
  });
});

describe("RedisStore", () => {
  it.each([
    ["neither url nor client", {}, "either url or client"],
    ["both", { url: "redis://h", client: new Redis({ lazyConnect: true }) }, "either url or client"],
    ["a client of null", { client: null }, "a client of ioredis-mock; received null"],
    ["a client that is a function", { client: createClient }, "received a function"],
    ["another client", { client: new Map() }, "client must be a Redis or Cluster of ioredis 5.4.1 or later"],
    [
      "a node-redis pool",
      { client: createClientPool() },
      "received a pool of node-redis, which does not keep",
    ],
    ["a url of 6379", { url: 6379 }, "url must be a string"],
    ["a prefix of 1", { url: "redis://h", prefix: 1 }, "prefix must be a string"],
    [
      "a timeoutMs of 1.5",
      { url: "redis://h", timeoutMs: 1.5 },
      "timeoutMs must be an integer of milliseconds",
    ],
    [
      "a maxPayloadBytes of -1",
      { url: "redis://h", maxPayloadBytes: -1 },
      "maxPayloadBytes must be a positive integer",
    ],
    [
      "a ttl",
      { url: "redis://h", ttl: 1 },
      'RedisStore has no option "ttl": set the lifetime with ttlMs of the adapter',
    ],
  ])("refuses %s, naming the option and what it takes", (_, options, message) => {
    expect(() => new RedisStore(options as never)).toThrow(TypeError);
    expect(() => new RedisStore(options as never)).toThrow(message);
  });

  it("takes an entry as it was when it was called, though it has no connection yet", async () => {
    const server = await startRedis();
    const raw = server.client();
    await raw.set("sess:one", "{}", "EX", 60);
    const store = new RedisStore({ url: server.url });
    const touched = entry();
    const touching = store.touch("one", touched);
    touched.expiresAt = 0;
    expect(await touching).toBe(true);
    expect(await store.get("one")).toBeDefined();
    await store.close();
    await server.close();
  });

  it("closes the connection that it made", async () => {
    const server = await startRedis();
    const store = new RedisStore({ url: `${server.url}/3?prefix=app:` });
    await store.create("one", entry());
    const raw = server.client({ db: 3 });
    expect(await raw.keys("*")).toEqual(["app:one"]);
    expect(await connections(raw)).toBe(2);
    await store.close();
    await expect.poll(() => connections(raw)).toBe(1);
    await server.close();
  });
});

async function toArray(ids: AsyncIterable<string>): Promise<string[]> {
  const all = [];
  for await (const id of ids) all.push(id);
  return all;
}

/** How often each command ran. */
async function commands(raw: Redis): Promise<Record<string, number>> {
  const lines = (await raw.info("commandstats")).matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm);
  return Object.fromEntries([...lines].map(([, name, calls]) => [name!, Number(calls)]));
}

async function connections(raw: Redis): Promise<number> {
  return Number(/connected_clients:(\d+)/.exec(await raw.info("clients"))?.[1]);
}
