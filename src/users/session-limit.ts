import { AsyncResource } from "node:async_hooks";
import { SessionLimitError } from "../errors.js";
import { publish } from "../events.js";
import { inChunks } from "../internal/chunks.js";
import type { IndexedSessions } from "./indexed-sessions.js";
import type { UserOptions } from "./options.js";
import { belongsTo } from "./session-reader.js";
import type { LoginEntry, UserIndex } from "./user-index.js";

/** Number of sessions that are read or destroyed concurrently. */
export const CHUNK = 100;

/** Applies `maxPerUser` to the logins of a user. */
export class SessionLimit<T extends object> {
  readonly #index: UserIndex;
  readonly #sessions: IndexedSessions<T>;
  readonly #max: number;
  readonly #rejects: boolean;
  /**
   * Users whose sessions are being destroyed in the background. The value is true if another login exceeded the limit
   * meanwhile.
   */
  readonly #inBackground = new Map<string, boolean>();
  /** Async context outside of any call, since a background task must not inherit the deadline of a login. */
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

  /**
   * Adds a login to the user's index.
   * @throws SessionLimitError if the user has reached the limit and new logins are rejected.
   */
  async admit(user: string, storageId: string, expiresAt: number): Promise<LoginEntry> {
    const add = () => this.#index.add(user, storageId, expiresAt, this.#rejects ? this.#max : undefined);
    let entry = await add();
    if (entry !== undefined) return entry;
    // Entries without a session must not count. Counting the sessions removes such entries.
    if ((await this.#oldestKept(user)) === undefined) entry = await add();
    if (entry === undefined) throw new SessionLimitError(this.#max);
    return entry;
  }

  /**
   * Destroys the user's oldest sessions above the limit, after a login is confirmed. If there are many, it destroys
   * them in the background, and the login does not wait.
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

  /** Destroys the user's sessions above the limit, the oldest first, in chunks of bounded size. */
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

  /** Returns the oldest of the newest `maxPerUser` entries that have a session, or `undefined` if there are fewer. */
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

/** Waits until all promises have settled. Then rejects with the first error, if there is one. */
export async function allOrThrow(promises: Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(promises);
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
