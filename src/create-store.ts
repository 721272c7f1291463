import { EXAMPLE_URLS } from "./check-store.js";
import { MemoryUserStore } from "./memory/memory-user-store.js";
import { MEMORY_OPTIONS, type MemoryStoreOptions, checkMemoryOptions } from "./memory/options.js";
import { queryOptions, urlError } from "./internal/url-error.js";
import { knownOptions, optionsObject, describe } from "./internal/validation.js";
import { type RedisClient, isRedisClient } from "./redis/clients/driver-of.js";
import { REDIS_SETTINGS, type RedisStoreSettings, checkRedisSettings } from "./redis/options.js";
import { RedisUserStore } from "./redis/redis-user-store.js";
import { redisSchemes } from "./redis/url.js";
import type { SessionData, SessionStore } from "./store.js";
import { type StoreFactory, checkSchemes, schemeOf } from "./store-schemes.js";
import { USER_OPTIONS, type UserOptions, checkUserOptions } from "./users/options.js";
import type { UserSessionStore } from "./users/user-session-store.js";

/**
 * Options of both built-in stores, and the options for the sessions of a user. Each overrides the same option in the
 * URL's query. Options of the other store are validated and ignored, so you can switch stores by changing only the URL.
 */
export interface StoreOptions<T extends object = SessionData>
  extends MemoryStoreOptions, RedisStoreSettings, UserOptions<T> {}

/** Options of `createStore` in one object, with either the URL or a Redis client that you created. */
export interface StoreConfig<T extends object = SessionData> extends StoreOptions<T> {
  /** URL of the store. Either this or `client`. */
  url?: string;
  /** A Redis client of your own, which the store does not close. */
  client?: RedisClient;
}

/** Options with factories for your own URL schemes. A factory receives all options except `url` and `schemes`. */
export interface CustomStoreOptions<T extends object = SessionData> extends StoreOptions<T> {
  /** Factories by scheme, without the colon: `{ sqlite: (url, options) => new SqliteStore(url, options) }`. */
  schemes: Record<string, StoreFactory>;
  [option: string]: unknown;
}

/** Options with factories for your own URL schemes and with the URL, in one object. */
export interface CustomStoreConfig<T extends object = SessionData> extends CustomStoreOptions<T> {
  /** URL of the store. */
  url: string;
}

type AnyConfig = StoreConfig & { schemes?: Record<string, StoreFactory> };

/** A function, so that bundlers remove Redis from an app that does not use this module. */
const builtIn = (): [scheme: string, factory: StoreFactory][] => [
  ["memory", createMemoryStore],
  ...[...redisSchemes(), "unix"].map((scheme): [string, StoreFactory] => [scheme, createRedisStore]),
];

/**
 * Creates a store from a URL:
 *
 * - `memory:`, `memory:?maxEntries=1000`
 * - `redis://user:password@host:6379/0?prefix=app:`, `rediss://…` for TLS
 * - `redis+sentinel://host1,host2/group/0`, `redis+cluster://host1,host2`
 * - `unix:///run/redis/redis.sock?db=1`
 * - `valkey:` and `valkeys:` in place of `redis:` and `rediss:`
 *
 * A Redis store loads ioredis and opens its connection on the first call.
 * @throws TypeError that names the invalid option and the accepted values.
 * @example
 * const store = createStore(process.env.SESSION_STORE ?? "memory:", { prefix: "app:" });
 */
