import { describe } from "../internal/validation.js";
import type { RequestSession } from "./request-session.js";
import type { RequestSource } from "./request-source.js";

/**
 * Name of the method by which an integration connects a request with its session. Registered, so that the ESM and the
 * CommonJS copy of this package use the same symbol.
 */
export const BIND: unique symbol = Symbol.for("sessionary:bind");

/** The integrations and what their handlers pass to `sessions.get`, for error messages. */
export const INTEGRATIONS =
  "sessionaryFastify of sessionary/fastify, and sessions.get(request), for Fastify; " +
  "koaSessions of sessionary/koa, and sessions.get(ctx), for Koa; " +
  "honoSessions of sessionary/hono, and sessions.get(c), for Hono";

/** The part of `Sessions` that an integration uses. */
export interface SessionBinder {
  /**
   * Connects a request with its session, which `sessions.get(context)` loads.
   * @param context The object that handlers pass to `sessions.get`.
   * @param toError Converts an error for the framework.
   * @param alias Another object of the same request that handlers may pass to `sessions.get`.
   */
  [BIND](
    context: object,
    source: () => RequestSource,
    toError?: (error: unknown) => unknown,
    alias?: object,
  ): RequestSession<object>;
}

/** Throws a TypeError if a value was not returned by `createSessions`. */
export function assertSessions(integration: string, sessions: unknown): asserts sessions is SessionBinder {
  if (typeof sessions === "object" && sessions !== null && BIND in sessions) return;
  throw new TypeError(
    `${integration} requires what createSessions() returned; received ${describe(sessions)}`,
  );
}
