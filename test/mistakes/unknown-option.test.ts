import { MemoryStore, createStore } from "sessionary";
import { expressStore } from "sessionary/express-session";
import { fastifyStore } from "sessionary/fastify-session";
import { RedisStore } from "sessionary/redis";
import { expect, it } from "vitest";

const URL = "redis://localhost:6379";
const store = new MemoryStore();
const ADAPTERS = "expressStore(store, options), fastifyStore(store, options)";

it.each<[option: string, value: unknown, counterpart: string]>([
  [
    "ttl",
    3600,
    `use ttlMs of the adapter (${ADAPTERS}), or idleTimeoutMs of createSessions, in milliseconds; connect-redis's ttl is in seconds`,
  ],
  ["disableTouch", true, "use touchAfterMs of the adapter"],
  ["disableTTL", true, "remove it: every session has an expiry"],
  ["scanCount", 100, "remove it: keys are scanned in small pages"],
  ["serializer", JSON, "use codec of the store, an object with the methods encode and decode"],
  ["checkPeriod", 86_400_000, "remove it: expired sessions are removed continuously"],
  ["max", 500, "use maxEntries of the store"],
  ["dispose", () => {}, 'subscribe to the event instead: onSessionaryEvent("evicted", listener)'],
  ["noDisposeOnSet", true, "remove it"],
  ["stale", true, "remove it: an expired session is never returned"],
])("names the counterpart of connect-redis's and memorystore's option %s", (option, value, counterpart) => {
  const options = { [option]: value } as object;
  for (const create of [
    () => new MemoryStore(options),
    () => new RedisStore({ url: URL, ...options }),
    () => createStore(URL, options),
    () => createStore({ url: "memory:", ...options }),
    () => expressStore(store, options),
    () => fastifyStore(store, options),
  ]) {
    expect(create).toThrow(TypeError);
    expect(create).toThrow(`has no option "${option}": ${counterpart}`);
  }
});

it.each(["ttlMs", "touchAfterMs", "onConflict"])("says that %s belongs to the adapter", (option) => {
  const create = () => createStore("memory:", { [option]: 3_600_000 } as object);
  expect(create).toThrow(
    `createStore has no option "${option}": it is an option of the adapter: ${ADAPTERS}`,
  );
});

it("says that idleTimeoutMs belongs to createSessions", () => {
  const create = () => createStore("memory:", { idleTimeoutMs: 3_600_000 } as object);
  expect(create).toThrow("it is an option of createSessions; the adapters have ttlMs");
});

it.each(["absoluteTimeoutMs", "userIdOf", "maxPerUser", "hashIds", "prefix", "maxEntries", "timeoutMs"])(
  "says that %s belongs to the store",
  (option) => {
    for (const create of [
      () => expressStore(store, { [option]: 1 }),
      () => fastifyStore(store, { [option]: 1 }),
    ]) {
      expect(create).toThrow(`no option "${option}": it is an option of the store: createStore({ url, … })`);
    }
  },
);

it.each(["tls", "family", "connectTimeout"])("says that %s belongs into redisOptions", (option) => {
  expect(() => createStore(URL, { [option]: 1 } as object)).toThrow("pass it to ioredis in redisOptions");
});

it.each(["host", "port", "password", "db"])("says that %s belongs into the URL", (option) => {
  expect(() => new RedisStore({ [option]: 1 })).toThrow(`no option "${option}": put it into the URL`);
});

it("lists the accepted options for an unknown one", () => {
  expect(() => new MemoryStore({ maxEntrys: 1 } as object)).toThrow(
    'MemoryStore has no option "maxEntrys"; it accepts maxEntries, maxBytes, maxPayloadBytes',
  );
});
