import { STATUS_CODES } from "node:http";
import { hasCode } from "../errors.js";

/** Returns the response to a request whose session could not be loaded or saved, or nothing for the default response. */
export type OnError = (error: Error) => Response | void | Promise<Response | void>;

/** Handles a request whose session could not be loaded or saved. */
export interface FailureHandler {
  /** Passes the error to the framework, which sends the response. Undefined without a framework. */
  next: ((error: unknown) => void) | undefined;
  /** Returns the response if no framework sends one. */
  answer: (error: unknown) => Promise<Response>;
}

/**
 * Returns the response of `onError`, or the default response if `onError` is missing, returns nothing or fails. Without
 * `onError`, prints the error as Express does, since the event `write-failed` has only its code. An outage is printed
 * once, by a warning.
 */
export async function failureResponse(error: unknown, onError: OnError | undefined): Promise<Response> {
  if (onError === undefined && !hasCode(error, "ERR_STORE_UNAVAILABLE")) console.error(error);
  try {
    const response = await onError?.(
      error instanceof Error ? error : new Error("unknown error", { cause: error }),
    );
    if (response instanceof Response) return response;
  } catch {
    // Return the default response.
  }
  return defaultResponse(error);
}

/**
 * Returns the default response, with the status and the headers of the error, such as 503 with `Retry-After` if the
 * store is unavailable. The status is 500 if the error has none.
 */
export function defaultResponse(error: unknown): Response {
  const status = statusOf(error);
  const headers = new Headers((error as { headers?: Record<string, string> } | undefined)?.headers);
  headers.set("content-type", "text/plain; charset=utf-8");
  headers.set("cache-control", "no-store");
  return new Response(`${STATUS_CODES[status]}\n`, { status, headers });
}

/** Returns the HTTP status of an error, or 500 if it has none. */
export function statusOf(error: unknown): number {
  const { status, statusCode } = (error ?? {}) as { status?: unknown; statusCode?: unknown };
  const named = [status, statusCode].find(
    (code) => Number.isInteger(code) && (code as number) in STATUS_CODES,
  );
  return (named as number | undefined) ?? 500;
}
