import { type Codec, codecOption, jsonCodec } from "../codec/json.js";
import { queryOptions } from "../internal/url-error.js";
import { durationMs, optionsObject, positiveInteger } from "../internal/validation.js";
import { DEFAULT_MAX_PAYLOAD_BYTES } from "../codec/payload.js";
import type { RedisClient } from "./clients/driver-of.js";

/** Options for a RedisStore, except for its connection. */
export interface RedisStoreSettings {
  /** Prefix of every key. @default "sess:" */
  prefix?: string;
  /** Deadline of every call, in milliseconds, which includes connecting and queueing. @default 1_000 */
  timeoutMs?: number;
  /** Maximum size of a payload that is written or read, in bytes of UTF-8. @default 1 MiB */
  maxPayloadBytes?: number;
  /** Converts session data to the stored text, and back. @default jsonCodec */
  codec?: Codec;
  /**
   * Further options for ioredis, which opens the connection: `tls`, `family`, `connectionName`, `natMap` and so on.
   * The address and the credentials in the URL take precedence. The options for queues and retries have no effect.
   */
  redisOptions?: object;
}

/** Options for a RedisStore. Requires either `url` or `client`. */
export interface RedisStoreOptions extends RedisStoreSettings {
  /**
   * URL of Redis. The store opens its own connection and closes it. The query may set `prefix`, `timeoutMs` and
   * `maxPayloadBytes`.
   */
  url?: string;
  /** A client that you created. The store does not close it. */
  client?: RedisClient;
}

export const REDIS_SETTINGS = ["prefix", "timeoutMs", "maxPayloadBytes", "codec", "redisOptions"];

/** Checked options with their defaults. */
export type CheckedRedisSettings = Required<
  Pick<RedisStoreSettings, "prefix" | "timeoutMs" | "maxPayloadBytes" | "codec">
> & {
  redisOptions: object | undefined;
};

/**
 * Returns the options with their defaults.
 * @throws TypeError that names the invalid option and the accepted values.
 */
export function checkRedisSettings(settings: RedisStoreSettings): CheckedRedisSettings {
  const {
    prefix = "sess:",
    timeoutMs = 1_000,
    maxPayloadBytes = DEFAULT_MAX_PAYLOAD_BYTES,
    codec = jsonCodec,
    redisOptions,
  } = settings;
  if (typeof prefix !== "string") throw new TypeError("prefix must be a string");
  positiveInteger("maxPayloadBytes", maxPayloadBytes);
  codecOption(codec);
  durationMs("timeoutMs", timeoutMs);
  if (redisOptions !== undefined && "keyPrefix" in optionsObject("redisOptions", redisOptions))
    throw new TypeError("redisOptions has the option keyPrefix: use prefix of the store");
  return { prefix, timeoutMs, maxPayloadBytes, codec, redisOptions };
}

/**
 * Returns the options in a URL's query.
 * @throws TypeError if the query has an unknown option.
 */
export function fromQuery(
  url: string,
  params: URLSearchParams,
): Pick<RedisStoreSettings, "prefix" | "timeoutMs" | "maxPayloadBytes"> {
  const { prefix, timeoutMs, maxPayloadBytes } = queryOptions(url, params, [
    "prefix",
    "timeoutMs",
    "maxPayloadBytes",
  ]);
  return {
    ...(prefix !== undefined && { prefix }),
    ...(timeoutMs !== undefined && { timeoutMs: Number(timeoutMs) }),
    ...(maxPayloadBytes !== undefined && { maxPayloadBytes: Number(maxPayloadBytes) }),
  };
}
