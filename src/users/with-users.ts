import { knownOptions } from "../internal/validation.js";
import type { SessionStore } from "../store.js";
import { storesDigests } from "./hash-ids.js";
import { type UserOptions, USER_OPTIONS } from "./options.js";
import type { UserIndex } from "./user-index.js";
import { UserSessionStore } from "./user-session-store.js";

/** `UserSessionStore` that wraps any store. */
class StoreWithUsers<T extends object> extends UserSessionStore<T> {
  constructor(store: SessionStore<T>, index: UserIndex, options: UserOptions<T>) {
    knownOptions("withUsers", options, USER_OPTIONS);
    if (storesDigests(store)) {
      throw new TypeError(
        "withUsers received a store that hashes ids: pass the store that it wraps, and the option hashIds: true",
      );
    }
    super(store, index, options);
  }
}

/**
 * Adds user sessions, limits and absolute timeouts to a custom store.
 * @param store Store of the sessions. Do not write to it directly.
 * @param index Index of each user's sessions: a `MemoryUserIndex` if one process has all sessions, else your own
 *   `UserIndex`, which all processes share like the sessions.
 * @example
 * const store = withUsers(new MyStore(), new MemoryUserIndex(), {
 *   userIdOf: (data) => data.userId,
 *   maxPerUser: 5,
 * });
 * await store.destroyByUser("ann");
 */
export function withUsers<T extends object>(
  store: SessionStore<T>,
  index: UserIndex,
  options: UserOptions<T>,
): UserSessionStore<T> {
  return new StoreWithUsers(store, index, options);
}
