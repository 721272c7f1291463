import { optionHint } from "../internal/option-hints.js";

const IDLE = "use idleTimeoutMs, in milliseconds";
const CHANGED = "remove it: a session is stored when it has data, and saved when it has changed";
const UNSIGNED =
  "remove it: ids are random and not signed. cookie.signedWith accepts cookies that were signed";
const RANDOM = "remove it: ids are 192 random bits";
const COOKIE_NAME = "use cookie: { name }";
const PROXY = "remove it: the cookie is Secure on every host except loopback, with or without a proxy";

/** Hints for options of express-session, @fastify/session, koa-session and iron-session. */
const HINTS: Record<string, string> = {
  secret: UNSIGNED,
  secrets: UNSIGNED,
  keys: UNSIGNED,
  signed: UNSIGNED,
  password: UNSIGNED,
  maxAge: IDLE,
  expires: IDLE,
  ttl: IDLE,
  ttlMs: IDLE,
  rolling: "remove it: each use extends the expiry by idleTimeoutMs",
  resave: CHANGED,
  saveUninitialized: CHANGED,
  genid: RANDOM,
  idGenerator: RANDOM,
  genId: RANDOM,
  hashIds: "remove it: only digests of ids are stored",
  httpOnly: "remove it: the cookie is always HttpOnly",
  name: COOKIE_NAME,
  key: COOKIE_NAME,
  cookieName: COOKIE_NAME,
  cookieOptions: "use cookie",
  proxy: PROXY,
  trustProxy: PROXY,
};

/** Returns a hint for an option that `createSessions` or its cookie does not accept, or undefined if there is none. */
export function hintOf(name: string, accepted: readonly string[]): string | undefined {
  return Object.hasOwn(HINTS, name) ? HINTS[name] : optionHint(name, accepted);
}
