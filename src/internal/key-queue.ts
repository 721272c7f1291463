import { TransientMap } from "./transient-map.js";

/** Runs tasks that share a key one after the other, in the order in which they were queued. */
export class KeyQueue {
  /** The task that was queued last, for each key with a task that has not settled. */
  readonly #last = new TransientMap<Promise<unknown>>();

  /**
   * Runs `task` when every task that was queued earlier under `key` has settled; immediately if there is none. A task
   * that rejects does not stop the following ones.
   * @returns what `task` resolves to or rejects with.
   */
  run<R>(key: string, task: () => Promise<R>): Promise<R> {
    const result = this.after(key, task);
    this.#last.set(key, result);
    const leave = () => {
      if (this.#last.get(key) === result) this.#last.delete(key);
    };
    result.then(leave, leave);
    return result;
  }

  /**
   * Runs `task` when every task that was queued earlier under `key` has settled. Later tasks do not wait for it: use
   * it for reads, which may overlap.
   * @returns what `task` resolves to or rejects with.
   */
  after<R>(key: string, task: () => Promise<R>): Promise<R> {
    const last = this.#last.get(key);
    return last === undefined ? started(task) : last.then(task, task);
  }
}

/** Calls `task` now. Converts an exception to a rejection. */
function started<R>(task: () => Promise<R>): Promise<R> {
  try {
    return Promise.resolve(task()); // the promise of the task itself, if it is a native one
  } catch (error) {
    return rejected(error);
  }
}

async function rejected(error: unknown): Promise<never> {
  throw error;
}
