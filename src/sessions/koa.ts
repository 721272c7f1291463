import type { Context, Middleware } from "koa";
import { BIND, type SessionBinder, assertSessions } from "./bind.js";
import { statusOf } from "./failure-response.js";
import { saveAtEnd } from "./late-save.js";
import { nodeSource } from "./request-source.js";
import type { RequestSession } from "./request-session.js";

/**
 * Returns a Koa middleware that saves sessions: `sessions.get(ctx)` returns the session of a request, which is saved
 * before the response is sent. A session that cannot be loaded or saved is an error of the request, which Koa answers
 * with 503.
 *
 * With `ctx.respond = false` Koa does not send the response: call `session.save()` there.
 * @param sessions what `createSessions` returned.
 * @example
 * app.use(koaSessions(sessions));
 * app.use(async (ctx) => {
 *   ctx.body = (await sessions.get(ctx)).data;
 * });
 */
export function koaSessions(sessions: SessionBinder): Middleware {
  assertSessions("koaSessions", sessions);
  return async (ctx, next) => {
    const session = sessions[BIND](ctx, () => nodeSource(ctx.req));
    try {
      await next();
    } catch (error) {
      await commitThrown(session, error);
      throw error;
    }
    await commit(session, ctx);
  };
}

async function commit(session: RequestSession<object>, ctx: Context): Promise<void> {
  if (ctx.headerSent || ctx.respond === false) return void (await session.commitLate());
  const setCookie = await session.commit(ctx.status);
  if (setCookie !== undefined) ctx.append("set-cookie", setCookie);
  if (isStream(ctx.body)) saveAtEnd(ctx.res, session);
}

/** Saves the session of a request whose handler threw an error to refuse it. Koa sends the headers of the error. */
async function commitThrown(session: RequestSession<object>, error: unknown): Promise<void> {
  const setCookie = await session.commit(statusOf(error));
  if (setCookie === undefined || typeof error !== "object" || error === null) return;
  const thrown = error as { headers?: Record<string, unknown> };
  thrown.headers = { ...thrown.headers, "set-cookie": setCookie };
}

function isStream(body: unknown): boolean {
  return (
    typeof body === "object" &&
    body !== null &&
    ("pipe" in body || "getReader" in body || body instanceof Response)
  );
}
