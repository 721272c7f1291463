import { type Codec, codecOption, jsonCodec } from "../codec/json.js";
import { functionOption, positiveInteger } from "../internal/validation.js";
import { DEFAULT_MAX_PAYLOAD_BYTES } from "../codec/payload.js";
import { checkUserOptions } from "../users/options.js";
import type { MemoryStoreOptions } from "./memory-store.js";

export interface MemorySettings {
  maxEntries: number;
  maxBytes: number | undefined;
  maxPayloadBytes: number;
  codec: Codec;
  now: (() => number) | undefined;
}

/**
 * Fills in what a MemoryStore takes when nothing is said.
 * @throws TypeError naming the option and what it takes.
 */
export function checkMemoryOptions<T extends object>(options: MemoryStoreOptions<T>): MemorySettings {
  const { maxEntries = 100_000, maxBytes, codec = jsonCodec, now } = options;
  const room = payloadRoom(maxBytes);
  const { maxPayloadBytes = Math.min(DEFAULT_MAX_PAYLOAD_BYTES, room) } = options;
  if (positiveInteger("maxPayloadBytes", maxPayloadBytes) > room) {
    throw new TypeError(`maxPayloadBytes must leave room for an id in maxBytes: at most ${room}`);
  }
  positiveInteger("maxEntries", maxEntries);
  codecOption(codec);
  if (now !== undefined) functionOption("now", now);
  checkUserOptions(options);
  return { maxEntries, maxBytes, maxPayloadBytes, codec, now };
}

const MAX_ID_BYTES = 256;

/** The largest payload that fits into `maxBytes` with any id, so that what is written is always kept. */
function payloadRoom(maxBytes: number | undefined): number {
  if (maxBytes === undefined) return Infinity;
  const room = positiveInteger("maxBytes", maxBytes) - MAX_ID_BYTES;
  if (room < 1)
    throw new TypeError(`maxBytes must be an integer above ${MAX_ID_BYTES}, which leaves room for an id`);
  return room;
}
