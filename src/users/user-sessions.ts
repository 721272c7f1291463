import { partiallyApplied } from "../errors.js";
import { inChunks } from "../internal/chunks.js";
import type { SessionData, SessionStore } from "../store.js";
import type { IndexedSessions } from "./indexed-sessions.js";
import type { SessionReader } from "./session-reader.js";
import { CHUNK, allOrThrow } from "./session-limit.js";
import { sessionHandle } from "./storage-ids.js";
import type { LoginEntry, UserIndex } from "./user-index.js";

/** Session in the result of `listByUser`. */
export interface UserSession<T extends object = SessionData> {
  /** Identifies the session, but is not valid as an id: see `sessionHandle`. */
  handle: string;
  /** Creation time in epoch milliseconds. */
  createdAt: number;
  /** Expiry in epoch milliseconds. */
  expiresAt: number;
  /** The session's data, a copy of what is stored. */
  data: T;
}

/** Lists and destroys the sessions of a user, in chunks of bounded size. */
export class UserSessions<T extends object> {
  readonly #records: SessionStore<T>;
  readonly #reader: SessionReader<T>;
  readonly #index: UserIndex;
  readonly #sessions: IndexedSessions<T>;

  constructor(
    records: SessionStore<T>,
    reader: SessionReader<T>,
    index: UserIndex,
    sessions: IndexedSessions<T>,
  ) {
    this.#records = records;
    this.#reader = reader;
    this.#index = index;
    this.#sessions = sessions;
  }

  async list(user: string): Promise<UserSession<T>[]> {
    const found = new Map<string, UserSession<T>>();
    for await (const entries of inChunks(this.#index.list(user), CHUNK)) {
      for (const { entry, session } of await this.#sessions.live(entries)) {
        const { createdAt = Math.floor(entry.login / 1_000), expiresAt, data } = session.record;
        const handle = sessionHandle(entry.storageId);
        found.set(handle, { handle, createdAt, expiresAt, data });
      }
    }
    return [...found.values()].sort((a, b) => a.createdAt - b.createdAt);
  }

  /**
   * Destroys the user's sessions.
   * @param exceptHandles Handles of sessions to keep.
   * @param scan True to also search all sessions of the store.
   * @returns the number of destroyed sessions.
   */
  async end(user: string, exceptHandles: (string | undefined)[], scan: boolean): Promise<number> {
    let ended = 0;
    const endAll = (entries: LoginEntry[]) =>
      allOrThrow(
        entries.map(async (entry) => {
          if (exceptHandles.includes(sessionHandle(entry.storageId))) return;
          if (await this.#sessions.end(entry)) ended++;
        }),
      );
    try {
      for await (const entries of inChunks(this.#index.list(user), CHUNK)) await endAll(entries);
      if (scan) for await (const entries of this.#entriesByScan(user)) await endAll(entries);
    } catch (error) {
      throw ended > 0 ? partiallyApplied(error) : error;
    }
    return ended;
  }

  /** Destroys the session with this handle. @returns true if the user has one. */
  async endOne(user: string, handle: string): Promise<boolean> {
    for await (const entries of inChunks(this.#index.list(user), CHUNK)) {
      const theirs = entries.filter(({ storageId }) => sessionHandle(storageId) === handle);
      const ended = await Promise.all(theirs.map((entry) => this.#sessions.end(entry)));
      if (ended.includes(true)) return true;
    }
    return false;
  }

  /** Yields all sessions of the user that the store has, even those that the index does not have. */
  async *#entriesByScan(user: string): AsyncGenerator<LoginEntry[]> {
    for await (const storageIds of inChunks(this.#records.ids(), CHUNK)) {
      const sessions = await Promise.all(storageIds.map((storageId) => this.#reader.read(storageId)));
      yield storageIds.flatMap((storageId, i) => {
        const session = sessions[i];
        return session?.user === user ? [session.entry ?? { user, storageId, login: 0 }] : [];
      });
    }
  }
}
