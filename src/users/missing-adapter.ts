/** Methods that stores of express-session and @fastify/session have, but a `SessionStore` does not have. */
const METHODS = ["on", "set"];

/**
 * Adds methods that throw an error which names the adapter, for a store that is passed to a session package without
 * it: express-session calls `on` at startup, @fastify/session calls `set` for the first session.
 */
export function refuseWithoutAdapter(prototype: object): void {
  for (const method of METHODS)
    Object.defineProperty(prototype, method, { configurable: true, writable: true, value: refuse });
}

function refuse(): never {
  throw new TypeError(
    "the store was passed to a session package without its adapter. For express-session use expressSession({ store, … }), " +
      "or expressStore(store), of sessionary/express-session. For @fastify/session use its plugin or fastifyStore(store), " +
      "of sessionary/fastify-session",
  );
}
