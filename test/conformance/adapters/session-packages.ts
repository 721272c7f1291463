import session from "express-session";
import koaSessionPackage from "koa-session";
import type { SessionStore } from "sessionary";
import type { AdapterUnderTest } from "sessionary/conformance";
import { expressSession, expressStore } from "sessionary/express-session";
import sessionaryFastifySession from "sessionary/fastify-session";
import { koaSession, koaStore } from "sessionary/koa-session";
import { serveExpress, serveFastify, serveKoa } from "./apps.js";

type Subject = Omit<AdapterUnderTest, "open">;

const secret = "a secret of the tests, 32 characters or more";

/** Our adapters for session packages, as users register them. */
export const SESSION_PACKAGES: Record<string, (open: () => SessionStore) => AdapterUnderTest> = {
  expressSession: subject({
    name: "expressSession",
    start: (store, handle) => serveExpress(expressSession({ store, secret }), handle),
  }),
  expressStore: subject({
    name: "express-session with expressStore",
    start: (store, handle) => {
      const options = { store: expressStore(store), secret, resave: false, saveUninitialized: false };
      return serveExpress(session(options), handle);
    },
    without: { "saving before sending": "express-session sends the headers before it saves" },
  }),
  sessionaryFastifySession: subject({
    name: "sessionaryFastifySession",
    start: (store, handle) =>
      serveFastify(
        (app) => app.register(sessionaryFastifySession, { store, secret, cookie: { secure: false } }),
        handle,
      ),
  }),
  koaSession: subject({
    name: "koaSession",
    start: (store, handle) => serveKoa((app) => koaSession({ store }, app), handle),
  }),
  koaStore: subject({
    name: "koa-session with koaStore",
    start: (store, handle) => serveKoa((app) => koaSessionPackage({ store: koaStore(store) }, app), handle),
  }),
};

function subject(adapter: Subject): (open: () => SessionStore) => AdapterUnderTest {
  return (open) => ({ ...adapter, open });
}
