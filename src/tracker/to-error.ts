import { isNativeError } from "node:util/types";
import { StoreUnavailableError } from "../errors.js";
import { publish, type SessionaryEvents } from "../events.js";

/**
 * Converts a thrown value to an error that the frameworks treat as one. To them, a falsy value is no error, ENOENT
 * means that the session does not exist, and some strings are commands to a router.
 */
export function toError(thrown: unknown): Error {
  if (!isNativeError(thrown) && !(thrown instanceof Error))
    return new StoreUnavailableError("unknown", "other", "it failed without an error");
  if ((thrown as { code?: unknown }).code === "ENOENT")
    return new StoreUnavailableError("unknown", "other", "a file or socket that it uses is missing (ENOENT)");
  return thrown;
}

/** Runs a write, and publishes an event if it fails, since the framework may have sent the response already. */
export async function withFailureEvent<R>(
  operation: SessionaryEvents["write-failed"]["operation"],
  write: () => Promise<R>,
): Promise<R> {
  try {
    return await write();
  } catch (thrown) {
    const error = toError(thrown);
    const { code = error.name } = error as { code?: string };
    publish("write-failed", { operation, code: String(code) });
    throw error;
  }
}
