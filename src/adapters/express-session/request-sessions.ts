import type { Request } from "express";
import { privateField } from "../../internal/private-field.js";
import { TransientMap } from "../../internal/transient-map.js";
import type { TrackedSession } from "../../tracker/index.js";
import type { CookieSessions } from "../cookie-sessions.js";
import { serializable } from "../serializable.js";

/**
 * Maps requests to their tracked sessions, since an application may wrap or copy the session object of
 * express-session and save the copy.
 */
export class RequestSessions {
  readonly sessions: CookieSessions;
  readonly #ofRequest = privateField<TrackedSession>();
  /** Pending calls of `destroy` and `regenerate`, by session id. */
  readonly #ending = new TransientMap<Promise<unknown>>();

  constructor(sessions: CookieSessions) {
    this.sessions = sessions;
  }

  /** Connects a session object and its request with the loaded session or a new one. */
  attach(req: Request, session: object, tracked: TrackedSession): void {
    this.sessions.track(session, tracked);
    this.#ofRequest.set(req, tracked);
    serializable(session);
  }

  /** Returns the session of a request, even if the request has destroyed it. */
  of(req: object): TrackedSession | undefined {
    return this.#ofRequest.get(req);
  }

  /**
   * Returns the tracked session of a session object, or undefined if the object does not belong to the session with
   * this id.
   * @throws TypeError if it is not an object.
   */
  trackedOf(id: string, session: object): TrackedSession | undefined {
    assertObject(session);
    const { req } = session as { req?: Request };
    const tracked = this.sessions.trackedOf(session) ?? (req && this.#ofRequest.get(req));
    return tracked?.id === id ? tracked : undefined;
  }

  /** Remembers a call that ends a session until it settles, since the response has to wait for it. */
  end(id: string, call: Promise<unknown>): void {
    this.#ending.set(id, call);
    const remove = () => {
      if (this.#ending.get(id) === call) this.#ending.delete(id);
    };
    call.then(remove, remove);
  }

  /** Returns the pending call that ends a session, if there is one. */
  endingOf(id: string): Promise<unknown> | undefined {
    return this.#ending.get(id);
  }
}

function assertObject(session: unknown): void {
  if (typeof session === "object" && session !== null) return;
  throw new TypeError(`a session must be an object, not ${session === null ? "null" : typeof session}`);
}
