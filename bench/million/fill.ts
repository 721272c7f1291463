import type { Redis } from "ioredis";
import { LIFETIME_MS, SIZES, idOf, sampleSession } from "../sessions.js";

/** At a time, in one pipeline. */
const BATCH = 1_000;

/** Puts sessions of 600 bytes into Redis, as connect-redis and sessionary both write them. */
export async function fill(admin: Redis, sessions: number): Promise<void> {
  const text = JSON.stringify(sampleSession(0, SIZES["600 B"]));
  for (let first = 0; first < sessions; first += BATCH) {
    const pipeline = admin.pipeline();
    for (let n = first; n < Math.min(first + BATCH, sessions); n++) {
      pipeline.set(`sess:${idOf(n)}`, text, "PX", LIFETIME_MS);
    }
    for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
  }
}
