import { knownOptions } from "../internal/validation.js";
import type { SessionStore } from "../store.js";
import { storesDigests } from "./hash-ids.js";
import { type UserOptions, USER_OPTIONS } from "./options.js";
import type { UserIndex } from "./user-index.js";
import { UserSessionStore } from "./user-session-store.js";

/** A `UserSessionStore` over any store. */
class StoreWithUsers<T extends object> extends UserSessionStore<T> {
  constructor(store: SessionStore<T>, index: UserIndex, options: UserOptions<T>) {
    knownOptions("withUsers", options, USER_OPTIONS);
    if (storesDigests(store)) {
      throw new TypeError(
        "withUsers received a store that hashes ids: pass the store itself, and the option hashIds: true",
      );
    }
    super(store, index, options);
  }
}

/**
 * Adds user sessions, limits and absolute timeouts to a store of your own.
 * @param store Stores the sessions. No other store may write them.
 * @param index Stores each user's index: a `MemoryUserIndex` if one process has all sessions, else a `UserIndex` of
 * your own, shared by all processes like the sessions.
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
