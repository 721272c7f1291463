import { toError } from "../../tracker/to-error.js";

const warnedStores = new WeakSet<object>();

/**
 * Calls a callback whose reply is not known, since the hooks of `fastifyStore` are missing. The first call for a store
 * emits a process warning. An exception is passed to the callback, like the error of a failed save.
 */
export function callWithoutHooks(store: object, callback: (error: unknown) => void, error: unknown): void {
  if (!warnedStores.has(store)) warnWithoutHooks();
  warnedStores.add(store);
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
function warnWithoutHooks(): void {
  process.emitWarning(
    'fastifyStore works best with its hooks: after @fastify/session, add app.addHook("onRequest", store.onRequest) ' +
      'and app.addHook("onError", store.onError)',
    { type: "SessionaryWarning" },
  );
}
