import { singleClock, systemClock } from "../internal/clock.js";
import { knownOptions } from "../internal/validation.js";
import type { SessionData } from "../store.js";
import { UserSessionStore } from "../users/user-session-store.js";
import { MemoryRecords } from "./memory-records.js";
import { MemoryUserIndex } from "./memory-user-index.js";
import { MEMORY_OPTIONS, type MemoryStoreOptions } from "./options.js";

/**
 * Stores sessions in the memory of this process. It limits the number of sessions and optionally their size, removes
 * expired sessions, and does not keep the process alive. It publishes the event `evicted` for each session that it
 * removes on its own.
 * @example
 * const store = new MemoryStore({ maxEntries: 10_000 });
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
