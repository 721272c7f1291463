import { describe } from "../internal/validation.js";
import type { RequestSession } from "./request-session.js";
import type { RequestSource } from "./request-source.js";

/**
 * Names the method by which an integration gives a request its session. A registered symbol, so that the ESM and the
 * CommonJS copy of this package agree.
 */
export const BIND: unique symbol = Symbol.for("sessionary:bind");

/** Sessions of `createSessions`, as an integration uses them. */
export interface SessionBinder {
  /**
   * Gives a request its session, which `sessions.get(context)` loads.
   * @param context the object that handlers pass to `sessions.get`.
   * @param toError converts an error for the framework.
   */
  [BIND](
    context: object,
    source: () => RequestSource,
    toError?: (error: unknown) => unknown,
  ): RequestSession<object>;
}

/** @throws TypeError if a value is not what `createSessions` returned. */
export function assertSessions(integration: string, sessions: unknown): asserts sessions is SessionBinder {
  if (typeof sessions === "object" && sessions !== null && BIND in sessions) return;
  throw new TypeError(
    `${integration} requires what createSessions() returned; received ${describe(sessions)}`,
  );
}
