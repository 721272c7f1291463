import { faultOf } from "./to-error.js";

export type Callback<R = void> = (error?: unknown, result?: R) => void;

/**
 * Calls back once with what the promise settles to, outside of the promise chain: a callback that
 * throws is not called again, and fails as it would have without a promise.
 */
export function callBack<R>(promise: Promise<R>, callback: Callback<R> | undefined): void {
  promise.then(
    (result) => process.nextTick(() => callback?.(null, result)),
    (error: unknown) => process.nextTick(() => callback?.(faultOf(error))),
  );
}
