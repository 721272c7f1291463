import type { SampleSession } from "../sessions.js";

/** A session that the peer keeps, as the caller knows it. */
export interface Held {
  readonly id: string;
  readonly session: SampleSession;
  /** What a store of ours said when it wrote it. */
  version?: string;
}

/** Called once a call has ended: with an error when it failed or did not do what it should. */
export type Done = (error?: unknown) => void;

export type Operation = "get" | "update" | "updateIfVersion" | "touch";

/**
 * A store under measurement, called in its own way: one that takes a callback is given one, and one
 * that gives a promise has its promise awaited.
 */
export interface Peer {
  /** Stores a session that is new. */
  add(id: string, session: SampleSession): Promise<string | undefined>;
  readonly calls: Readonly<Record<Operation, (held: Held, done: Done) => void>>;
  close(): Promise<void>;
}

/** No figure without it: a store that gives nothing back is fast. */
export function missing(): Error {
  return new Error("a session that was stored is missing");
}

/** Each write stores something else than is there. */
export function change(session: SampleSession): SampleSession {
  session.views++;
  return session;
}
