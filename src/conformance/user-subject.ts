import { setTimeout as sleep } from "node:timers/promises";
import type { SessionData, SessionEntry, SessionStore } from "../store.js";
import type { UserId, UserOptions } from "../users/options.js";
import type { DestroyByUserOptions } from "../users/user-session-store.js";
import type { UserSession } from "../users/user-sessions.js";

/** The parts of a store with user sessions that the suite uses. */
export interface StoreWithUsers extends SessionStore {
  /** Lists the live sessions of a user. */
  listByUser(userId: UserId): Promise<UserSession[]>;
  /** Destroys the sessions of a user, and returns how many. */
  destroyByUser(userId: UserId, options?: DestroyByUserOptions): Promise<number>;
  /** Destroys one session of a user; false if the user has no such session. */
  destroyByHandle(userId: UserId, handle: string): Promise<boolean>;
}

/** The store that `userConformance` tests. */
export interface UserStoreUnderTest {
  /** Heading of the tests. */
  name: string;
  /** Opens an empty store that shares no session with the stores that were opened before. The suite closes it. */
  open: (options: UserOptions) => StoreWithUsers | Promise<StoreWithUsers>;
}

/** Test of one sentence at the top of src/users/user-session-store.ts. */
export type UserTest = (open: (options?: UserOptions) => Promise<StoreWithUsers>) => Promise<void>;

export const HOUR_MS = 3_600_000;

export function entry(data: SessionData, lifetimeMs = HOUR_MS): SessionEntry {
  return { data, expiresAt: Date.now() + lifetimeMs };
}

/** Returns the field `n` of each session of a user. */
export async function numbersOf(store: StoreWithUsers, user: UserId): Promise<unknown[]> {
  return (await store.listByUser(user)).map(({ data }) => data.n);
}

/** Creates sessions one after the other, with different creation times. */
export async function createInTurn(store: SessionStore, ids: string[], user: string): Promise<void> {
  for (const [n, id] of ids.entries()) {
    await store.create(id, entry({ user, n }));
    await sleep(2);
  }
}

/** Returns the code of the error that a call rejects with, or `undefined` if it resolves. */
export function codeOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: { code?: unknown }) => error.code,
  );
}
