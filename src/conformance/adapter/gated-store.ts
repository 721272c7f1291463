import type { CreateOptions, SessionEntry, SessionStore, UpdateOptions } from "../../store.js";
import { Latch } from "./latch.js";

type Method = "get" | "create" | "update" | "touch" | "destroy";

/** A store whose calls the suite can hold back, or let fail, before they reach the store inside. */
export class GatedStore implements SessionStore {
  /** A save is never late, however long the suite holds it back. */
  readonly timeoutMs = 60_000;
  readonly absoluteTimeoutMs: number | undefined;
  readonly #inside: SessionStore;
  /** Waits for the next save. */
  #latch: Latch | undefined;
  /** Holds a save back. */
  #held: Latch | undefined;
  readonly #errors = new Map<Method, Error>();

  constructor(inside: SessionStore) {
    this.#inside = inside;
    this.absoluteTimeoutMs = inside.absoluteTimeoutMs;
  }

  /** Holds back the next call of `create` or `update`; later calls pass. */
  holdSave(): Latch {
    return (this.#latch = new Latch());
  }

  /** Lets the calls of these methods reject. */
  fail(error: Error, ...methods: Method[]): void {
    for (const method of methods) this.#errors.set(method, error);
  }

  /** Behaves as the store inside again. */
  heal(): void {
    this.#held?.open();
    this.#latch = this.#held = undefined;
    this.#errors.clear();
  }

  async get(id: string) {
    await this.#gate("get");
    return this.#inside.get(id);
  }

  async create(id: string, entry: SessionEntry, options?: CreateOptions) {
    const written = copyOf(entry);
    await this.#gate("create");
    return this.#inside.create(id, written, options);
  }

  async update(id: string, entry: SessionEntry, options?: UpdateOptions) {
    const written = copyOf(entry);
    await this.#gate("update");
    return this.#inside.update(id, written, options);
  }

  async touch(id: string, entry: SessionEntry, options?: UpdateOptions) {
    const written = copyOf(entry);
    await this.#gate("touch");
    return this.#inside.touch(id, written, options);
  }

  async destroy(id: string) {
    await this.#gate("destroy");
    return this.#inside.destroy(id);
  }

  ids() {
    return this.#inside.ids();
  }

  count() {
    return this.#inside.count();
  }

  clear() {
    return this.#inside.clear();
  }

  close() {
    return this.#inside.close();
  }

  async #gate(method: Method): Promise<void> {
    if (this.#latch !== undefined && (method === "create" || method === "update")) {
      this.#held = this.#latch;
      this.#latch = undefined;
      await this.#held.wait();
    }
    const error = this.#errors.get(method);
    if (error !== undefined) throw error;
  }
}

/** A write reads its entry before it returns, however long it is held back. */
function copyOf({ data, expiresAt }: SessionEntry): SessionEntry {
  return { data: structuredClone(data), expiresAt };
}
