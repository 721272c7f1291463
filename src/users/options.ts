import { durationMs, functionOption, oneOf, positiveInteger } from "../internal/validation.js";
import type { SessionData } from "../store.js";

/** Identifies a user. The number `1`, the bigint `1n` and the string `"1"` are the same user. */
export type UserId = string | number | bigint;

/** Return type of `userIdOf`. It is `unknown` for untyped session data, whose fields have the type `unknown`. */
export type UserIdOf<T extends object> = string extends keyof T ? unknown : UserId | null | undefined;

/**
 * Options for users and lifetimes, which `createStore` and `withUsers` accept. With any of them, a call takes several
 * steps: a write first copies its data as JSON, and waits for earlier calls on the same session.
 */
export interface UserOptions<T extends object = SessionData> {
  /**
   * Returns the user id of a session, such as `(data) => data.userId`, or `undefined` or an empty string for an
   * anonymous session. With this option the store keeps an index of each user's sessions.
   */
  userIdOf?: (data: T) => UserIdOf<T>;
  /** Maximum number of sessions that one user may have. Requires `userIdOf`. @default no limit */
  maxPerUser?: number;
  /**
   * Behavior of a login above `maxPerUser`: it destroys the user's oldest sessions by login time, or it rejects with
   * `SessionLimitError`.
   * @default "destroy-oldest"
   */
  onLimit?: "destroy-oldest" | "reject";
  /**
   * Maximum lifetime of a session from its creation, in milliseconds, even if it is used. A login counts as a
   * creation.
   * @default no limit
   */
  absoluteTimeoutMs?: number;
  /**
   * True to store each session under a digest of its id, so that nobody can open a session with the stored data.
   * Sessions that are stored under their plain id are still found. `ids()` yields digests.
   * @default false
   */
  hashIds?: boolean;
}

export const USER_OPTIONS = ["userIdOf", "maxPerUser", "onLimit", "absoluteTimeoutMs", "hashIds"];

/**
 * Returns a function that returns the user of session data, or `undefined` for an anonymous session. Without
 * `userIdOf`, all sessions are anonymous.
 */
export function userReader<T extends object>({ userIdOf }: UserOptions<T>): (data: T) => string | undefined {
  if (userIdOf === undefined) return () => undefined;
  return (data) => {
    const returned = userIdOf(data) as unknown;
    const user = asText(returned ?? "");
    if (user === undefined) {
      throw new TypeError(
        `userIdOf must return a string, number or bigint, or undefined for anonymous sessions; received ${received(returned)}`,
      );
    }
    return user === "" ? undefined : user;
  };
}

/** Returns a user id as text. Throws a TypeError if it is not a user id. */
export function userIdText(userId: UserId): string {
  const user = asText(userId);
  if (user !== undefined && user !== "") return user;
  throw new TypeError(
    `userId must be a string that is not empty, a number or a bigint; received ${received(userId)}`,
  );
}

/** Returns a user id as text, or `undefined` for a value of another type. */
function asText(userId: unknown): string | undefined {
  if (typeof userId === "string") return userId;
  if (typeof userId === "bigint" || Number.isFinite(userId)) return String(userId);
  return undefined;
}

/** Describes a value that is not a user id for an error message, without its content. */
function received(value: unknown): string {
  if (value === "") return "an empty string";
  if (value === undefined || value === null || typeof value === "number") return String(value);
  return Array.isArray(value) ? "an array" : `${typeof value === "object" ? "an" : "a"} ${typeof value}`;
}

const CENTURY_MS = 3_155_760_000_000;

/**
 * Returns the options.
 * @throws TypeError that names the invalid option and the accepted values.
 */
export function checkUserOptions<T extends object>(options: UserOptions<T>): UserOptions<T> {
  const { userIdOf, maxPerUser, onLimit, absoluteTimeoutMs, hashIds } = options;
  if (userIdOf !== undefined) functionOption("userIdOf", userIdOf);
  if (maxPerUser !== undefined) {
    positiveInteger("maxPerUser", maxPerUser);
    if (userIdOf === undefined)
      throw new TypeError("maxPerUser requires userIdOf, which returns the user of a session");
  }
  if (onLimit !== undefined) oneOf("onLimit", onLimit, ["destroy-oldest", "reject"]);
  if (absoluteTimeoutMs !== undefined)
    durationMs("absoluteTimeoutMs", absoluteTimeoutMs, { max: CENTURY_MS });
  if (hashIds !== undefined && typeof hashIds !== "boolean")
    throw new TypeError(`hashIds must be true or false; received ${received(hashIds)}`);
  return options;
}
