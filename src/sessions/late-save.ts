import type { Readable } from "node:stream";
import type { NodeResponse, SendingMethods } from "./node-response.js";

/** Session of a delayed response. */
export interface HeldSession {
  /**
   * Saves the session if needed, before the headers are sent.
   * @returns the `Set-Cookie` header to send, if one is needed. It is not a promise if there is nothing to write.
   */
  commit(status: number): Promise<string | undefined> | string | undefined;
  /**
   * Saves changes that were made after the headers were sent. Never rejects, but publishes an event if the save
   * fails.
   */
  commitLate(): Promise<unknown> | undefined;
}

/** Body of a response that Fastify or Koa streams. */
export type StreamedBody = Readable | ReadableStream | Response;

export function isStreamedBody(body: unknown): body is StreamedBody {
  if (typeof body !== "object" || body === null) return false;
  return "pipe" in body || "getReader" in body || body instanceof Response;
}

type End = SendingMethods["end"];

/**
 * Returns a method `end` for a streamed response. It first saves changes of the session that were made after the
 * headers were sent. If the client disconnects before the end, they are saved at that time.
 */
export function endAfterSave(res: NodeResponse, session: HeldSession, end: End): End {
  let saving: Promise<unknown> | undefined;
  let isSaved = false;
  const save = () => {
    isSaved = true;
    saving = session.commitLate();
  };
  res.once("close", () => isSaved || save());
  return (...args) => {
    if (!isSaved) save();
    if (saving === undefined) return end.apply(res, args);
    void saving.then(() => {
      saving = undefined;
      end.apply(res, args);
    });
    return res;
  };
}

/** Makes the end of a response that a framework streams save the session again. */
export function saveAtEnd(res: NodeResponse, session: HeldSession): void {
  const methods = res as unknown as SendingMethods;
  methods.end = endAfterSave(res, session, methods.end);
}

/**
 * Makes the end of a response save the session again, if the response is streamed: if `end` is not called right after
 * the first `write`.
 */
export function saveAtEndIfStreamed(res: NodeResponse, session: HeldSession): void {
  const methods = res as unknown as SendingMethods;
  const { write } = methods;
  methods.write = (...args) => {
    methods.write = write;
    queueMicrotask(() => res.writableEnded || saveAtEnd(res, session));
    return write.apply(res, args);
  };
}
