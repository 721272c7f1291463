import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import fp from "fastify-plugin";
import { knownOptions } from "../internal/validation.js";
import { BIND, type SessionBinder, assertSessions } from "./bind.js";
import { type StreamedBody, isStreamedBody, saveAtEnd } from "./late-save.js";
import { errorHeaders } from "./node-response.js";
import { nodeSource } from "./request-source.js";
import type { RequestSession } from "./request-session.js";

/** Options for the Fastify plugin. */
export interface SessionaryFastifyOptions {
  /** Sessions that `createSessions` returned. */
  sessions: SessionBinder;
}

type ReplyHeaders = Partial<ReturnType<FastifyReply["getHeaders"]>>;

interface Bound {
  readonly session: RequestSession<object>;
  /** Headers that were set before the session was loaded. */
  headers: ReplyHeaders;
}

/**
 * Fastify plugin for `createSessions`. `sessions.get(request)` returns the session of a request, and the plugin saves
 * it before the response is sent. If the session cannot be loaded or saved, the error handler of Fastify gets the
 * error, and responds with 503 by default. If it cannot be saved, headers that were set after it was loaded are removed.
 *
 * After `reply.hijack()` Fastify does not send the response, so call `session.save()` yourself.
 * @example
 * await app.register(sessionaryFastify, { sessions });
 * app.get("/", async (request) => (await sessions.get(request)).data);
 */
export default fp(
  async (app: FastifyInstance, options: SessionaryFastifyOptions) => {
    knownOptions("sessionaryFastify", options, ["sessions"]);
    const { sessions } = options;
    assertSessions("sessionaryFastify", sessions);
    const key = Symbol("session");
    type WithSession = FastifyRequest & { [key]: Bound | null };

    app.decorateRequest(key, null);
    app.addHook("onRequest", (request, reply, done) => {
      const toError = (error: unknown) => {
        reply.headers(errorHeaders(error)); // the error handler of an app, such as that of NestJS, does not send them
        return error;
      };
      const source = () => {
        bound.headers = headersOf(reply);
        return nodeSource(request.raw);
      };
      const bound: Bound = { session: sessions[BIND](request, source, toError), headers: {} };
      (request as WithSession)[key] = bound;
      done();
    });
    app.addHook("onSend", (request, reply, payload, done) => {
      const bound = (request as WithSession)[key];
      return bound === null ? done() : commit(bound, reply, payload, done);
    });
  },
  { fastify: "5.x", name: "sessionary" },
);

/** Saves a session before its response is sent. Calls `done` if there is nothing to write, else returns a promise. */
function commit(
  { session, headers }: Bound,
  reply: FastifyReply,
  payload: unknown,
  done: () => void,
): Promise<void> | void {
  const send = (setCookie: string | undefined): void => {
    if (setCookie !== undefined) reply.header("set-cookie", setCookie);
    if (isStreamedBody(payload)) saveAtEnd(reply.raw, session);
  };
  const committing = session.commit(payload instanceof Response ? payload.status : reply.statusCode);
  if (typeof committing !== "object") {
    send(committing);
    return done();
  }
  return committing.then(send, (error: unknown) => {
    if (isStreamedBody(payload)) discard(payload);
    for (const name of Object.keys(reply.getHeaders())) reply.removeHeader(name);
    reply.headers({ ...headers, ...errorHeaders(error) });
    throw error;
  });
}

function headersOf(reply: FastifyReply): ReplyHeaders {
  const headers = reply.getHeaders();
  const cookies = headers["set-cookie"];
  // Fastify adds later cookies to the same array.
  return Array.isArray(cookies) ? { ...headers, "set-cookie": [...cookies] } : headers;
}

/** Frees the resources of a stream, such as an open file. */
function discard(payload: StreamedBody): void {
  if ("pipe" in payload) payload.destroy?.();
  else (payload instanceof Response ? payload.body : payload)?.cancel().catch(() => {});
}
