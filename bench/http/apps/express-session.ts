import type { Express, Request } from "express";
import session from "express-session";
import { LIFETIME_MS } from "../../sessions.js";
import { type Access, type Fields, SECRET, fieldsAccess } from "../app.js";

export const EXPRESS_SESSION_OPTIONS = { secret: SECRET, cookie: { maxAge: LIFETIME_MS } };

/** `req.session`. */
export const requestSession = fieldsAccess<Request>((req) => req.session as unknown as Fields);

/** Adds express-session with a store, set as its README recommends. */
export function withStore(store: session.Store): (app: Express) => Access<Request> {
  return (app) => {
    app.use(session({ ...EXPRESS_SESSION_OPTIONS, resave: false, saveUninitialized: false, store }));
    return requestSession;
  };
}
