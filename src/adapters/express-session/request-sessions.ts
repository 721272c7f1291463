import type { Request } from "express";
import { privateField } from "../../internal/private-field.js";
import type { TrackedSession } from "../../tracker/index.js";
import type { CookieSessions } from "../cookie-sessions.js";
import { serializable } from "../serializable.js";

/** Knows the session of each request: code may wrap or copy the session object of express-session, and save that. */
export class RequestSessions {
  readonly sessions: CookieSessions;
  readonly #ofRequest = privateField<TrackedSession>();
  /** Calls of `destroy` and `regenerate` that have not settled, by session id. */
  readonly #ending = new Map<string, Promise<unknown>>();

  constructor(sessions: CookieSessions) {
    this.sessions = sessions;
  }

  /** Connects a session object with what its request loaded, or with a new session. */
  attach(req: Request, session: object, tracked: TrackedSession): void {
    this.sessions.track(session, tracked);
    this.#ofRequest.set(req, tracked);
    serializable(session);
  }

  /** Returns the session of a request, which may be one that the request destroyed. */
  of(req: object): TrackedSession | undefined {
    return this.#ofRequest.get(req);
  }

  /** Returns what is known about a session object, or undefined if it is not of the session with this id. */
  trackedOf(id: string, session: object): TrackedSession | undefined {
    const { req } = session as { req?: Request };
    const tracked = this.sessions.trackedOf(session) ?? (req && this.#ofRequest.get(req));
    return tracked?.id === id ? tracked : undefined;
  }

  /** Remembers a call that ends a session until it settles: a response has to wait for it. */
  end(id: string, call: Promise<unknown>): void {
    this.#ending.set(id, call);
    const remove = () => {
      if (this.#ending.get(id) === call) this.#ending.delete(id);
    };
    call.then(remove, remove);
  }

  /** Returns the call that is ending a session, if there is one. */
  endingOf(id: string): Promise<unknown> | undefined {
    return this.#ending.get(id);
  }
}
