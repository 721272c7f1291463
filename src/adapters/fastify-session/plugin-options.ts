import type { FastifySessionOptions } from "@fastify/session";
import type { RegisterOptions } from "fastify";
import type { SessionStore } from "../../store.js";
import type { AdapterOptions } from "../options.js";

/** @fastify/session's options, with any `SessionStore` as the store, and the adapter's. */
export interface SessionaryFastifyOptions extends Omit<FastifySessionOptions, "store">, AdapterOptions {
  store: SessionStore<object>;
  /**
   * True to store a session for a request that put nothing into it. @fastify/session's own default
   * is true, which makes a record for each request without a cookie.
   * @default false
   */
  saveUninitialized?: boolean;
}

/** All that the plugin can be registered with: the type makes an option that one of them gets be named here. */
const OPTIONS: Record<keyof SessionaryFastifyOptions | keyof RegisterOptions, true> = {
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
export const PLUGIN_OPTIONS = Object.keys(OPTIONS);
