const ADAPTERS = "expressStore(store, options), fastifyStore(store, options)";
const ADAPTER = `it is an option of the adapter: ${ADAPTERS}`;
const STORE = "it is an option of the store: createStore({ url, … })";
const CONNECTION = "pass it to ioredis in redisOptions: createStore({ url, redisOptions: { … } })";
const IN_URL = 'put it into the URL: "redis://user:password@localhost:6379/0"';

/** Hints for options of other session stores and of ioredis, and for options of sessionary in the wrong place. */
const HINTS: Record<string, string> = {
  // connect-redis and memorystore
  ttl: `use ttlMs of the adapter (${ADAPTERS}), or idleTimeoutMs of createSessions, in milliseconds; connect-redis's ttl is in seconds`,
  disableTouch: `use touchAfterMs of the adapter, which limits how often an expiry is refreshed: ${ADAPTERS}`,
  disableTTL: "remove it: every session has an expiry, which the cookie or ttlMs of the adapter sets",
  scanCount: "remove it: keys are scanned in small pages",
  serializer: "use codec of the store, an object with the methods encode and decode",
  keyPrefix: "use prefix of the store",
  checkPeriod: "remove it: expired sessions are removed continuously",
  max: "use maxEntries of the store",
  maxSize: "use maxBytes of the store",
  dispose: 'subscribe to the event instead: onSessionaryEvent("evicted", listener)',
  noDisposeOnSet: "remove it: replacing a session publishes no event",
  stale: "remove it: an expired session is never returned",
  // ours
  ttlMs: ADAPTER,
  idleTimeoutMs: `it is an option of createSessions; the adapters have ttlMs: ${ADAPTERS}`,
  touchAfterMs: ADAPTER,
  onConflict: ADAPTER,
  userIdOf: STORE,
  maxPerUser: STORE,
  absoluteTimeoutMs: STORE,
  hashIds: STORE,
  maxEntries: STORE,
  maxBytes: STORE,
  maxPayloadBytes: STORE,
  prefix: STORE,
  timeoutMs: STORE,
  codec: STORE,
  redisOptions: STORE,
  // ioredis
  host: IN_URL,
  port: IN_URL,
  db: IN_URL,
  database: IN_URL,
  username: IN_URL,
  password: IN_URL,
  tls: CONNECTION,
  family: CONNECTION,
  connectTimeout: CONNECTION,
  commandTimeout: CONNECTION,
};

/** Returns a hint for an option that is not accepted, or undefined if the option is not well-known. */
export function optionHint(name: string): string | undefined {
  return Object.hasOwn(HINTS, name) ? HINTS[name] : undefined;
}
