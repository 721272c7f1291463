import { toError } from "../tracker/to-error.js";

/** Callback of Node.js. */
export type Callback<R = void> = (error?: unknown, result?: R) => void;

/**
 * Calls the callback once with the result or the error of a promise. The call is outside of the promise chain, so
 * that a callback that throws is not called again, and its exception does not become a rejection.
 */
export function callBack<R>(promise: Promise<R>, callback: Callback<R>): void {
  promise.then(
    (result) => process.nextTick(() => callback(null, result)),
    (error: unknown) => process.nextTick(() => callback(toError(error))),
  );
}

/** Calls the callback like `callBack`, or returns the promise if there is no callback. */
export function callBackOrReturn<R>(
  promise: Promise<R>,
  callback: Callback<R> | undefined,
): Promise<R> | undefined {
  if (callback === undefined) {
    promise.catch(() => {}); // a caller may ignore the promise
    return promise;
  }
  callBack(promise, callback);
  return undefined;
}
