import { setTimeout as sleep } from "node:timers/promises";
import { loopNow } from "./loop-clock.js";

const MAX_PAUSE_MS = 50;

/**
 * Retries `task` while it rejects with a version conflict (`ERR_SESSION_CONFLICT`). The first retry is immediate; the
 * following ones wait for random, growing pauses, so that concurrent writers do not conflict again.
 * @param deadline Time of `loopNow()` at which to give up. An attempt does not start if, at the duration of the last
 *   one, it would end later.
 * @throws the last conflict if the deadline is too near, and any other error immediately.
 */
export async function retryConflicts<R>(
  task: (attempt: number) => Promise<R>,
  { deadline }: { deadline: number },
): Promise<R> {
  for (let attempt = 1; ; attempt++) {
    const startedAt = loopNow();
    try {
      return await task(attempt);
    } catch (error) {
      const now = loopNow();
      const leftMs = deadline - now - (now - startedAt);
      if (!isConflict(error) || leftMs <= 0) throw error;
      if (attempt > 1) await sleep(Math.min(Math.random() * Math.min(2 ** attempt, MAX_PAUSE_MS), leftMs));
    }
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === "ERR_SESSION_CONFLICT";
}
