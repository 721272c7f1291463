import { type Codec, codecOption, jsonCodec } from "../codec/json.js";
import { DEFAULT_MAX_PAYLOAD_BYTES } from "../codec/payload.js";
import { type Clock, singleClock, systemClock } from "../internal/clock.js";
import { functionOption, positiveInteger } from "../internal/validation.js";

/** Options for a MemoryStore. */
export interface MemoryStoreOptions {
  /**
   * Maximum number of sessions. The least recently used one is evicted first; with `userIdOf` of `createStore`,
   * anonymous sessions are evicted before those of users.
   * @default 100_000
   */
  maxEntries?: number;
  /** Maximum size of all ids and payloads, in bytes of UTF-8. Sessions are evicted as with `maxEntries`. @default no limit */
  maxBytes?: number;
  /** Maximum size of a payload, in bytes of UTF-8. @default 1 MiB, or what fits into `maxBytes` */
  maxPayloadBytes?: number;
  /** Converts session data to the stored text, and back. @default jsonCodec */
  codec?: Codec;
  /** Returns the current time in epoch milliseconds. @default the system's clocks */
  now?: () => number;
}

export const MEMORY_OPTIONS = ["maxEntries", "maxBytes", "maxPayloadBytes", "codec", "now"];

interface CheckedOptions {
  maxEntries: number;
  maxBytes: number | undefined;
  maxPayloadBytes: number;
  codec: Codec;
  now: (() => number) | undefined;
}

/** Maximum number of entries of a JavaScript Map. */
const MAX_MAP_ENTRIES = 2 ** 24;

/**
 * Returns the options with their defaults.
 * @throws TypeError that names the invalid option and the accepted values.
 */
export function checkMemoryOptions(options: MemoryStoreOptions): CheckedOptions {
  const { maxEntries = 100_000, maxBytes, codec = jsonCodec, now } = options;
  const payloadLimit = maxPayloadFor(maxBytes);
  const { maxPayloadBytes = Math.min(DEFAULT_MAX_PAYLOAD_BYTES, payloadLimit) } = options;
  if (positiveInteger("maxPayloadBytes", maxPayloadBytes) > payloadLimit) {
    throw new TypeError(
      `maxPayloadBytes must be at most ${payloadLimit}, so that a session with any id fits into maxBytes; received ${maxPayloadBytes}`,
    );
  }
  positiveInteger("maxEntries", maxEntries, MAX_MAP_ENTRIES);
  codecOption(codec);
  if (now !== undefined) functionOption("now", now);
  return { maxEntries, maxBytes, maxPayloadBytes, codec, now };
}

/** Returns the clocks of a store with these options. */
export function clockOf({ now }: MemoryStoreOptions): Clock {
  return now === undefined ? systemClock() : singleClock(now);
}

const MAX_ID_BYTES = 256;

/** Returns the size of the largest payload that fits into `maxBytes` with any id. */
function maxPayloadFor(maxBytes: number | undefined): number {
  if (maxBytes === undefined) return Infinity;
  const limit = positiveInteger("maxBytes", maxBytes) - MAX_ID_BYTES;
  if (limit >= 1) return limit;
  throw new TypeError(
    `maxBytes must be an integer above ${MAX_ID_BYTES}, so that the longest id fits; received ${maxBytes}`,
  );
}
