import { MemoryStore, createSessions, createStore } from "sessionary";
import { expressSession, expressStore } from "sessionary/express-session";
import { fastifyStore } from "sessionary/fastify-session";
import { RedisStore } from "sessionary/redis";
import { expect, it } from "vitest";

const URL = "redis://localhost:6379";
const store = new MemoryStore();
const ADAPTERS = "expressStore(store, options), fastifyStore(store, options)";

it.each<[option: string, value: unknown, counterpart: string]>([
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

it.each<[option: string, ofStore: string, ofAdapter: string]>([
  [
    "ttl",
    `set the lifetime with ttlMs of the adapter (${ADAPTERS}) or idleTimeoutMs of createSessions; both are milliseconds`,
    "use ttlMs, in milliseconds; connect-redis's ttl is in seconds",
  ],
  ["disableTouch", "use touchAfterMs of the adapter", "use touchAfterMs, which limits how often"],
  ["maxAge", "set the lifetime with ttlMs of the adapter", "use ttlMs, in milliseconds"],
  [
    "idleTimeoutMs",
    "it is an option of createSessions; the adapters have ttlMs",
    "use ttlMs; idleTimeoutMs is",
  ],
])("names the option of the same adapter in place of %s", (option, ofStore, ofAdapter) => {
  const options = { [option]: 3_600_000 } as object;
  expect(() => createStore("memory:", options)).toThrow(`has no option "${option}": ${ofStore}`);
  for (const create of [() => expressStore(store, options), () => fastifyStore(store, options)])
    expect(create).toThrow(`has no option "${option}": ${ofAdapter}`);
});

it.each<[option: string, hint: string]>([
  ["maxAge", "put it into cookie: { maxAge }"],
  ["httpOnly", "put it into cookie: { httpOnly }"],
  ["url", "use store"],
  ["client", "use store: createStore({ client })"],
  ["ttl", "use ttlMs, in milliseconds; connect-redis's ttl is in seconds"],
])("says where %s belongs in expressSession", (option, hint) => {
  const create = () => expressSession({ store, secret: "a secret", [option]: 60_000 });
  expect(create).toThrow(`expressSession has no option "${option}": ${hint}; it accepts`);
});

it.each<[option: string, hint: string]>([
  ["name", "use cookie: { name }"],
  ["secure", "put it into cookie: { secure }"],
  ["client", "use store: createStore({ client })"],
  ["trustProxy", "remove it: the cookie is Secure on every host except loopback, with or without a proxy"],
  ["idleTimeout", "use idleTimeoutMs, in milliseconds"],
  ["timeout", "use timeoutMs, in milliseconds"],
  ["onerror", "use onError"],
  ["host", "put it into the URL"],
])("says what to use in place of %s in createSessions", (option, hint) => {
  expect(() => createSessions({ store: "memory:", [option]: 1 })).toThrow(
    `createSessions has no option "${option}": ${hint}`,
  );
});

it('says that cookie.secure of createSessions needs no "auto"', () => {
  const create = () => createSessions({ store: "memory:", cookie: { secure: "auto" as never } });
  expect(create).toThrow(
    "cookie.secure must be true or false; received a string. Leave it out for the default: true, except for plain http on localhost",
  );
});

it.each(["ttlMs", "touchAfterMs", "onConflict"])("says that %s belongs to the adapter", (option) => {
  const create = () => createStore("memory:", { [option]: 3_600_000 } as object);
  expect(create).toThrow(
    `createStore has no option "${option}": it is an option of the adapter: ${ADAPTERS}`,
  );
});

it.each(["userIdOf", "maxPerUser", "onLimit", "absoluteTimeoutMs", "hashIds"])(
  "says that createStore accepts %s, which the classes do not",
  (option) => {
    expect(() => new MemoryStore({ [option]: 1 })).toThrow(
      `MemoryStore has no option "${option}": pass it to createStore("memory:", { ${option} }); it accepts`,
    );
    expect(() => new RedisStore({ url: URL, [option]: 1 })).toThrow(
      `RedisStore has no option "${option}": pass it to createStore({ client, ${option} }) or createStore(url, { ${option} }); it accepts`,
    );
  },
);

it.each([
  "absoluteTimeoutMs",
  "userIdOf",
  "maxPerUser",
  "onLimit",
  "hashIds",
  "prefix",
  "maxEntries",
  "timeoutMs",
])("says that %s belongs to the store", (option) => {
  for (const create of [
    () => expressStore(store, { [option]: 1 }),
    () => fastifyStore(store, { [option]: 1 }),
  ]) {
    expect(create).toThrow(`no option "${option}": it is an option of the store: createStore({ url, … })`);
  }
});

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
