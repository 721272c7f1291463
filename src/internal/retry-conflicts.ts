import { setTimeout as sleep } from "node:timers/promises";
import { loopNow } from "./loop-clock.js";

const MAX_PAUSE_MS = 50;

/**
 * Runs `task` again as long as it rejects with a version conflict (`ERR_SESSION_CONFLICT`): the first time at
 * once, then after random pauses that grow, so that concurrent writers do not meet again.
 * @param deadline The time to give up, on the clock of `loopNow()`. No attempt is started that would end
 *   after it if it took as long as the last one.
 * @throws the last conflict, if the deadline is too near; any other error at once.
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
