import type { Codec } from "../codec/json.js";
import { knownOptions } from "../internal/validation.js";
import type { SessionData } from "../store.js";
import { plainClock, steppedClock } from "../internal/clock.js";
import { USER_OPTIONS, type UserOptions } from "../users/options.js";
import { UserSessionStore } from "../users/user-session-store.js";
import { MemoryRecords } from "./memory-records.js";
import { MemoryUserIndex } from "./memory-user-index.js";

export interface MemoryStoreOptions<T extends object = SessionData> extends UserOptions<T> {
  /**
   * The most sessions to keep; the least recently used one goes first. With `userIdOf`, a session of a
   * user goes only when no anonymous one is left.
   * @default 100_000
   */
  maxEntries?: number;
  /** The most bytes of ids and payloads, as UTF-8, to keep; sessions go as with `maxEntries`. @default no limit */
  maxBytes?: number;
  /** The largest payload that is taken, in bytes of UTF-8. @default 1 MiB, or what fits into `maxBytes` */
  maxPayloadBytes?: number;
  /** How data becomes the text that is kept. @default jsonCodec */
  codec?: Codec;
  /** The clock, in epoch milliseconds. @default the system's, corrected by a monotonic one */
  now?: () => number;
}

export const MEMORY_OPTIONS = ["maxEntries", "maxBytes", "maxPayloadBytes", "codec", "now", ...USER_OPTIONS];

/**
 * Sessions in this process: bounded in entries and bytes, swept of expired ones, nothing that keeps
 * the process alive. What is dropped is published as `evicted`.
 */
export class MemoryStore<T extends object = SessionData> extends UserSessionStore<T> {
  /** @throws TypeError naming the option that is not valid. */
  constructor(options: MemoryStoreOptions<T> = {}) {
    knownOptions("MemoryStore", options, MEMORY_OPTIONS);
    const clock = options.now === undefined ? steppedClock() : plainClock(options.now);
    const index = new MemoryUserIndex(clock);
    const records = new MemoryRecords<T>(options, (login) => index.forget(login));
    super(records, index, options, { clock });
  }
}
