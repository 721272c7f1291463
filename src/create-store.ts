import { MEMORY_OPTIONS, MemoryStore, type MemoryStoreOptions } from "./memory/memory-store.js";
import { checkMemoryOptions } from "./memory/options.js";
import { functionOption, knownOptions, show } from "./internal/validation.js";
import { REDIS_SETTINGS, type RedisStoreSettings, checkRedisSettings } from "./redis/options.js";
import type { SessionData, SessionStore } from "./store.js";
import type { UserSessionStore } from "./users/user-session-store.js";

/**
 * A URL, and options: one here wins over the same one in the URL, and one that only the other built-in
 * store takes is left aside, so that changing the URL is enough to swap them.
 */
export interface StoreConfig<T extends object = SessionData>
  extends MemoryStoreOptions<T>, RedisStoreSettings<T> {
  url: string;
}

/** For a scheme of your own: whatever it takes. */
export interface CustomStoreConfig<T extends object = SessionData> extends StoreConfig<T> {
  [option: string]: unknown;
}

/** Makes a store for a URL of one scheme, from the URL and the other options. */
export type StoreFactory = (
  url: string,
  options: Record<string, unknown>,
) => SessionStore<object> | Promise<SessionStore<object>>;

export interface CreateStoreOptions {
  /** Further schemes, without the colon: `{ sqlite: (url, options) => new SqliteStore(url, options) }`. */
  schemes?: Record<string, StoreFactory>;
}

const builtIn: Record<string, StoreFactory> = { memory };
for (const scheme of ["redis", "rediss"]) {
  for (const kind of ["", "+sentinel", "+cluster"]) builtIn[scheme + kind] = redis;
}

/**
 * Makes the store that a URL names: `memory:`, `memory:?maxEntries=1000`,
 * `redis://user:password@host:6379/0?prefix=app:`, `rediss://…`, `redis+sentinel://h1,h2/name/0`,
 * `redis+cluster://h1,h2`. ioredis is loaded only for Redis. A Redis that is down makes no difference
 * here: the store connects when it can.
 * @throws TypeError naming the option that is not valid and what it takes.
 */
export async function createStore<T extends object = SessionData>(
  config: string | StoreConfig<T>,
): Promise<UserSessionStore<T>>;
export async function createStore<T extends object = SessionData>(
  config: string | StoreConfig<T> | CustomStoreConfig<T>,
  options: CreateStoreOptions,
): Promise<SessionStore<T>>;
export async function createStore(
  config: string | StoreConfig,
  options: CreateStoreOptions = {},
): Promise<SessionStore<object>> {
  const further = checkSchemes(options);
  const { url, ...others } = typeof config === "string" ? { url: config } : (config ?? {});
  if (typeof url !== "string")
    throw new TypeError("createStore takes a URL, or an object with the option url, a string");
  const factories = { ...builtIn, ...further };
  const scheme = schemeOf(url) ?? "";
  const factory = Object.hasOwn(factories, scheme) ? factories[scheme] : undefined;
  if (factory === undefined) {
    const accepted = Object.keys(factories).map((each) => `${each}:`);
    throw new TypeError(`url must begin with ${accepted.join(", ")}${scheme ? `, not ${scheme}:` : ""}`);
  }
  return factory(url, others);
}

/** In lower case, since capitals make no other scheme (RFC 3986, section 3.1). */
function schemeOf(url: string): string | undefined {
  return /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
}

/**
 * @returns the schemes as a URL is looked up among them, each giving a store or failing.
 * @throws TypeError naming what createStore does not take.
 */
function checkSchemes(options: CreateStoreOptions): Record<string, StoreFactory> {
  knownOptions("createStore's second argument", options, ["schemes"]);
  const { schemes = {} } = options;
  if (schemes === null || typeof schemes !== "object" || Array.isArray(schemes))
    throw new TypeError(`schemes must be an object of functions, not ${show(schemes)}`);
  const checked = Object.entries(schemes).map(([scheme, factory]): [string, StoreFactory] => {
    const name = schemeOf(`${scheme}:`);
    if (name !== scheme.toLowerCase()) {
      throw new TypeError(
        `schemes has "${scheme}", which is no scheme: a letter, then letters, digits, "+", "." or "-"`,
      );
    }
    functionOption(`schemes.${scheme}`, factory);
    return [name, async (...args) => storeOf(scheme, await factory(...args))];
  });
  return Object.fromEntries(checked);
}

function storeOf(scheme: string, store: SessionStore<object> | undefined): SessionStore<object> {
  if (typeof store?.get === "function") return store;
  throw new TypeError(`schemes.${scheme} must give a SessionStore, not ${show(store)}`);
}

function memory(url: string, options: MemoryStoreOptions): SessionStore {
  const parts = /^memory:(?:\?(.*))?$/i.exec(url);
  if (parts === null) throw new TypeError("url must be memory: or memory:?maxEntries=…&maxBytes=…");
  const given = Object.fromEntries(new URLSearchParams(parts[1]));
  knownOptions("url's query", given, ["maxEntries", "maxBytes", "maxPayloadBytes"]);
  const fromUrl = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, Number(value)]));
  return new MemoryStore({ ...fromUrl, ...partOptions(options).memory });
}

async function redis(url: string, options: RedisStoreSettings): Promise<SessionStore> {
  const settings = partOptions(options).redis;
  const { RedisStore } = await import("./redis/redis-store.js");
  return new RedisStore({ ...settings, url });
}

/**
 * Each built-in store's part of the options. What the other one takes is left aside, and yet checked: it is
 * there for another URL.
 * @throws TypeError naming an option that is neither's, or not valid, and what is.
 */
function partOptions(options: object): { memory: MemoryStoreOptions; redis: RedisStoreSettings } {
  knownOptions("createStore", options, ["url", ...new Set([...MEMORY_OPTIONS, ...REDIS_SETTINGS])]);
  const part = (own: string[]) =>
    Object.fromEntries(Object.entries(options).filter(([name]) => own.includes(name)));
  const [memory, redis] = [part(MEMORY_OPTIONS), part(REDIS_SETTINGS)];
  checkMemoryOptions(memory);
  checkRedisSettings(redis);
  return { memory, redis };
}
