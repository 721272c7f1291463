import { STATUS_CODES } from "node:http";

/**
 * Runs a task of the store. If it throws an error with a status, such as 503 for an unavailable store, adds the
 * properties by which React Router recognizes an error response. React Router then responds with this status, and
 * error boundaries can read it.
 */
export async function withStatus<R>(task: () => Promise<R>): Promise<R> {
  try {
    return await task();
  } catch (error) {
    const status = (error as { statusCode?: unknown } | undefined)?.statusCode;
    if (typeof status === "number") {
      const response = { status, statusText: STATUS_CODES[status] ?? "", internal: false, data: null };
      for (const [name, value] of Object.entries(response))
        Object.defineProperty(error, name, { configurable: true, writable: true, value });
    }
    throw error;
  }
}
