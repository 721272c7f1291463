import { toError } from "../tracker/to-error.js";

export type Callback<R = void> = (error?: unknown, result?: R) => void;

/**
 * Calls back once with what the promise settles to, outside of the promise chain: a callback that throws is not
 * called again, and its exception is not a rejection.
 */
export function callBack<R>(promise: Promise<R>, callback: Callback<R>): void {
  promise.then(
    (result) => process.nextTick(() => callback(null, result)),
    (error: unknown) => process.nextTick(() => callback(toError(error))),
  );
}

/** Calls back like `callBack`; returns the promise if there is no callback. */
export function callBackOrReturn<R>(
  promise: Promise<R>,
  callback: Callback<R> | undefined,
): Promise<R> | undefined {
  if (callback === undefined) {
    promise.catch(() => {}); // a caller that ignores the promise has asked for no answer
    return promise;
  }
  callBack(promise, callback);
  return undefined;
}
