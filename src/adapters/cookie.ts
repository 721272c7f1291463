import { DOMAIN_NAME } from "../internal/domain-name.js";

/** The `cookie` field of a session, as express-session and @fastify/session write it. */
export type CookieData = Record<string, unknown>;

const isText = (value: unknown): value is string => typeof value === "string";
const isFlag = (value: unknown) => typeof value === "boolean";
const isDate = (value: unknown) => value === false || (isText(value) && !Number.isNaN(Date.parse(value)));
const isOneOf = (value: unknown, words: string[]) => isText(value) && words.includes(value.toLowerCase());

/** Characters that a Set-Cookie header accepts (RFC 6265, section 4.1.1). */
const PATH = /^[ -:=-~]*$/;

const ATTRIBUTES: Record<string, (value: unknown) => boolean> = {
  originalMaxAge: (value) => value === false || Number.isFinite(value), // false: after `cookie.expires = false`
  expires: isDate,
  originalExpires: isDate,
  httpOnly: isFlag,
  secure: (value) => isFlag(value) || value === "auto",
  partitioned: isFlag,
  sameSite: (value) => isFlag(value) || isOneOf(value, ["lax", "strict", "none"]),
  path: (value) => isText(value) && PATH.test(value),
  domain: (value) => value === "" || (isText(value) && DOMAIN_NAME.test(value)),
  priority: (value) => isOneOf(value, ["low", "medium", "high"]),
};

/** Accessors and methods of the frameworks' cookies. A stored attribute with such a name would break them. */
const RESERVED = ["maxAge", "data", "serialize", "toJSON", "_expires"];

/** Throws a TypeError that names an attribute with which the session could not be read again. */
export function checkCookie(cookie: CookieData): void {
  const name = invalidAttribute(cookie);
  if (name !== undefined) {
    throw new TypeError(`session.cookie.${name} is not valid: the session could not be read again`);
  }
}

/** Returns the name of an attribute that the frameworks cannot read, or undefined if there is none. */
export function invalidAttribute(cookie: CookieData): string | undefined {
  return Object.keys(cookie).find((name) => {
    const attribute = cookie[name];
    if (RESERVED.includes(name)) return true;
    if (attribute === null || attribute === undefined) return false;
    const isValid = Object.hasOwn(ATTRIBUTES, name) ? ATTRIBUTES[name] : undefined;
    return isValid ? !isValid(attribute) : typeof attribute === "object"; // an unknown attribute may come from a newer version
  });
}

export function isAttributes(value: unknown): value is CookieData {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const FLAGS = ["httpOnly", "secure", "partitioned"];
const EMPTY_MEANS_NONE = ["sameSite", "priority", "expires"];

/**
 * Returns a cookie whose values have the types that the frameworks write, since they also accept `secure: 1` or
 * `sameSite: ""`.
 */
export function normalizeCookie(cookie: CookieData): CookieData {
  const normalized = { ...cookie };
  for (const name of FLAGS) {
    const flag = cookie[name];
    if (flag === undefined || flag === null || typeof flag === "boolean" || flag === "auto") continue;
    normalized[name] = Boolean(flag);
  }
  for (const name of EMPTY_MEANS_NONE) if (cookie[name] === "" || cookie[name] === 0) normalized[name] = null;
  return normalized;
}

/**
 * Returns the cookie of a session as data. A plain object may have `maxAge` instead of dates, and `expires` in epoch
 * milliseconds. `expires` takes precedence, as in the MemoryStore of express-session and in connect-redis, unless the
 * object was loaded from the store, which writes no `maxAge`.
 * @throws TypeError if it is not an object, or its `maxAge` is not a number.
 */
export function toCookieData(cookie: unknown, isLoaded = false): CookieData {
  if (!isAttributes(cookie)) throw new TypeError("session.cookie must be a cookie object");
  const { toJSON } = cookie;
  if (typeof toJSON === "function") return normalizeCookie((toJSON as () => CookieData).call(cookie));
  const { maxAge, ...plain } = cookie;
  const normalized = normalizeCookie(plain);
  if (typeof normalized.expires === "number") normalized.expires = new Date(normalized.expires);
  if (maxAge === undefined || maxAge === null || (normalized.expires && !isLoaded)) return normalized;
  if (typeof maxAge !== "number" || !Number.isFinite(maxAge))
    throw new TypeError("session.cookie.maxAge must be a number of milliseconds");
  return { ...normalized, originalMaxAge: maxAge, expires: new Date(Date.now() + maxAge) };
}

/** Returns the expiry of a cookie in epoch milliseconds, or undefined if it ends with the browser session. */
export function expiryOf(cookie: CookieData): number | undefined {
  const { expires } = cookie;
  if (expires === undefined || expires === null || expires === false) return undefined;
  const time = expires instanceof Date ? expires.getTime() : Date.parse(expires as string);
  if (Number.isNaN(time)) throw new TypeError("session.cookie.expires must be a date");
  return time;
}

/**
 * Maximum difference between two values of `originalMaxAge` that count as equal. Each time express-session extends
 * the expiry of a cookie, it computes `originalMaxAge` from the clock, and may lose some milliseconds if the process
 * is busy.
 */
export const CLOCK_SLACK_MS = 100;

/** True if both values of an attribute are the same. */
export function sameAttribute(name: string, a: unknown, b: unknown): boolean {
  if (name === "originalMaxAge" && typeof a === "number" && typeof b === "number")
    return Math.abs(a - b) < CLOCK_SLACK_MS;
  return (a ?? null) === (b ?? null);
}
