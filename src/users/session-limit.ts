import { AsyncResource } from "node:async_hooks";
import { SessionLimitError } from "../errors.js";
import { publish } from "../events.js";
import { inChunks } from "../internal/chunks.js";
import type { IndexedSessions } from "./indexed-sessions.js";
import type { UserOptions } from "./options.js";
import { belongsTo } from "./session-reader.js";
import type { LoginEntry, UserIndex } from "./user-index.js";

/** Number of sessions that are read or destroyed at a time. */
export const CHUNK = 100;

/** Applies `maxPerUser` to the logins of a user. */
export class SessionLimit<T extends object> {
  readonly #index: UserIndex;
  readonly #sessions: IndexedSessions<T>;
  readonly #max: number;
  readonly #rejects: boolean;
  /** Users whose sessions are being destroyed in the background: true if a login asked again meanwhile. */
  readonly #inBackground = new Map<string, boolean>();
  /** Context of no call: a background task must not inherit a login's deadline. */
  readonly #outside = new AsyncResource("sessionary:limit");

  constructor(
    index: UserIndex,
    sessions: IndexedSessions<T>,
    { maxPerUser = Infinity, onLimit = "destroy-oldest" }: UserOptions<T>,
  ) {
    this.#index = index;
    this.#sessions = sessions;
    this.#max = maxPerUser;
    this.#rejects = onLimit === "reject";
  }

  /** Adds a login to the user's index. Throws SessionLimitError if the user may have no more sessions. */
  async admit(user: string, storageId: string, expiresAt: number): Promise<LoginEntry> {
    const add = () => this.#index.add(user, storageId, expiresAt, this.#rejects ? this.#max : undefined);
    let entry = await add();
    if (entry !== undefined) return entry;
    // Entries without a session must not keep the user out: they are removed while sessions are counted.
    if ((await this.#oldestKept(user)) === undefined) entry = await add();
    if (entry === undefined) throw new SessionLimitError(this.#max);
    return entry;
  }

  /**
   * Destroys the user's oldest sessions above the limit, for a login that is confirmed. If there are many, they are
   * destroyed in the background, and the login does not wait.
   * @param count Number of entries in the user's index.
   */
  async enforce(user: string, count: number): Promise<void> {
    if (this.#rejects || count <= this.#max) return;
    if (count - this.#max <= CHUNK) return this.#destroyOldest(user);
    const isRunning = this.#inBackground.has(user);
    this.#inBackground.set(user, isRunning);
    if (!isRunning) this.#outside.runInAsyncScope(() => void this.#enforceInBackground(user));
  }

  async #enforceInBackground(user: string): Promise<void> {
    try {
      do {
        this.#inBackground.set(user, false);
        await this.#destroyOldest(user);
      } while (this.#inBackground.get(user) === true);
    } catch (error) {
      const { code = "unknown" } = error as { code?: string };
      if (code !== "ERR_STORE_CLOSED") publish("limit-exceeded", { code });
    } finally {
      this.#inBackground.delete(user);
    }
  }

  /** Destroys all sessions of the user but the newest, the oldest first and a bounded number at a time. */
  async #destroyOldest(user: string): Promise<void> {
    const oldestKept = await this.#oldestKept(user);
    if (oldestKept === undefined) return;
    for await (const entries of inChunks(this.#index.list(user), CHUNK)) {
      const older = entries.filter(({ login }) => login < oldestKept.login);
      await allOrThrow(
        older.map((entry) => this.#sessions.end(entry, (session) => belongsTo(session, entry))),
      );
      if (older.length < entries.length) return;
    }
  }

  /** Returns the oldest entry among the newest `maxPerUser` that have a session; `undefined` if there are fewer. */
  async #oldestKept(user: string): Promise<LoginEntry | undefined> {
    let kept = 0;
    for await (const entries of inChunks(
      this.#index.list(user, { newestFirst: true }),
      Math.min(this.#max, CHUNK),
    )) {
      const live = await this.#sessions.live(entries);
      kept += live.length;
      if (kept >= this.#max) return live[live.length - 1 - (kept - this.#max)]!.entry;
    }
    return undefined;
  }
}

/** Waits until all promises have settled. Rejects with the first error, if there is one. */
export async function allOrThrow(promises: Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(promises);
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
