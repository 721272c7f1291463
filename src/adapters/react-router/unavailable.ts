import { STATUS_CODES } from "node:http";

/**
 * Runs a task of the store. An error that names a status, such as 503 for a store that is unavailable, gets what
 * React Router looks for in an error: it then answers with this status, and error boundaries can read it.
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
