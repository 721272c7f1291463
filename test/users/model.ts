import type { SessionData } from "sessionary";

/** What a session is, said as plainly as possible. */
interface Expected {
  data: SessionData;
  createdAt: number;
  /** When it became its user's: the oldest login goes first. */
  loginAt: number;
  expiresAt: number;
}

export interface Command {
  kind: (typeof KINDS)[number];
  id: string;
  user: string;
  entry: { data: SessionData; expiresAt: number };
}

export const KINDS = [
  "create",
  "create",
  "create",
  "update",
  "update",
  "touch",
  "get",
  "destroy",
  "destroyByUser",
  "listByUser",
  "count",
  "pass time",
] as const;

/** Sessions and their users, as a Map. */
export class UsersModel {
  readonly #sessions = new Map<string, Expected>();
  readonly #maxPerUser: number;
  readonly #absoluteMs: number;

  constructor(options: { maxPerUser: number; absoluteTimeoutMs: number }) {
    this.#maxPerUser = options.maxPerUser;
    this.#absoluteMs = options.absoluteTimeoutMs;
  }

  /** The ids of the user's live sessions. */
  of(user: string): string[] {
    return [...this.#sessions].filter(([, { data }]) => data.user === user).map(([id]) => id);
  }

  /** Whether a session ends after one moment, and not after the other. */
  endsBetween(from: number, to: number): boolean {
    return [...this.#sessions.values()].some(({ expiresAt }) => expiresAt > from && expiresAt <= to);
  }

  /** What a store has to say. */
  answer(command: Command, now: number): unknown {
    this.#forget(now);
    const said = this.#say(command, now);
    this.#forget(now);
    return said;
  }

  #say({ kind, id, user, entry: { data, expiresAt } }: Command, now: number): unknown {
    const there = this.#sessions.get(id);
    const bounded = (createdAt: number) => Math.min(expiresAt, createdAt + this.#absoluteMs);
    switch (kind) {
      case "create":
        if (there) return "ERR_SESSION_EXISTS";
        this.#sessions.set(id, { data, createdAt: now, loginAt: now, expiresAt: bounded(now) });
        this.#logIn(data.user, now);
        return "created";
      case "update": {
        if (!there) return false;
        const isLogin = there.data.user !== data.user;
        const loginAt = isLogin ? now : there.loginAt;
        const createdAt = isLogin && data.user !== undefined ? now : there.createdAt;
        this.#sessions.set(id, { data, createdAt, loginAt, expiresAt: bounded(createdAt) });
        if (isLogin) this.#logIn(data.user, now);
        return true;
      }
      case "touch":
        if (there) there.expiresAt = Math.max(there.expiresAt, bounded(there.createdAt));
        return there !== undefined;
      case "get":
        return there?.data;
      case "destroy":
        return this.#sessions.delete(id);
      case "destroyByUser":
        return this.of(user).filter((each) => each !== id && this.#sessions.delete(each)).length;
      case "listByUser":
        return this.of(user)
          .map((each) => this.#sessions.get(each)!)
          .sort((a, b) => a.createdAt - b.createdAt)
          .map(({ data, createdAt }) => ({ data, createdAt }));
      case "count":
        return this.#sessions.size;
      case "pass time":
        return undefined;
    }
  }

  /** A login above the cap ends the user's oldest ones. */
  #logIn(user: unknown, now: number): void {
    this.#forget(now); // one that is over already ends none
    if (typeof user !== "string") return;
    const ids = this.of(user).sort((a, b) => this.#sessions.get(a)!.loginAt - this.#sessions.get(b)!.loginAt);
    for (const id of ids.slice(0, Math.max(0, ids.length - this.#maxPerUser))) this.#sessions.delete(id);
  }

  #forget(now: number): void {
    for (const [id, { expiresAt }] of this.#sessions) if (expiresAt <= now) this.#sessions.delete(id);
  }
}
