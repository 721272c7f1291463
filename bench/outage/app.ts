/** A listening server whose sessions are in the store under test. */
export interface App {
  url: string;
  close(): Promise<void>;
}

export type Framework = "express" | "fastify";
export const FRAMEWORKS: Framework[] = ["express", "fastify"];

export const SECRET = "a secret that only this benchmark uses";
export const LIFETIME_MS = 3_600_000;

/** What every error is answered with, whatever the store: the app is there, and its sessions are not. */
export const UNAVAILABLE = { status: 503, retryAfter: "2", body: { error: "Service Unavailable" } };
