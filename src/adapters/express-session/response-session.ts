import type { Request } from "express";
import { publish } from "../../events.js";
import type { HeldSession } from "../../sessions/late-save.js";
import { type SessionState, isUnwritten } from "../../tracker/state.js";
import { warnIfInsecure } from "./insecure-request.js";
import type { RequestSessions } from "./request-sessions.js";

/** Options of express-session that determine which sessions are stored, and whether a request is secure. */
export interface ResponseSessionOptions {
  readonly saveUninitialized: boolean;
  readonly unset: "destroy" | "keep";
  readonly proxy: boolean | undefined;
}

/**
 * Saves the session of a request before the headers of its response are sent. express-session itself only starts to
 * save the session at that time.
 */
export class ResponseSession implements HeldSession {
  readonly #req: Request;
  readonly #requests: RequestSessions;
  readonly #options: ResponseSessionOptions;
  /** The first session id of the request: from its cookie, or of its new session. */
  readonly #firstId: string;
  readonly #loaded: SessionState | undefined;
  #hasCookie = true;
  #isDestroyed = false;
  #isSent = false;

  constructor(req: Request, requests: RequestSessions, options: ResponseSessionOptions) {
    this.#req = req;
    this.#requests = requests;
    this.#options = options;
    this.#firstId = req.sessionID;
    this.#loaded = requests.of(req)?.state;
  }

  /**
   * False if express-session must not set the cookie, because the session is gone or could not be saved, or because
   * the client already has this cookie: this request neither changed the session nor extended its expiry.
   */
  get hasCookie(): boolean {
    return this.#hasCookie;
  }

  commit(): Promise<undefined> | undefined {
    const committing = this.#endOrSave();
    if (committing === undefined) return this.#saved(true);
    this.#hasCookie = false; // until the save succeeds
    return committing.then((exists) => this.#saved(exists));
  }

  commitLate(): Promise<unknown> | undefined {
    return this.#endOrSave()?.catch(() => {});
  }

  /** Waits for a pending call that ends the session, destroys the session, or saves it. */
  #endOrSave(): Promise<boolean> | undefined {
    const { sessionID } = this.#req;
    const ending = this.#requests.endingOf(sessionID);
    if (ending !== undefined) return ending.then(() => this.#save() ?? true); // after `regenerate` there is a new session
    if (!this.#isUnset()) return this.#save();
    this.#isDestroyed = true;
    return this.#requests.sessions.destroy(sessionID);
  }

  /** True if the handler removed the session from the request, and the session has to be destroyed for this reason. */
  #isUnset(): boolean {
    const { session, sessionID } = this.#req as Partial<Request>;
    return this.#options.unset === "destroy" && !session && Boolean(sessionID) && !this.#isDestroyed;
  }

  #save(): Promise<boolean> | undefined {
    const { session, sessionID } = this.#req as Partial<Request>;
    // express-session sets no cookie without an id, so nobody could use the session.
    if (!session || typeof sessionID !== "string") return undefined;
    const { sessions } = this.#requests;
    const tracked = sessions.trackedOf(session) ?? this.#requests.of(this.#req)!;
    if (tracked.status === "new") {
      if (!this.#isStored(session, tracked.id)) return undefined;
      if (this.#isSent) return tooLate();
    }
    if (typeof session.touch === "function") session.touch();
    return sessions.saveIfNeeded(tracked, session);
  }

  /** True if a new session has to be stored. express-session sets a cookie under the same conditions. */
  #isStored(session: object, id: string): boolean {
    if (this.#options.saveUninitialized || id !== this.#firstId) return true;
    return Object.entries(session).some(
      ([key, value]) => key !== "cookie" && value !== undefined && typeof value !== "function",
    );
  }

  #saved(exists: boolean): undefined {
    const state = this.#requests.of(this.#req)?.state;
    this.#hasCookie = exists && !(state && this.#loaded && isUnwritten(this.#loaded, state));
    if (this.#hasCookie && state?.status === "stored") warnIfInsecure(this.#req, this.#options.proxy);
    this.#isSent = true;
  }
}

/**
 * Publishes an event for a session that was created after the headers were sent, since the client cannot receive its
 * cookie.
 */
function tooLate(): undefined {
  publish("write-failed", { operation: "save", code: "ERR_HTTP_HEADERS_SENT" });
}
