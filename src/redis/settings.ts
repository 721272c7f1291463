import type { Codec } from "../codec.js";
import { knownOptions } from "../options.js";
import type { SessionData } from "../store.js";
import { USER_OPTIONS, type UserOptions } from "../users/options.js";

/** What a RedisStore takes beside its connection. */
export interface RedisStoreSettings<T extends SessionData = SessionData> extends UserOptions<T> {
  /** What each key begins with. @default "sess:" */
  prefix?: string;
  /** The longest that any call takes, connecting and queueing included. @default 1_000 */
  timeoutMs?: number;
  /** The largest payload, in bytes of UTF-8, that is written, and that is read. @default 1 MiB */
  maxPayloadBytes?: number;
  /** How data becomes the text that is kept. @default jsonCodec */
  codec?: Codec;
}

export const REDIS_SETTINGS = ["prefix", "timeoutMs", "maxPayloadBytes", "codec", ...USER_OPTIONS];

/** @throws TypeError naming the parameter that a URL can't set. */
export function fromQuery(
  params: URLSearchParams,
): Pick<RedisStoreSettings, "prefix" | "timeoutMs" | "maxPayloadBytes"> {
  const given = Object.fromEntries(params);
  knownOptions("url's query", given, ["prefix", "timeoutMs", "maxPayloadBytes"]);
  const { prefix, timeoutMs, maxPayloadBytes } = given;
  return {
    ...(prefix !== undefined && { prefix }),
    ...(timeoutMs !== undefined && { timeoutMs: Number(timeoutMs) }),
    ...(maxPayloadBytes !== undefined && { maxPayloadBytes: Number(maxPayloadBytes) }),
  };
}
