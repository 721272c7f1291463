import type { RequestSession } from "./request-session.js";

/**
 * Saves the session of a request, and returns the response with the session's cookie. If the response is streamed,
 * its end saves the session again.
 */
export async function committed(response: Response, session: RequestSession<object>): Promise<Response> {
  const setCookie = await session.commit(response.status);
  const answer = setCookie === undefined ? response : withCookie(response, setCookie);
  return isStreamed(answer) ? savedAtEnd(answer, session) : answer;
}

/** Adds a cookie to a response, or to a copy of it if its headers are immutable, like those of a redirect. */
function withCookie(response: Response, setCookie: string): Response {
  try {
    response.headers.append("set-cookie", setCookie);
    return response;
  } catch {
    if (response.status < 200) return response; // a copy cannot have such a status
    const copy = new Response(response.body, response);
    copy.headers.append("set-cookie", setCookie);
    return copy;
  }
}

/**
 * True if the body is produced while it is sent. A body from text or bytes is a byte stream (Fetch standard, "extract
 * a body"); a body from a `ReadableStream` is usually no byte stream.
 */
export function isStreamed({ body }: Response): boolean {
  if (body === null || body.locked) return false;
  try {
    body.getReader({ mode: "byob" }).releaseLock();
    return false;
  } catch {
    return true;
  }
}

/** Returns a copy of a streamed response that saves the session again at its end. */
export function savedAtEnd(response: Response, session: RequestSession<object>): Response {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const body = new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        await session.commitLate();
        controller.close();
      },
      async cancel(reason) {
        await Promise.all([session.commitLate(), reader.cancel(reason)]);
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, response);
}
