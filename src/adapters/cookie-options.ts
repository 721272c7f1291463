import { warnIfSeconds } from "../internal/warn-once.js";

/** Options of a session cookie that determine whether browsers accept it. */
interface CookieOptions {
  readonly secure?: unknown;
  readonly sameSite?: unknown;
  readonly partitioned?: unknown;
  readonly path?: unknown;
  readonly domain?: unknown;
  readonly maxAge?: unknown;
}

/**
 * Checks the options of a session cookie.
 * @param serialize Serializes a cookie as the framework does.
 * @throws TypeError if no session could work with these options, because browsers would reject the cookie, or it
 *   cannot be sent.
 */
export function checkCookieOptions(
  preset: string,
  name: string,
  options: CookieOptions,
  serialize: () => unknown,
): void {
  const { secure, sameSite, partitioned, path = "/", domain, maxAge } = options;
  const refuse = (message: string) => {
    throw new TypeError(`${preset}: ${message}`);
  };
  if (typeof path === "string" && !path.startsWith("/"))
    refuse('cookie.path must begin with "/": no request would have a session');
  if (typeof maxAge === "number" && !(maxAge > 0))
    refuse(`cookie.maxAge must be a positive number; received ${maxAge}`);
  warnIfSeconds("cookie.maxAge", maxAge);
  if (!secure) {
    const remedy = 'without secure: set cookie.secure to true or "auto"';
    if (typeof sameSite === "string" && sameSite.toLowerCase() === "none")
      refuse(`browsers refuse a cookie with sameSite "none" ${remedy}`);
    if (partitioned) refuse(`browsers refuse a partitioned cookie ${remedy}`);
    if (/^__(?:host|secure)-/i.test(name)) refuse(`browsers refuse a cookie named ${name} ${remedy}`);
  }
  if (/^__host-/i.test(name) && ((domain ?? "") !== "" || path !== "/"))
    refuse(`browsers refuse a cookie named ${name} with a domain, or with another path than "/"`);
  try {
    serialize();
  } catch (error) {
    refuse(`a cookie with these options cannot be sent: ${(error as Error).message}`);
  }
}
