import type { Request } from "express";
import session from "express-session";
import type { EventEmitter } from "node:events";

/** Session data, as express-session types it. */
export type Data = session.SessionData;

/** Base class of express-session, without the type of the methods that return nothing there and a promise here. */
export const StoreBase = session.Store as unknown as new () => EventEmitter & {
  createSession(req: Request, data: Data): session.Session & Data;
  /** Loads a session and calls back with it as a live session. */
  load(sid: string, callback: (error: unknown, session?: Data) => void): unknown;
};
