import { type Codec, codecOption, jsonCodec } from "../codec/json.js";
import { queryOptions } from "../internal/url-error.js";
import { durationMs, optionsObject, positiveInteger } from "../internal/validation.js";
import { DEFAULT_MAX_PAYLOAD_BYTES } from "../codec/payload.js";
import type { SessionData } from "../store.js";
import { USER_OPTIONS, type UserOptions, checkUserOptions } from "../users/options.js";

/** What a RedisStore takes beside its connection. */
export interface RedisStoreSettings<T extends object = SessionData> extends UserOptions<T> {
  /** What each key begins with. @default "sess:" */
  prefix?: string;
  /** The longest that any call takes, connecting and queueing included. @default 1_000 */
  timeoutMs?: number;
  /** The largest payload, in bytes of UTF-8, that is written, and that is read. @default 1 MiB */
  maxPayloadBytes?: number;
  /** How data becomes the text that is kept. @default jsonCodec */
  codec?: Codec;
  /**
   * Further options for ioredis, which opens the connection: `tls`, `family`, `connectionName`, `natMap` and so on.
   * The URL overrides the address and the credentials here. Queues and retries cannot be changed.
   */
  redisOptions?: object;
}

export const REDIS_SETTINGS = [
  "prefix",
  "timeoutMs",
  "maxPayloadBytes",
  "codec",
  "redisOptions",
  ...USER_OPTIONS,
];

type OwnSettings = Required<
  Pick<RedisStoreSettings, "prefix" | "timeoutMs" | "maxPayloadBytes" | "codec">
> & {
  redisOptions: object | undefined;
};

/**
 * Fills in what a RedisStore takes when nothing is said.
 * @throws TypeError naming the option and what it takes.
 */
export function checkRedisSettings<T extends object>(settings: RedisStoreSettings<T>): OwnSettings {
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
  checkUserOptions(settings);
  return { prefix, timeoutMs, maxPayloadBytes, codec, redisOptions };
}

/**
 * Returns the settings in a URL's query.
 * @throws TypeError if the query has another option.
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
