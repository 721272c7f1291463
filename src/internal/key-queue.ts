/** Runs tasks that share a key one after the other, in the order in which they were queued. */
export class KeyQueue {
  /** The task that was queued last, for each key with a task that has not settled. */
  readonly #last = new Map<string, Promise<unknown>>();

  /**
   * Runs `task` as soon as every task queued earlier under `key` has settled, at once if there is none.
   * A task that rejects does not stop those behind it.
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
   * Runs `task` as soon as every task queued earlier under `key` has settled, but makes no later task wait
   * for it: for reads, which may overlap.
   * @returns what `task` resolves to or rejects with.
   */
  after<R>(key: string, task: () => Promise<R>): Promise<R> {
    const last = this.#last.get(key);
    return last === undefined ? started(task) : last.then(task, task);
  }
}

/** Calls `task` now; an exception becomes a rejection. */
async function started<R>(task: () => Promise<R>): Promise<R> {
  return task();
}
