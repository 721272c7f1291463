import { isNativeError } from "node:util/types";
import { StoreUnavailableError } from "../errors.js";
import { publish, type SessionaryEvents } from "../events.js";

/**
 * What a store rejected with, as an error that the frameworks take for one: to them a falsy value is no
 * error, ENOENT means that there is no such session, and some texts are commands to a router.
 */
export function faultOf(error: unknown): Error {
  if (!isNativeError(error) && !(error instanceof Error))
    return new StoreUnavailableError("unknown", "other", "it failed without an error");
  if ((error as { code?: unknown }).code === "ENOENT")
    return new StoreUnavailableError("unknown", "other", "a file or socket that it uses is missing (ENOENT)");
  return error;
}

/** Runs a write, and publishes its failure: the framework may have nobody left to tell. */
export async function reported(
  operation: SessionaryEvents["write-failed"]["operation"],
  write: () => Promise<unknown>,
): Promise<void> {
  try {
    await write();
  } catch (error) {
    const fault = faultOf(error);
    const { code = fault.name } = fault as { code?: string };
    publish("write-failed", { operation, code: String(code) });
    throw fault;
  }
}
