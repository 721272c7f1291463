import type { SessionEntry } from "../store.js";

/** The `cookie` field of a stored session, as express-session and @fastify/session write it. */
export type CookieData = Record<string, unknown>;

const isText = (value: unknown): value is string => typeof value === "string";
const isFlag = (value: unknown) => typeof value === "boolean";
const isDate = (value: unknown) => value === false || (isText(value) && !Number.isNaN(Date.parse(value)));

const isOneOf = (words: string[]) => (value: unknown) => isText(value) && words.includes(value.toLowerCase());
const isSameSite = isOneOf(["lax", "strict", "none"]);
const isPriority = isOneOf(["low", "medium", "high"]);

/** What a Set-Cookie header can carry (RFC 6265, section 4.1.1; RFC 1034, section 3.5, for a domain's labels). */
const PATH = /^[ -:=-~]*$/;
const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const DOMAIN = new RegExp(`^\\.?${LABEL}(?:\\.${LABEL})*$`, "i");

const ATTRIBUTES: Record<string, (value: unknown) => boolean> = {
  originalMaxAge: (value) => value === false || Number.isFinite(value), // false: after `cookie.expires = false`
  expires: isDate,
  originalExpires: isDate,
  httpOnly: isFlag,
  secure: (value) => isFlag(value) || value === "auto",
  partitioned: isFlag,
  sameSite: (value) => isFlag(value) || isSameSite(value),
  path: (value) => isText(value) && PATH.test(value),
  domain: (value) => value === "" || (isText(value) && DOMAIN.test(value)),
  priority: isPriority,
};

/** These are accessors and methods of the frameworks' cookies: data under such a name would break them. */
const RESERVED = ["maxAge", "data", "serialize", "toJSON", "_expires"];

/** Whether the frameworks can make their cookie of it. */
export function isCookieData(value: unknown): value is CookieData {
  return isAttributes(value) && wrongAttribute(value) === undefined;
}

/** @throws TypeError naming an attribute with which the session would be a miss when it is read again. */
export function checkCookie(entry: SessionEntry): void {
  const wrong = wrongAttribute(entry.data.cookie as CookieData);
  if (wrong !== undefined) {
    throw new TypeError(`session.cookie.${wrong} is not valid: the session could not be read again`);
  }
}

/** An attribute that is unknown here may be new. */
function wrongAttribute(cookie: CookieData): string | undefined {
  return Object.keys(cookie).find((name) => {
    const attribute = cookie[name];
    if (RESERVED.includes(name)) return true;
    if (attribute === null || attribute === undefined) return false;
    const fits = Object.hasOwn(ATTRIBUTES, name) ? ATTRIBUTES[name] : undefined;
    return fits ? !fits(attribute) : typeof attribute === "object";
  });
}

function isAttributes(value: unknown): value is CookieData {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A session's cookie as data. A plain object may say `maxAge`, which the frameworks' own turn into dates. */
export function toCookieData(cookie: unknown): CookieData {
  if (!isAttributes(cookie)) throw new TypeError("session.cookie must be a cookie object");
  const { toJSON } = cookie;
  if (typeof toJSON === "function") return (toJSON as () => CookieData).call(cookie);
  const { maxAge, ...plain } = cookie;
  if (maxAge === undefined || maxAge === null) return plain;
  if (typeof maxAge !== "number" || !Number.isFinite(maxAge))
    throw new TypeError("session.cookie.maxAge must be a number of milliseconds");
  return { ...plain, originalMaxAge: maxAge, expires: new Date(Date.now() + maxAge) };
}

/** When the cookie ends, in epoch milliseconds, or `undefined` when it ends with the browser. */
export function expiryOf(cookie: CookieData): number | undefined {
  const { expires } = cookie;
  if (expires === undefined || expires === null || expires === false) return undefined;
  const time = expires instanceof Date ? expires.getTime() : Date.parse(expires as string);
  if (Number.isNaN(time)) throw new TypeError("session.cookie.expires must be a date");
  return time;
}

/** The last year that a cookie can name (RFC 6265, section 5.1.1, takes four digits). */
const LAST_COOKIE_DATE = Date.UTC(9999, 11, 31);

/** Whether this is a moment to go by. A key without an expiry, as another writer may leave one, has none. */
export function isEnd(expiresAt: number): boolean {
  return expiresAt <= LAST_COOKIE_DATE;
}

/**
 * The cookie with its dates set to the session's real end. What is stored may be long past: a touch
 * moves the store's expiry and leaves the text.
 */
export function withExpiry(cookie: CookieData, expiresAt: number): CookieData {
  const { originalExpires: _, ...rest } = cookie;
  if (expiryOf(cookie) === undefined) return rest;
  if (!isEnd(expiresAt)) {
    delete rest.expires;
    return rest;
  }
  return { ...rest, expires: new Date(expiresAt).toISOString() };
}

/**
 * Each time express-session moves a cookie's expiry it takes `originalMaxAge` from the clock anew, and so may
 * lose a millisecond, or as many as the process was held up in between. Nobody means a change so small.
 */
const CLOCK_SLACK_MS = 100;

/** Whether two cookies are the same but for their dates. */
export function sameAttributes(a: CookieData, b: CookieData): boolean {
  return changedAttributes(a, b).length === 0;
}

/** The names of what differs between two cookies, their dates aside. */
export function changedAttributes(a: CookieData, b: CookieData): string[] {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].filter((name) => !sameAttribute(name, a[name], b[name]));
}

function sameAttribute(name: string, a: unknown, b: unknown): boolean {
  if (name === "originalExpires") return true;
  if (name === "expires") return Boolean(a) === Boolean(b);
  if (name === "originalMaxAge" && typeof a === "number" && typeof b === "number")
    return Math.abs(a - b) < CLOCK_SLACK_MS;
  return (a ?? null) === (b ?? null);
}
