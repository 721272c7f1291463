import { type CheckedCookieOptions, type CookieOptions, checkCookieOptions } from "./cookie-options.js";
import { findCookie } from "./find-cookie.js";
import { warnIfInsecure } from "./insecure-request.js";
import type { RequestSource } from "./request-source.js";
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

interface CookieForm {
  readonly name: string;
  readonly attributes: string;
  readonly isSecure: boolean;
}

/** The session cookie of a server. */
export class SessionCookie {
  readonly #options: CheckedCookieOptions;
  readonly #secure: CookieForm;
  readonly #insecure: CookieForm;

  /** @throws TypeError if an option is invalid. */
  constructor(options: CookieOptions = {}) {
    this.#options = checkCookieOptions(options);
    this.#secure = {
      name: this.#options.name,
      attributes: attributesOf(this.#options, true),
      isSecure: true,
    };
    // Browsers reject the prefix without Secure.
    const name = this.#options.name.replace(PREFIX, "");
    this.#insecure = { name, attributes: attributesOf(this.#options, false), isSecure: false };
  }

  /** Returns the cookie as a request receives and sets it. */
  of(source: RequestSource): RequestCookie {
    const isSecure = this.#options.secure ?? !source.isLocal();
    return new RequestCookie(this.#options, isSecure ? this.#secure : this.#insecure, source);
  }
}

/** Reads and writes the session cookie of a request. */
export class RequestCookie {
  readonly #options: CheckedCookieOptions;
  readonly #form: CookieForm;
  readonly #source: RequestSource;

  constructor(options: CheckedCookieOptions, form: CookieForm, source: RequestSource) {
    this.#options = options;
    this.#form = form;
    this.#source = source;
  }

  /** Returns the first session cookie with a well-formed id, or undefined if there is none. */
  read(): ReceivedCookie | undefined {
    const { cookieHeader } = this.#source;
    if (cookieHeader === undefined) return undefined;
    return findCookie(cookieHeader, this.#form.name, (value) => this.#receive(value));
  }

  /** Returns a `Set-Cookie` header. @param expiresAt Expiry of the session. */
  set(value: string, expiresAt: number): string {
    const { name, attributes, isSecure } = this.#form;
    if (isSecure) warnIfInsecure(this.#source);
    if (!this.#options.persistent) return `${name}=${value}${attributes}`;
    const maxAge = Math.max(0, Math.ceil((expiresAt - Date.now()) / 1_000));
    return `${name}=${value}; Max-Age=${maxAge}${attributes}`;
  }

  /** Returns a `Set-Cookie` header that removes the cookie. */
  remove(): string {
    const { name, attributes } = this.#form;
    return `${name}=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT${attributes}`;
  }

  /** True if the cookie has an expiry, so that it has to be sent again when the session's expiry changes. */
  get isPersistent(): boolean {
    return this.#options.persistent;
  }

  #receive(value: string): ReceivedCookie | undefined {
    if (isOwnId(value)) return { value, id: value, isSigned: false };
    if (this.#options.signedWith.length === 0) return undefined;
    const id = signedId(value, this.#options.signedWith);
    return id === undefined ? undefined : { value, id, isSigned: true };
  }
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
