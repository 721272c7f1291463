import { createHash } from "node:crypto";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SessionConflictError } from "sessionary";
import { storeConformance } from "sessionary/conformance";
import { RedisStore } from "sessionary/redis";
import { redisSubject } from "../conformance/redis-subject.js";
import { startRedis } from "../support/redis-server.js";
import { hasSetIfEqual } from "../support/set-if-equal.js";
import { waitUntil } from "../support/wait-until.js";

const server = await startRedis();
const isSupported = await hasSetIfEqual(server);
const url = server.url.replace("//", "//app:password@");
const forbid = () =>
  server.command("ACL", "SETUSER", "app", "reset", "on", ">password", "~*", "+@all", "-@scripting");
await forbid();

const opened: RedisStore[] = [];
beforeEach(async () => {
  await forbid();
  await server.command("FLUSHALL");
  await server.command("CONFIG", "RESETSTAT");
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const store of opened.splice(0)) await store.close();
});
afterAll(() => server.close());

const entry = (data = {}, lifetimeMs = 60_000) => ({ data, expiresAt: Date.now() + lifetimeMs });
const open = () => {
  const store = new RedisStore({ url });
  opened.push(store);
  return store;
};
const textOf = (id: string) => server.command("GET", `sess:${id}`);
const refused = { code: "ERR_SCRIPTS_FORBIDDEN" };

/** Number of attempts that a user without permission made to run a script, and of refused `SET … IFEQ`. */
async function attempts() {
  const stats = String(await server.command("INFO", "commandstats"));
  const count = (name: string) =>
    Number(new RegExp(`cmdstat_${name}:calls=.*rejected_calls=(\\d+)`).exec(stats)?.[1] ?? 0);
  const failed = Number(/cmdstat_set:.*failed_calls=(\d+)/.exec(stats)?.[1] ?? 0);
  return { scripts: count("evalsha"), ifeq: failed };
}

const onServerWith = () => {
  storeConformance(
    { describe, it },
    redisSubject("RedisStore without scripts", {
      reach: () => ({ url }),
      write: (key, text) => server.command("SET", key, text, "PX", 60_000),
    }),
  );

  it("updates the expected version only, and rejects with what is stored instead", async () => {
    const store = open();
    const version = await store.create("one", entry({ n: 1 }));
    const next = await store.update("one", entry({ n: 2, text: "ü\ufffd" }), { ifVersion: version });
    expect((await store.get("one"))?.version).toBe(next);
    const conflict = await store
      .update("one", entry({ n: 3 }), { ifVersion: version })
      .catch((e: unknown) => e);
    expect(conflict).toBeInstanceOf(SessionConflictError);
    expect((conflict as SessionConflictError).current).toMatchObject({ data: { n: 2 }, version: next });
    await expect(store.touch("one", entry({}, 90_000), { ifVersion: version })).rejects.toMatchObject({
      code: "ERR_SESSION_CONFLICT",
    });
    expect(await store.touch("one", entry({}, 90_000), { ifVersion: next! })).toBe(true);
    expect(await server.command("PTTL", "sess:one")).toBeGreaterThan(80_000);
    expect(await store.touch("one", entry({}, 30_000), { ifVersion: next! })).toBe(true);
    expect(await server.command("PTTL", "sess:one")).toBeGreaterThan(80_000);
    expect(await store.update("one", entry({}, -1), { ifVersion: next! })).toBeTypeOf("string");
    expect(await server.command("EXISTS", "sess:one")).toBe(0);
    expect(await store.update("one", entry(), { ifVersion: next! })).toBeUndefined();
    expect(await store.touch("one", entry(), { ifVersion: next! })).toBe(false);
  });

  it("lets one of many concurrent writers write, and loses no count", async () => {
    const store = open();
    await store.create("one", entry({ count: 0 }));
    const increment = async (): Promise<void> => {
      for (;;) {
        const { data, version } = (await store.get("one"))!;
        const next = entry({ count: Number(data.count) + 1 });
        try {
          return void (await store.update("one", next, { ifVersion: version }));
        } catch (error) {
          if (!(error instanceof SessionConflictError)) throw error;
        }
      }
    };
    await Promise.all(Array.from({ length: 20 }, increment));
    expect((await store.get("one"))?.data).toEqual({ count: 20 });
  });

  it("writes over no value of another type, and over no bytes that are not UTF-8", async () => {
    const store = open();
    await server.command("RPUSH", "sess:list", "x");
    const raw = server.client();
    await raw.set("sess:bytes", Buffer.from([0x7b, 0xff, 0x7d]), "PX", 10_000);
    const mangled = createHash("sha1").update("{\ufffd}").digest("hex");
    for (const id of ["list", "bytes"]) {
      expect(await store.update(id, entry(), { ifVersion: mangled })).toBeUndefined();
      expect(await store.touch(id, entry(), { ifVersion: mangled })).toBe(false);
    }
    expect(await raw.getBuffer("sess:bytes")).toEqual(Buffer.from([0x7b, 0xff, 0x7d]));
  });
};

const onServerWithout = () => {
  it("rejects update and touch with ifVersion, and writes nothing", async () => {
    const store = open();
    const version = await store.create("one", entry({ n: 1 }));
    for (let round = 0; round < 2; round++) {
      await expect(store.update("one", entry({ n: 2 }), { ifVersion: version })).rejects.toMatchObject(
        refused,
      );
      await expect(store.touch("one", entry(), { ifVersion: version })).rejects.toMatchObject(refused);
    }
    expect(await textOf("one")).toBe('{"n":1}');
  });
};

if (isSupported) describe("without scripts, on a server with SET … IFEQ", onServerWith);
else describe("without scripts, on a server without SET … IFEQ", onServerWithout);

it("finds out once what the server has, again after a while, and after a reconnect", async () => {
  const store = open();
  const version = await store.create("one", entry({ n: 1 }));
  const update = () => store.update("one", entry({ n: 1 }), { ifVersion: version }).catch(() => {});
  const ifeq = isSupported ? 0 : 1;
  for (let i = 0; i < 3; i++) await update();
  expect(await attempts()).toEqual({ scripts: 1, ifeq });
  await Promise.all([store.get("one"), store.get("two"), store.get("three")]);
  expect(await attempts()).toEqual({ scripts: 1, ifeq });

  const realNow = performance.now.bind(performance);
  vi.spyOn(performance, "now").mockImplementation(() => realNow() + 10_000);
  for (let i = 0; i < 3; i++) await update();
  expect(await attempts()).toEqual({ scripts: 2, ifeq: 2 * ifeq });

  await server.command("CLIENT", "KILL", "TYPE", "normal");
  await waitUntil("the store is connected again", () => store.ping().then(() => true));
  for (let i = 0; i < 3; i++) await update();
  expect(await attempts()).toEqual({ scripts: 3, ifeq: 3 * ifeq });
});

it("uses scripts again once they are allowed, for single calls and for many at once", async () => {
  const store = open();
  const version = await store.create("one", entry({ n: 1 }));
  await store.update("one", entry({ n: 1 }), { ifVersion: version }).catch(() => {});
  await server.command("ACL", "SETUSER", "app", "+@all");
  const realNow = performance.now.bind(performance);
  vi.spyOn(performance, "now").mockImplementation(() => realNow() + 10_000);
  expect(await store.update("one", entry({ n: 2 }), { ifVersion: version })).toBeTypeOf("string");
  await Promise.all([store.get("one"), store.get("two"), store.get("three")]);
  const stats = String(await server.command("INFO", "commandstats"));
  expect(Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1])).toBeGreaterThanOrEqual(2);
});
