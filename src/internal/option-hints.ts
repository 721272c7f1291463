const ADAPTERS = "expressStore(store, options), fastifyStore(store, options)";
const ADAPTER = `it is an option of the adapter: ${ADAPTERS}`;
const LIFETIME = `set the lifetime with ttlMs of the adapter (${ADAPTERS}) or idleTimeoutMs of createSessions; both are milliseconds`;
const STORE = "it is an option of the store: createStore({ url, … })";
const CONNECTION = "pass it to ioredis in redisOptions: createStore({ url, redisOptions: { … } })";
const IN_URL = 'put it into the URL: "redis://user:password@localhost:6379/0"';
const TOUCH = "which limits how often an expiry is refreshed";

/** Hints for options of other session stores and of ioredis, and for options of sessionary in the wrong place. */
const HINTS: Record<string, string> = {
  // connect-redis and memorystore
  ttl: LIFETIME,
  maxAge: LIFETIME,
  disableTouch: `use touchAfterMs of the adapter, ${TOUCH}: ${ADAPTERS}`,
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
  onLimit: STORE,
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

/** Hints for a function that has the accepted option itself, by that option. */
const OWN_HINTS: Record<string, Record<string, string>> = {
  cookie: Object.fromEntries(
    ["maxAge", "expires", "httpOnly", "secure", "sameSite", "domain", "path", "partitioned", "priority"].map(
      (name) => [name, `put it into cookie: { ${name} }`],
    ),
  ),
  ttlMs: {
    ttl: "use ttlMs, in milliseconds; connect-redis's ttl is in seconds",
    maxAge: "use ttlMs, in milliseconds",
    idleTimeoutMs: "use ttlMs; idleTimeoutMs is an option of createSessions",
  },
  touchAfterMs: { disableTouch: `use touchAfterMs, ${TOUCH}` },
  store: { url: "use store", client: "use store: createStore({ client })" },
  url: { store: "use url" },
  maxEntries: userOptions((name) => `pass it to createStore("memory:", { ${name} })`),
  prefix: userOptions(
    (name) => `pass it to createStore({ client, ${name} }) or createStore(url, { ${name} })`,
  ),
};

/** Returns the hints for the user options, by name. */
function userOptions(hintOf: (name: string) => string): Record<string, string> {
  const names = ["userIdOf", "maxPerUser", "onLimit", "absoluteTimeoutMs", "hashIds"];
  return Object.fromEntries(names.map((name) => [name, hintOf(name)]));
}

/**
 * Returns a hint for an option that is not accepted, or undefined if the option is not well-known and resembles no
 * accepted option.
 */
export function optionHint(name: string, accepted: readonly string[]): string | undefined {
  for (const [own, hints] of Object.entries(OWN_HINTS))
    if (accepted.includes(own) && Object.hasOwn(hints, name)) return hints[name];
  return Object.hasOwn(HINTS, name) ? HINTS[name] : similarOption(name, accepted);
}

/** Names the accepted option that differs only in case, or in the ending `Ms`. */
function similarOption(name: string, accepted: readonly string[]): string | undefined {
  const lower = name.toLowerCase();
  const similar = accepted.find((each) => [lower, `${lower}ms`].includes(each.toLowerCase()));
  return similar && `use ${similar}${similar.endsWith("Ms") ? ", in milliseconds" : ""}`;
}
