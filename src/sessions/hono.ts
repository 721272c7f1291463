import type { Context, MiddlewareHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { BIND, type SessionBinder, assertSessions } from "./bind.js";
import { defaultResponse, statusOf } from "./failure-response.js";
import { isStreamed, savedAtEnd } from "./fetch-response.js";
import { saveAtEndIfStreamed } from "./late-save.js";
import type { NodeResponse } from "./node-response.js";
import { fetchSource } from "./request-source.js";
import type { RequestSession } from "./request-session.js";

/**
 * Returns a Hono middleware for `createSessions`. `sessions.get(c)` returns the session of a request, and the
 * middleware saves it before the response is sent. If the session cannot be loaded or saved, `app.onError` gets an
 * `HTTPException`, for which Hono responds with 503 by default. Its `cause` is the error of the store. If the session
 * cannot be saved, headers that were set after it was loaded are removed.
 * @param sessions Sessions that `createSessions` returned.
 * @example
 * app.use(honoSessions(sessions));
 * app.get("/", async (c) => c.json((await sessions.get(c)).data));
 */
export function honoSessions(sessions: SessionBinder): MiddlewareHandler {
  assertSessions("honoSessions", sessions);
  return async (c, next) => {
    const { raw } = c.req;
    let headers: Headers | undefined;
    const source = () => {
      headers = new Headers(c.newResponse(null).headers); // `c.res` would make later responses slower
      return fetchSource(raw);
    };
    const session = sessions[BIND](c, source, toException, raw);
    await next();
    try {
      const setCookie = await session.commit(c.res.status);
      if (setCookie !== undefined) c.header("set-cookie", setCookie, { append: true });
    } catch (error) {
      discard(c, headers);
      throw error;
    }
    saveLate(c, session);
  };
}

/** Frees a response that is not sent. Keeps only the headers that were set before the session was loaded. */
function discard(c: Context, headers = new Headers()): void {
  c.res.body?.cancel().catch(() => {});
  c.res = undefined; // Hono merges the headers of two responses
  c.res = new Response(null, { headers });
}

/** Saves the session again at the end of a streamed response. */
function saveLate(c: Context, session: RequestSession<object>): void {
  const { outgoing } = (c.env ?? {}) as { outgoing?: NodeResponse };
  // On Node.js, Hono writes the response to `outgoing`. A copy of the response would be slower to send.
  if (outgoing !== undefined) saveAtEndIfStreamed(outgoing, session);
  else if (isStreamed(c.res)) c.res = savedAtEnd(c.res, session);
}

function toException(error: unknown): HTTPException {
  const message = error instanceof Error ? error.message : "the session could not be loaded or saved";
  const options = { message, res: defaultResponse(error), cause: error };
  return new HTTPException(statusOf(error) as ContentfulStatusCode, options);
}
