import { snapshotOf } from "../codec/payload.js";
import { KeyQueue } from "../internal/key-queue.js";
import type { CreateOptions, SessionEntry, SessionRecord, SessionStore, UpdateOptions } from "../store.js";

/** Methods of a store that concern one session. */
export type SessionCalls<T extends object> = Pick<
  SessionStore<T>,
  "get" | "create" | "update" | "touch" | "destroy"
>;

/** Runs the steps of one call within the store's deadline for a call. */
export type WithDeadline = <R>(task: () => Promise<R>) => Promise<R>;

/**
 * Makes calls of several steps behave like calls of one step: a write copies its entry before it returns its promise,
 * and calls on one session take effect in the order in which they are made.
 */
export class OrderedCalls<T extends object> implements SessionCalls<T> {
  readonly #calls: SessionCalls<T>;
  readonly #withDeadline: WithDeadline;
  readonly #queue = new KeyQueue();

  constructor(calls: SessionCalls<T>, withDeadline: WithDeadline = (task) => task()) {
    this.#calls = calls;
    this.#withDeadline = withDeadline;
  }

  get(id: string): Promise<SessionRecord<T> | undefined> {
    return this.#withDeadline(() => this.#queue.after(id, () => this.#calls.get(id)));
  }

  async create(id: string, entry: SessionEntry<T>, options?: CreateOptions<T>): Promise<string> {
    const snapshot = snapshotOf(entry);
    return this.#inOrder(id, () => this.#calls.create(id, snapshot, options));
  }

  async update(id: string, entry: SessionEntry<T>, options?: UpdateOptions): Promise<string | undefined> {
    const snapshot = snapshotOf(entry);
    return this.#inOrder(id, () => this.#calls.update(id, snapshot, options));
  }

  touch(id: string, entry: SessionEntry<T>, options?: UpdateOptions): Promise<boolean> {
    const snapshot = { ...entry };
    return this.#inOrder(id, () => this.#calls.touch(id, snapshot, options));
  }

  destroy(id: string): Promise<boolean> {
    return this.#inOrder(id, () => this.#calls.destroy(id));
  }

  #inOrder<R>(id: string, call: () => Promise<R>): Promise<R> {
    return this.#withDeadline(() => this.#queue.run(id, call));
  }
}
