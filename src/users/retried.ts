import { setTimeout as sleep } from "node:timers/promises";
import { hasCode } from "../errors.js";

/** Each conflict means that another writer got on. */
const MAX_ATTEMPTS = 50;
const MAX_PAUSE_MS = 50;

/**
 * Does it again as long as it meets a conflict, from reading on.
 * @throws SessionConflictError when others were faster too many times.
 */
export async function retried<R>(task: () => Promise<R>): Promise<R> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await task();
    } catch (error) {
      if (!hasCode(error, "ERR_SESSION_CONFLICT") || attempt === MAX_ATTEMPTS) throw error;
      if (attempt > 1) await sleep(Math.random() * Math.min(2 ** attempt, MAX_PAUSE_MS));
    }
  }
}

/** Lets tasks on one session take turns, so that those of one process meet no conflict with each other. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  async run<R>(name: string, task: () => Promise<R>): Promise<R> {
    const before = this.#last.get(name);
    const turn = before === undefined ? task() : before.then(task, task);
    this.#last.set(name, turn);
    try {
      return await turn;
    } finally {
      if (this.#last.get(name) === turn) this.#last.delete(name);
    }
  }
}
