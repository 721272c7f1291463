import { functionOption, describe } from "./internal/validation.js";
import type { SessionStore } from "./store.js";

/** Creates a store from a URL and the other options. It must return the store itself, not a promise. */
export type StoreFactory = (url: string, options: Record<string, unknown>) => SessionStore<object>;

/** Returns a URL's scheme in lower case: schemes are case-insensitive (RFC 3986, section 3.1). */
export function schemeOf(url: string): string | undefined {
  return /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
}

/**
 * Returns each scheme in lower case with its factory. The returned factory throws if it does not create a store.
 * @throws TypeError if `schemes` is not an object of functions by scheme.
 */
export function checkSchemes(schemes: Record<string, StoreFactory> = {}): [string, StoreFactory][] {
  if (schemes === null || typeof schemes !== "object" || Array.isArray(schemes))
    throw new TypeError(`schemes must be an object of functions; received ${describe(schemes)}`);
  return Object.entries(schemes).map(([scheme, factory]): [string, StoreFactory] => {
    const name = schemeOf(`${scheme}:`);
    if (name !== scheme.toLowerCase()) {
      throw new TypeError(
        `schemes has "${scheme}", which is not a URL scheme: use a letter, then letters, digits, "+", "." or "-"`,
      );
    }
    functionOption(`schemes.${scheme}`, factory);
    return [name, (...args) => checkStore(scheme, factory(...args))];
  });
}

function checkStore(scheme: string, store: unknown): SessionStore<object> {
  const { get, then } = (store ?? {}) as { get?: unknown; then?: unknown };
  if (typeof get === "function") return store as SessionStore<object>;
  const isPromise = typeof then === "function";
  if (isPromise) void Promise.resolve(store).catch(() => {}); // the TypeError below is reported instead
  const received = isPromise
    ? "a promise: return the store itself, and connect on its first call"
    : describe(store);
  throw new TypeError(`schemes.${scheme} must return a SessionStore; received ${received}`);
}
