import { type Clock, systemClock } from "../internal/clock.js";
import type { SessionStore } from "../store.js";
import { HashedIds } from "./hash-ids.js";
import { IndexedSessions } from "./indexed-sessions.js";
import { Logins, NO_LOGINS } from "./logins.js";
import type { UserOptions } from "./options.js";
import { OrderedCalls, type SessionCalls, type WithDeadline } from "./ordered-calls.js";
import { SessionLimit } from "./session-limit.js";
import { SessionReader } from "./session-reader.js";
import { TrackedSessions } from "./tracked-sessions.js";
import type { UserIndex } from "./user-index.js";
import { UserSessions } from "./user-sessions.js";

/** Parts that a store of this package passes to `userCalls`. */
export interface StoreInternals {
  clock?: Clock;
  /** Runs the steps of one call within the store's deadline. */
  withDeadline?: WithDeadline;
}

/** The calls of a store with user options. */
export interface UserCalls<T extends object> {
  /** Calls on one session. These are the records themselves if no option concerns such calls. */
  readonly calls: SessionCalls<T>;
  /** Undefined without `userIdOf`, like `users`. */
  readonly indexed: IndexedSessions<T> | undefined;
  readonly users: UserSessions<T> | undefined;
}

const DEFAULT_TIMEOUT_MS = 1_000;

/**
 * Wraps the records in the layers that the options require: users and limits, then digests of ids, then the order of
 * calls.
 */
export function userCalls<T extends object>(
  records: SessionStore<T>,
  index: UserIndex,
  options: UserOptions<T>,
  { clock = systemClock(), withDeadline }: StoreInternals,
): UserCalls<T> {
  const { userIdOf, absoluteTimeoutMs, hashIds = false } = options;
  const { timeoutMs = DEFAULT_TIMEOUT_MS } = records;
  const reader = new SessionReader(records, options, clock);
  const indexed = userIdOf && new IndexedSessions(records, reader, index, { clock, timeoutMs });
  const users = indexed && new UserSessions(records, reader, index, indexed);

  let calls: SessionCalls<T> = records;
  if (indexed !== undefined || absoluteTimeoutMs !== undefined) {
    const logins = indexed && new Logins(index, reader, indexed, new SessionLimit(index, indexed, options));
    calls = new TrackedSessions({
      records,
      reader,
      logins: logins ?? NO_LOGINS,
      compares: logins !== undefined,
      clock,
      timeoutMs,
      destroy: (storageId) => (indexed ?? records).destroy(storageId),
    });
  }
  if (hashIds) calls = new HashedIds(calls);
  if (calls !== records) calls = new OrderedCalls(calls, withDeadline);
  return { calls, indexed, users };
}
