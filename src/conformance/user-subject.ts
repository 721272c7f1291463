import { setTimeout as sleep } from "node:timers/promises";
import type { SessionData, SessionEntry, SessionStore } from "../store.js";
import type { UserOptions } from "../users/options.js";
import type { UserSession } from "../users/user-sessions.js";

/** A store that knows users, as far as the suite asks it. */
export interface StoreWithUsers extends SessionStore {
  listByUser(userId: string): Promise<UserSession[]>;
  destroyByUser(userId: string, options?: { exceptId?: string }): Promise<number>;
  destroyByHandle(userId: string, handle: string): Promise<boolean>;
}

/** How to open one. */
export interface UserStoreUnderTest {
  name: string;
  /** Opens a store that is empty and shares no session with those opened before. The suite closes it. */
  open: (options: UserOptions) => StoreWithUsers | Promise<StoreWithUsers>;
}

/** A sentence at the top of src/users/user-session-store.ts, and how a store is asked whether it keeps it. */
export type UserTest = (open: (options?: UserOptions) => Promise<StoreWithUsers>) => Promise<void>;

export const HOUR_MS = 3_600_000;

export function entry(data: SessionData, lifetimeMs = HOUR_MS): SessionEntry {
  return { data, expiresAt: Date.now() + lifetimeMs };
}

export async function numbersOf(store: StoreWithUsers, user: string): Promise<unknown[]> {
  return (await store.listByUser(user)).map(({ data }) => data.n);
}

/** So that no two sessions are of one age. */
export async function createInTurn(store: SessionStore, ids: string[], user: string): Promise<void> {
  for (const [n, id] of ids.entries()) {
    await store.create(id, entry({ user, n }));
    await sleep(2);
  }
}

/** The code of the error that a call rejects with, or `undefined` when it resolves. */
export function codeOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: { code?: unknown }) => error.code,
  );
}
