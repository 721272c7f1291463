import type { Context, Middleware } from "koa";
import { BIND, type SessionBinder, assertSessions } from "./bind.js";
import { statusOf } from "./failure-response.js";
import { isStreamedBody, saveAtEnd } from "./late-save.js";
import { type Head, headOf, restoreHeaders } from "./node-response.js";
import { nodeSource } from "./request-source.js";
import type { RequestSession } from "./request-session.js";

/**
 * Returns a Koa middleware for `createSessions`. `sessions.get(ctx)` returns the session of a request, and the
 * middleware saves it before the response is sent. If the session cannot be loaded or saved, the middleware throws
 * the error, and Koa responds with 503. If the session cannot be saved, headers that were set after it was loaded are
 * removed.
 *
 * With `ctx.respond = false` Koa does not send the response, so call `session.save()` yourself.
 * @param sessions Sessions that `createSessions` returned.
 * @example
 * app.use(koaSessions(sessions));
 * app.use(async (ctx) => {
 *   ctx.body = (await sessions.get(ctx)).data;
 * });
 */
export function koaSessions(sessions: SessionBinder): Middleware {
  assertSessions("koaSessions", sessions);
  return async (ctx, next) => {
    let head: Head | undefined;
    const source = () => {
      head = headOf(ctx.res);
      return nodeSource(ctx.req);
    };
    const session = sessions[BIND](ctx, source);
    const restore = (error: unknown): never => {
      if (head !== undefined && !ctx.headerSent) restoreHeaders(ctx.res, head);
      throw error;
    };
    try {
      await next();
    } catch (error) {
      await commitThrown(session, error).catch(restore);
      throw error;
    }
    await commit(session, ctx).catch(restore);
  };
}

async function commit(session: RequestSession<object>, ctx: Context): Promise<void> {
  if (ctx.headerSent || ctx.respond === false) return void (await session.commitLate());
  const setCookie = await session.commit(ctx.status);
  if (setCookie !== undefined) ctx.append("set-cookie", setCookie);
  if (isStreamedBody(ctx.body)) saveAtEnd(ctx.res, session);
}

/**
 * Saves the session of a request whose handler threw an error. Adds the cookie to the headers of the error, which Koa
 * sends.
 */
async function commitThrown(session: RequestSession<object>, error: unknown): Promise<void> {
  const setCookie = await session.commit(statusOf(error));
  if (setCookie === undefined || typeof error !== "object" || error === null) return;
  const thrown = error as { headers?: Record<string, unknown> };
  thrown.headers = { ...thrown.headers, "set-cookie": setCookie };
}
