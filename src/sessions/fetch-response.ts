import type { RequestSession } from "./request-session.js";

/**
 * Saves the session of a request, and returns the response with the session's cookie. A streamed response saves it
 * again at its end.
 */
export async function committed(response: Response, session: RequestSession<object>): Promise<Response> {
  const setCookie = await session.commit(response.status);
  const answer = setCookie === undefined ? response : withCookie(response, setCookie);
  return isStreamed(answer) ? savedAtEnd(answer, session) : answer;
}

/** Adds a cookie to a response, or to a copy if its headers are immutable, as those of a redirect are. */
function withCookie(response: Response, setCookie: string): Response {
  try {
    response.headers.append("set-cookie", setCookie);
    return response;
  } catch {
    if (response.status < 200) return response; // no copy can have such a status
    const copy = new Response(response.body, response);
    copy.headers.append("set-cookie", setCookie);
    return copy;
  }
}

/**
 * True if a body is still produced while it is sent. A body made of text or bytes is a byte stream (Fetch standard,
 * "extract a body"); one made of a `ReadableStream` is that stream.
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
