import type { SessionTracker } from "../tracker/index.js";

/** Parts of `createSessions` that each session uses. */
export interface SessionParts {
  readonly tracker: SessionTracker;
  readonly idleTimeoutMs: number;
  /** Returns the id under which a session is stored. */
  storageId(id: string): string;
}
