import { toError } from "../../tracker/to-error.js";

/**
 * Calls a callback whose reply is not known, since the hooks of `fastifyStore` are missing. An exception is passed to
 * the callback, like the error of a failed save.
 */
export function callWithoutHooks(callback: (error: unknown) => void, error: unknown): void {
  try {
    callback(error);
  } catch (thrown) {
    try {
      callback(toError(thrown));
    } catch {
      // The reply was already sent, so nobody can receive the error.
    }
  }
}

/** Emits a process warning that names the hooks to add. */
export function warnWithoutHooks(): void {
  process.emitWarning(
    'fastifyStore works best with its hooks: after @fastify/session, add app.addHook("onRequest", store.onRequest) ' +
      'and app.addHook("onError", store.onError)',
    { type: "SessionaryWarning" },
  );
}
