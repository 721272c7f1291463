import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import fp from "fastify-plugin";
import type { Readable } from "node:stream";
import { knownOptions } from "../internal/validation.js";
import { BIND, type SessionBinder, assertSessions } from "./bind.js";
import { saveAtEnd } from "./late-save.js";
import { errorHeaders } from "./node-response.js";
import { nodeSource } from "./request-source.js";
import type { RequestSession } from "./request-session.js";

/** Options for the Fastify plugin. */
export interface SessionaryFastifyOptions {
  /** Sessions that `createSessions` returned. */
  sessions: SessionBinder;
}

type Done = (error?: Error) => void;

/**
 * Fastify plugin for `createSessions`. `sessions.get(request)` returns the session of a request, and the plugin saves
 * it before the response is sent. If the session cannot be loaded or saved, the error handler of Fastify gets the
 * error, and responds with 503 by default.
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
    type WithSession = FastifyRequest & { [key]: RequestSession<object> | null };

    app.decorateRequest(key, null);
    app.addHook("onRequest", (request, reply, done) => {
      const toError = (error: unknown) => {
        reply.headers(errorHeaders(error)); // the error handler of an app, such as that of NestJS, does not send them
        return error;
      };
      (request as WithSession)[key] = sessions[BIND](request, () => nodeSource(request.raw), toError);
      done();
    });
    app.addHook("onSend", (request, reply, payload, done) => {
      const session = (request as WithSession)[key];
      return session === null ? done() : commit(session, reply, payload, done);
    });
  },
  { fastify: "5.x", name: "sessionary" },
);

/** Saves a session before its response is sent. Calls `done` if there is nothing to write, else returns a promise. */
function commit(
  session: RequestSession<object>,
  reply: FastifyReply,
  payload: unknown,
  done: Done,
): Promise<void> | void {
  const send = (setCookie: string | undefined): void => {
    if (setCookie !== undefined) reply.header("set-cookie", setCookie);
    if (isStream(payload)) saveAtEnd(reply.raw, session);
  };
  const committing = session.commit(payload instanceof Response ? payload.status : reply.statusCode);
  if (typeof committing !== "object") {
    send(committing);
    return done();
  }
  return committing.then(send, (error: unknown) => {
    if (isStream(payload)) discard(payload);
    throw error;
  });
}

type Stream = Readable | ReadableStream | Response;

function isStream(payload: unknown): payload is Stream {
  if (typeof payload !== "object" || payload === null) return false;
  return "pipe" in payload || "getReader" in payload || payload instanceof Response;
}

/** Frees the resources of a stream, such as an open file. */
function discard(payload: Stream): void {
  if ("pipe" in payload) payload.destroy?.();
  else (payload instanceof Response ? payload.body : payload)?.cancel().catch(() => {});
}
