import { STATUS_CODES } from "node:http";

/** Returns the answer to a request whose session could not be loaded or saved. */
export type OnError = (error: Error) => Response | Promise<Response>;

/** Returns the answer of `onError`, or the default one if there is no `onError` or it fails. */
export async function failureResponse(error: unknown, onError: OnError | undefined): Promise<Response> {
  try {
    const response = await onError?.(
      error instanceof Error ? error : new Error("unknown error", { cause: error }),
    );
    if (response instanceof Response) return response;
  } catch {
    // The default answer follows.
  }
  return defaultResponse(error);
}

/**
 * Returns the default answer: the status and the headers that the error names, such as 503 with `Retry-After` for a
 * store that is unavailable, or 500.
 */
export function defaultResponse(error: unknown): Response {
  const status = statusOf(error);
  const headers = new Headers((error as { headers?: Record<string, string> } | undefined)?.headers);
  headers.set("content-type", "text/plain; charset=utf-8");
  headers.set("cache-control", "no-store");
  return new Response(`${STATUS_CODES[status]}\n`, { status, headers });
}

/** Returns the HTTP status that an error names, or 500. */
export function statusOf(error: unknown): number {
  const { status, statusCode } = (error ?? {}) as { status?: unknown; statusCode?: unknown };
  const named = [status, statusCode].find(
    (code) => Number.isInteger(code) && (code as number) in STATUS_CODES,
  );
  return (named as number | undefined) ?? 500;
}
