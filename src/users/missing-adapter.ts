/** Methods of the stores of express-session and @fastify/session that a `SessionStore` does not have. */
const METHODS = ["on", "set"];

/**
 * Makes a store that was passed to a session package without its adapter throw an error that names the adapter:
 * express-session calls `on` at startup, @fastify/session calls `set` for the first session.
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
