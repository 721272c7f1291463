import { knownOptions } from "../internal/validation.js";
import type { SessionData } from "../store.js";
import { MemoryRecords } from "./memory-records.js";
import { MEMORY_OPTIONS, type MemoryStoreOptions, clockOf } from "./options.js";

/**
 * Stores sessions in the memory of this process. It limits the number of sessions and optionally their size, removes
 * expired sessions, and does not keep the process alive. It publishes the event `evicted` for each session that it
 * removes on its own. For the sessions of a user, use `createStore("memory:", { userIdOf })`.
 * @example
 * const store = new MemoryStore({ maxEntries: 10_000 });
 */
export class MemoryStore<T extends object = SessionData> extends MemoryRecords<T> {
  /** @throws TypeError that names the option that is not valid. */
  constructor(options: MemoryStoreOptions = {}) {
    knownOptions("MemoryStore", options, MEMORY_OPTIONS);
    super(options, clockOf(options));
  }
}
