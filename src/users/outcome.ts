import { StoreUnavailableError, hasCode } from "../errors.js";

/** Whether a write that failed so may have been applied all the same. */
export function mayBeApplied(error: unknown): boolean {
  return hasCode(error, "ERR_STORE_UNAVAILABLE") && (error as StoreUnavailableError).outcome === "unknown";
}

/** The same error, when a part of what was asked for has been done. */
export function inPart(error: unknown): unknown {
  return hasCode(error, "ERR_STORE_UNAVAILABLE")
    ? new StoreUnavailableError("unknown", (error as StoreUnavailableError).reason, "only a part was done")
    : error;
}
