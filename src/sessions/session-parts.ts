import type { SessionTracker } from "../tracker/index.js";
import type { SessionCookie } from "./session-cookie.js";

/** Parts of `createSessions` that each session uses. */
export interface SessionParts {
  readonly tracker: SessionTracker;
  readonly cookie: SessionCookie;
  readonly idleTimeoutMs: number;
  /** Returns the id under which a session is stored. */
  storageId(id: string): string;
}
