import { DOMAIN_NAME } from "../internal/domain-name.js";
import { describe, knownOptions, oneOf } from "../internal/validation.js";
import { hintOf } from "./option-hints.js";

/** Options for the session cookie. It is always `HttpOnly`. */
export interface CookieOptions {
  /**
   * Name of the cookie. A prefix `__Host-` or `__Secure-` is removed if the cookie cannot be `Secure`.
   * @default "__Host-session", or "session" with `domain`, another `path`, or `secure: false`
   */
  name?: string;
  /** @default "/" */
  path?: string;
  /** Domain of the cookie. Its subdomains also receive the cookie. @default only the host itself */
  domain?: string;
  /** @default "lax" */
  sameSite?: "lax" | "strict" | "none";
  /** @default true, except for plain http on a loopback host such as `localhost` */
  secure?: boolean;
  /** True for a separate cookie in each top-level site that embeds your site. @default false */
  partitioned?: boolean;
  /** Hint of which cookies a browser removes first when there are too many; Chromium reads it. */
  priority?: "low" | "medium" | "high";
  /**
   * True for a cookie that lives as long as the session, false for one that ends with the browser session. @default
   * true
   */
  persistent?: boolean;
  /**
   * Secrets of express-session or @fastify/session, to accept cookies that these packages signed. Requires `name`,
   * the name of that cookie.
   */
  signedWith?: readonly string[];
}

/** Checked options with their defaults. */
export interface CheckedCookieOptions {
  name: string;
  path: string;
  domain: string | undefined;
  sameSite: "lax" | "strict" | "none";
  /** Undefined if it depends on the request. */
  secure: boolean | undefined;
  partitioned: boolean;
  priority: "low" | "medium" | "high" | undefined;
  persistent: boolean;
  signedWith: readonly string[];
}

const COOKIE_OPTIONS = [
  "name",
  "path",
  "domain",
  "sameSite",
  "secure",
  "partitioned",
  "priority",
  "persistent",
  "signedWith",
] as const satisfies (keyof CookieOptions)[];

/** Characters of a token (RFC 9110, section 5.6.2). */
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
/** Characters of an attribute value (RFC 6265, section 4.1.1). */
const PATH = /^\/[ -:<-~]*$/;
const SECURE_DEFAULT = ". Leave it out for the default: true, except for plain http on localhost";

/**
 * Returns the options with their defaults.
 * @throws TypeError that names the invalid option and the accepted values.
 */
export function checkCookieOptions(options: CookieOptions): CheckedCookieOptions {
  knownOptions("cookie", options, COOKIE_OPTIONS, hintOf);
  const { path = "/", domain, sameSite = "lax", secure, partitioned = false } = options;
  const { priority, persistent = true, signedWith } = options;
  text("cookie.path", path, PATH, 'a path that begins with "/"');
  if (domain !== undefined) text("cookie.domain", domain, DOMAIN_NAME, "a domain name");
  oneOf("cookie.sameSite", sameSite, ["lax", "strict", "none"]);
  if (secure !== undefined) flag("cookie.secure", secure, SECURE_DEFAULT);
  flag("cookie.partitioned", partitioned);
  flag("cookie.persistent", persistent);
  if (priority !== undefined) oneOf("cookie.priority", priority, ["low", "medium", "high"]);
  const isHostOnly = path === "/" && domain === undefined && secure !== false;
  const { name = isHostOnly ? "__Host-session" : "session" } = options;
  checkName(name, isHostOnly, secure !== false);
  if (secure === false && (sameSite === "none" || partitioned))
    throw new TypeError(
      `cookie.${partitioned ? "partitioned" : "sameSite"} requires Secure, which cookie.secure: false turns off`,
    );
  const secrets = signedWith === undefined ? [] : checkSecrets(signedWith, options.name);
  return { name, path, domain, sameSite, secure, partitioned, priority, persistent, signedWith: secrets };
}

function checkName(name: string, isHostOnly: boolean, isSecure: boolean): void {
  text("cookie.name", name, NAME, "a name of letters, digits and !#$%&'*+-.^_`|~");
  if (/^__Host-/i.test(name) && !isHostOnly)
    throw new TypeError('the prefix "__Host-" of cookie.name requires path "/", no domain, and Secure');
  if (/^__Secure-/i.test(name) && !isSecure)
    throw new TypeError('the prefix "__Secure-" of cookie.name requires Secure');
}

function checkSecrets(secrets: unknown, name: unknown): readonly string[] {
  const isSecret = (secret: unknown) => typeof secret === "string" && secret !== "";
  if (!Array.isArray(secrets) || secrets.length === 0 || !secrets.every(isSecret))
    throw new TypeError(
      "cookie.signedWith must be an array of the secrets that the cookies were signed with, each a string; " +
        `received ${Array.isArray(secrets) ? "an array with other values, or without any" : describe(secrets)}`,
    );
  if (name === undefined)
    throw new TypeError(
      "cookie.signedWith requires cookie.name, the name of the cookie that was signed: " +
        'by default "connect.sid" for express-session and "sessionId" for @fastify/session',
    );
  return [...(secrets as string[])];
}

function text(name: string, value: unknown, pattern: RegExp, accepted: string): void {
  if (typeof value === "string" && pattern.test(value)) return;
  throw new TypeError(`${name} must be ${accepted}; received ${describe(value)}`);
}

function flag(name: string, value: unknown, hint = ""): void {
  if (typeof value !== "boolean")
    throw new TypeError(`${name} must be true or false; received ${describe(value)}${hint}`);
}
