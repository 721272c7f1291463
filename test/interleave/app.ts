import type { InjectOptions, LightMyRequestResponse } from "fastify";

/** What a request does, each of them with a slow step while it holds its session. */
export const ACTIONS = [
  "login",
  "write",
  "save-twice",
  "read",
  "extend",
  "delete",
  "reload",
  "regenerate",
  "logout",
] as const;
export type Action = (typeof ACTIONS)[number];

/** How the framework and the adapter are set up. */
export interface Setup {
  /** 0 makes each unchanged request a touch. */
  touchAfterMs: 0 | 60_000;
  /** Express's `resave`, Fastify's `rolling`: unchanged sessions are saved as well. */
  saveUnchanged: boolean;
  saveUninitialized: boolean;
}

/** What the handlers get: the field to change, and its value. */
export interface Change {
  field: string;
  value: string;
}

/** What the handlers answer: the session at the end, and as it was loaded. */
export interface Answer {
  id: string;
  maxAge: number | null;
  loadedId: string;
  loaded: Record<string, unknown>;
}

/** A server, as a browser sees it. */
export interface App {
  cookieName: string;
  inject(options: InjectOptions): Promise<LightMyRequestResponse>;
}

export const SECRET = "a secret of more than thirty-two characters";
export const HOUR_MS = 3_600_000;

let ids = 0;
/** Counted and not random: a seed must give the same interleaving again. */
export const newId = () => `session-${++ids}`;
