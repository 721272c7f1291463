import { durationMs, functionOption, oneOf, positiveInteger } from "../internal/validation.js";
import type { SessionData } from "../store.js";

/** Return type of `userIdOf`; `unknown` for untyped session data, whose fields have no type to check. */
export type UserIdOf<T extends object> = string extends keyof T ? unknown : string | undefined;

/**
 * Whose sessions these are, how many one user may have, and how long any may live. Both stores take them.
 * With any of them a write waits for a read, so its data goes through JSON before the codec has it.
 */
export interface UserOptions<T extends object = SessionData> {
  /**
   * Whose session this is, from its data: `(data) => data.userId`; `undefined` for an anonymous one.
   * It keeps an index, which `listByUser` and the like need.
   */
  userIdOf?: (data: T) => UserIdOf<T>;
  /** The most sessions that one user may have at a time. It takes `userIdOf`. @default no limit */
  maxPerUser?: number;
  /**
   * What a login above `maxPerUser` does: ends the session whose login was first, or fails with `SessionLimitError`.
   * @default "destroy-oldest"
   */
  overflow?: "destroy-oldest" | "reject";
  /** How long a session lives at most, from its creation, however often it is used. @default no limit */
  absoluteTimeoutMs?: number;
  /**
   * Keeps a digest of each id in its place, so that what is stored opens no session. Sessions that are
   * stored under their plain id are still found. `ids()` then gives digests.
   * @default false
   */
  hashIds?: boolean;
}

export const USER_OPTIONS = ["userIdOf", "maxPerUser", "overflow", "absoluteTimeoutMs", "hashIds"];

/**
 * Whose session some data makes it, by the option; nobody's without it.
 * @throws TypeError when it gives no string: another store would not find it under the same.
 */
export function userOf<T extends object>({ userIdOf }: UserOptions<T>): (data: T) => string | undefined {
  if (userIdOf === undefined) return () => undefined;
  return (data) => {
    const user: unknown = userIdOf(data) ?? "";
    if (typeof user !== "string") throw new TypeError("userIdOf must give a string or undefined");
    return user === "" ? undefined : user;
  };
}

const CENTURY_MS = 3_155_760_000_000;

/** @throws TypeError naming the option and what it takes. */
export function checkUserOptions<T extends object>(options: UserOptions<T>): UserOptions<T> {
  const { userIdOf, maxPerUser, overflow, absoluteTimeoutMs, hashIds } = options;
  if (userIdOf !== undefined) functionOption("userIdOf", userIdOf);
  if (maxPerUser !== undefined) {
    positiveInteger("maxPerUser", maxPerUser);
    if (userIdOf === undefined)
      throw new TypeError("maxPerUser takes userIdOf, which tells whose a session is");
  }
  if (overflow !== undefined) oneOf("overflow", overflow, ["destroy-oldest", "reject"]);
  if (absoluteTimeoutMs !== undefined)
    durationMs("absoluteTimeoutMs", absoluteTimeoutMs, { max: CENTURY_MS });
  if (hashIds !== undefined && typeof hashIds !== "boolean")
    throw new TypeError("hashIds must be true or false");
  return options;
}
