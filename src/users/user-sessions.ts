import type { SessionData, SessionStore } from "../store.js";
import type { Logins } from "./logins.js";
import { handleOf } from "./storage-ids.js";
import { inPart } from "./outcome.js";
import type { StoredSessions } from "./session-reader.js";
import type { Member } from "./user-index.js";

/** A session, as its user may see it. */
export interface UserSession<T extends object = SessionData> {
  /** Tells sessions apart, and is of no use as an id. */
  handle: string;
  /** Epoch milliseconds. */
  createdAt: number;
  /** Epoch milliseconds. */
  expiresAt: number;
  data: T;
}

/** How many sessions are read or ended at a time. */
const BATCH = 100;

/** The sessions of a user: to be listed and ended. */
export class UserSessions<T extends object> {
  readonly #records: SessionStore<T>;
  readonly #sessions: StoredSessions<T>;
  readonly #logins: Logins<T>;

  constructor(records: SessionStore<T>, sessions: StoredSessions<T>, logins: Logins<T>) {
    this.#records = records;
    this.#sessions = sessions;
    this.#logins = logins;
  }

  async list(user: string): Promise<UserSession<T>[]> {
    const sessions: UserSession<T>[] = [];
    for (const members of batches(await this.#logins.list(user))) {
      for (const { member, session } of await this.#logins.live(members)) {
        const { record, createdAt = Math.floor(member.login / 1_000) } = session;
        const { data, expiresAt } = record;
        sessions.push({ handle: handleOf(member.name), createdAt, expiresAt, data });
      }
    }
    return sessions.sort((a, b) => a.createdAt - b.createdAt);
  }

  /**
   * Ends those that are under none of these names.
   * @param scan whether to look at every session of the store, too.
   * @returns how many ended.
   */
  async end(user: string, except: string[], scan: boolean): Promise<number> {
    let ended = 0;
    const end = async (members: Member[]) => {
      const others = members.filter(({ name }) => !except.includes(name));
      const results = await Promise.allSettled(others.map((each) => this.#logins.end(each)));
      const failed = results.find((result) => result.status === "rejected");
      ended += results.filter((result) => result.status === "fulfilled" && result.value).length;
      if (failed !== undefined) throw failed.reason;
    };
    try {
      for (const members of batches(await this.#logins.list(user))) await end(members);
      if (scan) for await (const member of this.#allOf(user)) await end([member]);
    } catch (error) {
      throw ended > 0 ? inPart(error) : error;
    }
    return ended;
  }

  /** Ends the one with this handle. @returns whether there was one. */
  async endOne(user: string, handle: string): Promise<boolean> {
    const members = await this.#logins.list(user);
    const theirs = members.filter(({ name }) => handleOf(name) === handle);
    return (await Promise.all(theirs.map((member) => this.#logins.end(member)))).includes(true);
  }

  async *#allOf(user: string): AsyncGenerator<Member> {
    for await (const name of this.#records.ids()) {
      const session = await this.#sessions.read(name);
      if (session?.user === user) yield session.member ?? { user, name, login: 0 };
    }
  }
}

function* batches<M>(all: M[]): Generator<M[]> {
  for (let start = 0; start < all.length; start += BATCH) yield all.slice(start, start + BATCH);
}
