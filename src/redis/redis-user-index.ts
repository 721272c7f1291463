import { createHash } from "node:crypto";
import { hasCode } from "../errors.js";
import type { LoginEntry, UserIndex } from "../users/user-index.js";
import type { Arg } from "./clients/driver.js";
import type { Connection } from "./connection.js";
import { KeySpace } from "./key-space.js";
import type { Script } from "./scripts.js";
import * as plain from "./user-index-commands.js";
import * as scripts from "./user-index-scripts.js";

/** Form of the name of a key: SHA-256 as base64url. */
const DIGEST = /^[\w-]{43}$/;
const LOGIN_DIGITS = 16;
/** Number of entries that one step reads. */
const PAGE_SIZE = 100;

/** An operation on a user's index, as a script and as plain commands. */
interface Step {
  effect: "read" | "write";
  script: Script;
  commands: plain.PlainStep;
}

const ADD: Step = { effect: "write", script: scripts.ADD, commands: plain.add };
const EXTEND: Step = { effect: "write", script: scripts.EXTEND, commands: plain.extend };
const REMOVE: Step = { effect: "write", script: scripts.REMOVE, commands: plain.remove };
const CONFIRM: Step = { effect: "read", script: scripts.CONFIRM, commands: plain.confirm };
const PAGE: Step = { effect: "read", script: scripts.PAGE, commands: plain.page };

/**
 * Index of users' sessions in Redis: one sorted set for each user. It may be on another node than the user's
 * sessions.
 */
export class RedisUserIndex implements UserIndex {
  readonly #connection: Connection;
  readonly #keys: KeySpace;

  constructor(connection: Connection, prefix: string) {
    this.#connection = connection;
    // The keys are under the store's prefix, so that an ACL needs only one key pattern. They end with a space, which
    // no session id contains, so that no store takes them for sessions, whatever its prefix.
    this.#keys = new KeySpace(connection, {
      prefix: `${prefix}users:`,
      suffix: " ",
      includes: (name) => DIGEST.test(name),
    });
  }

  async add(user: string, storageId: string, expiresAt: number, max = 0): Promise<LoginEntry | undefined> {
    const login = await this.#run(ADD, user, [storageId, lifetimeOf(expiresAt), max]);
    return login === null ? undefined : { user, storageId, login: Number(login) };
  }

  async extend(entry: LoginEntry, expiresAt: number): Promise<boolean> {
    return Number(await this.#run(EXTEND, entry.user, [memberOf(entry), lifetimeOf(expiresAt), 0])) === 1;
  }

  async restore(entry: LoginEntry, expiresAt: number): Promise<void> {
    await this.#run(EXTEND, entry.user, [memberOf(entry), lifetimeOf(expiresAt), 1]);
  }

  async remove(entry: LoginEntry): Promise<void> {
    await this.#run(REMOVE, entry.user, [memberOf(entry)]);
  }

  async confirm(entry: LoginEntry): Promise<number | undefined> {
    const count = await this.#run(CONFIRM, entry.user, [memberOf(entry)]);
    return count === null ? undefined : Number(count);
  }

  async *list(user: string, { newestFirst = false } = {}): AsyncGenerator<LoginEntry> {
    const command = newestFirst ? "zrevrangebyscore" : "zrangebyscore";
    const end = newestFirst ? "(0" : "+inf";
    let start = newestFirst ? "+inf" : "(0";
    for (;;) {
      const members = (await this.#run(PAGE, user, [command, start, end, PAGE_SIZE])) as string[];
      for (const member of members) yield entryOf(user, member);
      if (members.length < PAGE_SIZE) return;
      start = `(${members.at(-1)!.slice(0, LOGIN_DIGITS)}`;
    }
  }

  async clear(): Promise<void> {
    await this.#keys.clear();
  }

  async #run({ effect, script, commands }: Step, user: string, args: Arg[]): Promise<unknown> {
    // Use a digest, since a user id may be secret and may have any characters and any length.
    const key = this.#keys.key(createHash("sha256").update(user).digest("base64url"));
    const { scripts } = this.#connection;
    if (scripts.isAvailable) {
      try {
        return await this.#connection.run(effect, (call) => script.run(call, [key], args));
      } catch (error) {
        if (!hasCode(error, "ERR_SCRIPTS_FORBIDDEN")) throw error;
        scripts.refuse();
      }
    }
    return this.#connection.run(effect, (call) => commands(call, key, args));
  }
}

/**
 * Returns the remaining lifetime in ms, at least 1. A relative time, since the clocks of this server and of Redis may
 * differ.
 */
function lifetimeOf(expiresAt: number): number {
  return Math.max(1, Math.ceil(expiresAt - Date.now()));
}

function memberOf({ login, storageId }: LoginEntry): string {
  return `${String(login).padStart(LOGIN_DIGITS, "0")}:${storageId}`;
}

function entryOf(user: string, member: string): LoginEntry {
  return {
    user,
    storageId: member.slice(LOGIN_DIGITS + 1),
    login: Number(member.slice(0, LOGIN_DIGITS)),
  };
}
