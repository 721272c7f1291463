import type {} from "@fastify/cookie";
import type { FastifySessionOptions } from "@fastify/session";
import type { FastifyInstance, RegisterOptions } from "fastify";
import { knownOptions } from "../../internal/validation.js";
import type { SessionStore } from "../../store.js";
import { checkCookieOptions } from "../cookie-options.js";
import { type AdapterOptions, checkAdapterPlace } from "../options.js";
import { FastifyStore } from "./fastify-store.js";

/** Options of the plugin: those of @fastify/session, with a different type of `store`, and those of `fastifyStore`. */
export interface SessionaryFastifySessionOptions
  extends Omit<FastifySessionOptions, "store">, AdapterOptions {
  /**
   * URL such as `"redis://localhost:6379"`, any `SessionStore`, or an adapter that `fastifyStore()` returned. The
   * plugin closes the store of a URL when the app is closed.
   */
  store: SessionStore<object> | FastifyStore | string;
  /**
   * True to store a session and set a cookie for every visitor, even if the session has no data.
   * @default false
   */
  saveUninitialized?: boolean;
}

/** Accepted options. The type requires each option of @fastify/session and of `register`. */
const OPTIONS: Record<keyof SessionaryFastifySessionOptions | keyof RegisterOptions, true> = {
  store: true,
  onConflict: true,
  touchAfterMs: true,
  ttlMs: true,
  secret: true,
  algorithm: true,
  cookieName: true,
  cookie: true,
  cookiePrefix: true,
  saveUninitialized: true,
  rolling: true,
  idGenerator: true,
  prefix: true,
  logLevel: true,
  logSerializers: true,
};

/** Throws a TypeError if an option is unknown, or no session could work with it. */
export function checkPluginOptions(options: SessionaryFastifySessionOptions): void {
  knownOptions("sessionaryFastifySession", options, Object.keys(OPTIONS));
  if (options.store instanceof FastifyStore)
    checkAdapterPlace("sessionaryFastifySession", "fastifyStore", options);
}

/**
 * Throws a TypeError if no session could work with the cookie options.
 * @param app App with @fastify/cookie.
 */
export function checkPluginCookie(app: FastifyInstance, options: SessionaryFastifySessionOptions): void {
  const { cookie = {}, cookieName = "sessionId" } = options;
  const { maxAge: _, secure = true, ...sent } = cookie;
  checkCookieOptions("sessionaryFastifySession", cookieName, { ...cookie, secure }, () =>
    app.serializeCookie(cookieName, "value", { ...sent, secure: Boolean(secure) }),
  );
}
