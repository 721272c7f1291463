import { singleClock, systemClock } from "../internal/clock.js";
import { knownOptions } from "../internal/validation.js";
import type { SessionData } from "../store.js";
import { UserSessionStore } from "../users/user-session-store.js";
import { MemoryRecords } from "./memory-records.js";
import { MemoryUserIndex } from "./memory-user-index.js";
import { MEMORY_OPTIONS, type MemoryStoreOptions } from "./options.js";

/**
 * Stores sessions in this process: bounded in entries and bytes, expired sessions are removed, and it does not keep the
 * process alive. Removed sessions are published as the event `evicted`.
 */
export class MemoryStore<T extends object = SessionData> extends UserSessionStore<T> {
  /** @throws TypeError that names the option that is not valid. */
  constructor(options: MemoryStoreOptions<T> = {}) {
    knownOptions("MemoryStore", options, MEMORY_OPTIONS);
    const clock = options.now === undefined ? systemClock() : singleClock(options.now);
    const index = new MemoryUserIndex(clock);
    const records = new MemoryRecords<T>(options, clock, (login) => index.forget(login));
    super(records, index, options, { clock });
  }
}