export function createStore<T extends object = SessionData>(
  url: string,
  options: CustomStoreOptions<T>,
): SessionStore<T>;
export function createStore<T extends object = SessionData>(config: CustomStoreConfig<T>): SessionStore<T>;
export function createStore<T extends object = SessionData>(
  url: string,
  options?: StoreOptions<T>,
): UserSessionStore<T>;
export function createStore<T extends object = SessionData>(config: StoreConfig<T>): UserSessionStore<T>;
export function createStore(config: string | AnyConfig, options?: AnyConfig): SessionStore<object> {
  const { url, schemes, ...others } = toConfig(config, options);
  const factories = new Map([...builtIn(), ...checkSchemes(schemes)]);
  if (url === undefined && others.client !== undefined) return new RedisUserStore(checkOptions(others));
  if (url === undefined && schemes === undefined) checkNames(others);
  const trimmed = checkUrl(url);
  if (others.client !== undefined)
    throw new TypeError("createStore requires either url or client; received both");
  const factory = factories.get(schemeOf(trimmed) ?? "");
  if (factory === undefined) throw unknownScheme(trimmed, Object.keys(schemes ?? {}));
  return factory(trimmed, others);
}

function toConfig(config: string | AnyConfig, options: AnyConfig | undefined): AnyConfig {
  if (isRedisClient(config)) throw new TypeError("createStore received a client: pass { client }");
  if (typeof config !== "object" || config === null) {
    return { ...(options !== undefined && optionsObject("createStore", options)), url: config };
  }
  if (options === undefined) return config;
  throw new TypeError(
    "createStore requires all options in one object, { url, … }, or the URL as first argument",
  );
}

/**
 * Returns the URL without the whitespace around it.
 * @throws TypeError if it is not a string, is empty, or begins with a quotation mark.
 */
function checkUrl(url: unknown): string {
  if (typeof url !== "string") {
    const unset = url === undefined ? ". Is the environment variable set?" : "";
    throw new TypeError(
      `createStore requires a URL, such as ${EXAMPLE_URLS}; received ${describe(url)}${unset}`,
    );
  }
  const trimmed = url.trim();
  if (trimmed === "")
    throw new TypeError(
      `createStore requires a URL, such as ${EXAMPLE_URLS}; received an empty string. Is the environment variable set?`,
    );
  if (/^["'`]/.test(trimmed))
    throw urlError(url, `url begins with a quotation mark: remove it; a URL looks like ${EXAMPLE_URLS}`);
  return trimmed;
}

function unknownScheme(url: string, further: string[]): TypeError {
  const accepted = [...further, "memory", "unix", "redis", "rediss"].join(", ");
  return urlError(
    url,
    `url has an unknown scheme, or none: a URL looks like ${EXAMPLE_URLS}. Accepted schemes are ${accepted}, ` +
      "valkey and valkeys; the last four also with +sentinel or +cluster",
  );
}

function createMemoryStore(url: string, options: StoreConfig): SessionStore<object> {
  const parts = /^memory:(?:\?(.*))?$/i.exec(url);
  if (parts === null) throw urlError(url, 'url must be "memory:" or like "memory:?maxEntries=1000"');
  const params = new URLSearchParams(parts[1]);
  const given = queryOptions(url, params, ["maxEntries", "maxBytes", "maxPayloadBytes"]);
  const fromUrl = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, Number(value)]));
  return new MemoryUserStore({ ...fromUrl, ...checkOptions(options) });
}

function createRedisStore(url: string, options: StoreConfig): SessionStore<object> {
  return new RedisUserStore({ ...checkOptions(options), url });
}

/**
 * Returns the options.
 * @throws TypeError if an option is unknown or invalid, even if only the other built-in store has it.
 */
function checkOptions(options: StoreConfig): StoreConfig {
  checkNames(options);
  checkMemoryOptions(options);
  checkRedisSettings(options);
  checkUserOptions(options);
  return options;
}

/** Throws a TypeError if an option is unknown. */
function checkNames(options: StoreConfig): void {
  knownOptions("createStore", options, ["url", "client", ...storeOptionNames(), "schemes"]);
}

/** Returns the names of the options in `StoreOptions`. */
export function storeOptionNames(): string[] {
  return [...new Set([...MEMORY_OPTIONS, ...USER_OPTIONS, ...REDIS_SETTINGS])];
}
