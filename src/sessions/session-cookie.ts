import { type CheckedCookieOptions, type CookieOptions, checkCookieOptions } from "./cookie-options.js";
import { findCookie } from "./find-cookie.js";
import { isOwnId } from "./session-ids.js";
import { signedId } from "./signed-ids.js";

/** A session cookie that a client sent. */
export interface ReceivedCookie {
  /** Value of the cookie as the client sent it. */
  readonly value: string;
  readonly id: string;
  /** True if express-session or @fastify/session created it. */
  readonly isSigned: boolean;
}

const PREFIX = /^__(?:Host|Secure)-/i;

/** Reads and writes the session cookie. */
export class SessionCookie {
  readonly #options: CheckedCookieOptions;
  readonly #secure: { name: string; attributes: string };
  readonly #insecure: { name: string; attributes: string };

  /** @throws TypeError if an option is invalid. */
  constructor(options: CookieOptions = {}) {
    this.#options = checkCookieOptions(options);
    this.#secure = { name: this.#options.name, attributes: attributesOf(this.#options, true) };
    // Browsers reject the prefix without Secure.
    const name = this.#options.name.replace(PREFIX, "");
    this.#insecure = { name, attributes: attributesOf(this.#options, false) };
  }

  /** True if the cookie of a request is `Secure`. @param isLocal Returns true for plain http on a loopback host. */
  isSecure(isLocal: () => boolean): boolean {
    return this.#options.secure ?? !isLocal();
  }

  /** Returns the first session cookie with a well-formed id, or undefined if there is none. */
  read(header: string, isSecure: boolean): ReceivedCookie | undefined {
    return findCookie(header, this.#form(isSecure).name, this.#receive);
  }

  /** Returns a `Set-Cookie` header. @param expiresAt Expiry of the session. */
  set(value: string, isSecure: boolean, expiresAt: number): string {
    const { name, attributes } = this.#form(isSecure);
    if (!this.#options.persistent) return `${name}=${value}${attributes}`;
    const maxAge = Math.max(0, Math.ceil((expiresAt - Date.now()) / 1_000));
    return `${name}=${value}; Max-Age=${maxAge}${attributes}`;
  }

  /** Returns a `Set-Cookie` header that removes the cookie. */
  remove(isSecure: boolean): string {
    const { name, attributes } = this.#form(isSecure);
    return `${name}=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT${attributes}`;
  }

  /** True if the cookie has an expiry, so that it has to be sent again when the session's expiry changes. */
  get isPersistent(): boolean {
    return this.#options.persistent;
  }

  #form(isSecure: boolean) {
    return isSecure ? this.#secure : this.#insecure;
  }

  #receive = (value: string): ReceivedCookie | undefined => {
    if (isOwnId(value)) return { value, id: value, isSigned: false };
    if (this.#options.signedWith.length === 0) return undefined;
    const id = signedId(value, this.#options.signedWith);
    return id === undefined ? undefined : { value, id, isSigned: true };
  };
}

function attributesOf(options: CheckedCookieOptions, isSecure: boolean): string {
  const { path, domain, sameSite, partitioned, priority } = options;
  // Browsers reject SameSite=None and Partitioned without Secure.
  const site = sameSite === "none" && !isSecure ? "lax" : sameSite;
  return [
    ...(domain === undefined ? [] : [`; Domain=${domain}`]),
    `; Path=${path}; HttpOnly`,
    ...(isSecure ? ["; Secure"] : []),
    `; SameSite=${capitalized(site)}`,
    ...(partitioned && isSecure ? ["; Partitioned"] : []),
    ...(priority === undefined ? [] : [`; Priority=${capitalized(priority)}`]),
  ].join("");
}

function capitalized(word: string): string {
  return word[0]!.toUpperCase() + word.slice(1);
}
