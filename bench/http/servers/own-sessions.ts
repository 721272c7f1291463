import { ours } from "../../ours.js";
import { LIFETIME_MS } from "../../sessions.js";
import type { Fields } from "../app.js";

/** Creates sessions of `createSessions` on Redis. */
export async function ownSessions(redisUrl: string) {
  const { createSessions } = await ours("index");
  return createSessions<Fields>({ store: redisUrl, idleTimeoutMs: LIFETIME_MS });
}
