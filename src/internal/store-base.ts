/**
 * Methods that stores of express-session and @fastify/session have, but a `SessionStore` does not have. They throw an
 * error that names the adapter, for a store that is passed to a session package without it: express-session calls `on`
 * at startup, @fastify/session calls `set` for the first session.
 */
class StoreWithoutAdapter {
  on(): never {
    throw missingAdapter();
  }

  set(): never {
    throw missingAdapter();
  }
}

/** Base class of the stores of this package. Its methods are not part of its type. */
export const StoreBase = StoreWithoutAdapter as new () => object;

function missingAdapter(): TypeError {
  return new TypeError(
    "the store was passed to a session package without its adapter. For express-session use expressSession({ store, … }), " +
      "or expressStore(store), of sessionary/express-session. For @fastify/session use its plugin or fastifyStore(store), " +
      "of sessionary/fastify-session",
  );
}
